/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/source_rig.h"

#include "common/xalloc.h"
#include "gateway/input/seat.h"
#include "tests/support/temporary.h"

#define BUDGET (64u << 20)

static void handle_line(void *data, const char *line)
{
	struct rig *rig = data;
	int length = snprintf(rig->lines + rig->lines_length,
			      sizeof(rig->lines) - rig->lines_length, "%s\n", line);

	rig->lines_length += (size_t)length;
	EXPECT(rig->lines_length < sizeof(rig->lines));
}

struct rig *rig_create(enum source_transport transport)
{
	struct rig *rig = xcalloc(1, sizeof(*rig));

	EXPECT_INT(loop_create(&rig->loop), 0);
	rig->folder = temporary_create();
	rig->path = xasprintf("%s/guest.sock", rig->folder);
	rig->address = (struct source_address){transport, rig->path};
	rig->heads = heads_create(rig->loop, BUDGET, rig->policies);
	rig->seat = seat_create(rig->loop, rig->heads);
	rig->viewer = seat_client_open(rig->seat);
	rig->options = (struct fake_options){
		.path = rig->path,
		.monitor = transport == SOURCE_QMP ? FAKE_MONITOR_QMP : FAKE_MONITOR_NONE,
		.heads = 1,
		.width = WIDTH,
		.height = HEIGHT,
		.on_line = handle_line,
		.data = rig,
	};
	return rig;
}

void rig_destroy(struct rig *rig)
{
	source_destroy(rig->source);
	fake_display1_destroy(rig->guest);
	seat_client_close(rig->viewer);
	seat_destroy(rig->seat);
	heads_destroy(rig->heads);
	loop_destroy(rig->loop);
	temporary_destroy(rig->folder);
	free(rig->path);
	free(rig);
}

void rig_start_guest(struct rig *rig)
{
	EXPECT_INT(fake_display1_create(loop_event(rig->loop), &rig->options, &rig->guest), 0);
}

void rig_stop_guest(struct rig *rig)
{
	fake_display1_destroy(rig->guest);
	rig->guest = NULL;
}

void rig_start_source(struct rig *rig)
{
	EXPECT_INT(source_create(rig->loop, &rig->address, rig->heads,
				 rig->is_display_only ? NULL : rig->seat, &rig->source),
		   0);
}

struct rig *rig_create_attached(enum source_transport transport)
{
	struct rig *rig = rig_create(transport);

	rig_start_guest(rig);
	rig_paint(rig, 0, RED);
	rig_start_source(rig);
	WAIT_UNTIL(rig, rig_has_picture(rig, 0));
	EXPECT_INT(rig_pixel_at(rig, 0, 0, 0), RED);
	return rig;
}

void rig_paint(struct rig *rig, unsigned head, uint32_t colour)
{
	struct fake_size size = fake_head_size(rig->guest, head);
	uint32_t *pixels = fake_head_pixels(rig->guest, head);

	for (size_t i = 0; i < (size_t)size.width * size.height; i++)
		pixels[i] = colour;
}

void rig_send(struct rig *rig, struct input_event event)
{
	EXPECT_INT(seat_client_send(rig->viewer, &event), 0);
}

void rig_press(struct rig *rig, uint8_t qnum, bool is_down)
{
	rig_send(rig, (struct input_event){.type = INPUT_KEY, .key = {qnum, is_down}});
}

uint32_t rig_pixel_at(struct rig *rig, unsigned head, uint32_t x, uint32_t y)
{
	CLEANUP(frame_unrefp)
	struct frame *frame = head_fetch(heads_get(rig->heads, head), 0, NULL);

	if (x >= frame->width || y >= frame->height)
		return UINT32_MAX;
	return frame_row(frame, y)[x] & 0xffffff;
}

bool rig_has_picture(struct rig *rig, unsigned head)
{
	char notice[NOTICE_MAX];

	return heads_get(rig->heads, head) && !head_notice(heads_get(rig->heads, head), notice);
}

bool rig_notice_says(struct rig *rig, unsigned head, const char *text)
{
	char notice[NOTICE_MAX];

	return heads_get(rig->heads, head) && head_notice(heads_get(rig->heads, head), notice) &&
	       strstr(notice, text);
}

struct cursor rig_cursor(struct rig *rig)
{
	struct cursor cursor = head_cursor(heads_get(rig->heads, 0));

	cursor_image_unref(cursor.image);
	return cursor;
}

unsigned rig_times_told(struct rig *rig, const char *line)
{
	CLEANUP(freep) char *whole = xasprintf("%s\n", line);
	unsigned count = 0;

	for (const char *at = rig->lines; (at = strstr(at, whole)); at++)
		count += at == rig->lines || at[-1] == '\n';
	return count;
}

bool rig_was_told(struct rig *rig, const char *line)
{
	return rig_times_told(rig, line) > 0;
}
