/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_panel.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "common/xalloc.h"
#include "tests/support/test.h"

/* Larger than any message. */
#define BYTES_MAX (1 << 20)

struct fake_panel *fake_panel_create(int fd)
{
	struct fake_panel *panel = xcalloc(1, sizeof(*panel));

	panel->fd = fd;
	panel->bytes = xcalloc(1, BYTES_MAX);
	return panel;
}

void fake_panel_destroy(struct fake_panel *panel)
{
	if (!panel)
		return;
	close_fd(panel->fd);
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		free(panel->outputs[i].pixels);
	free(panel->bytes);
	free(panel);
}

static void note(struct fake_panel *panel, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct fake_panel *panel, const char *format, ...)
{
	size_t length = strlen(panel->text);
	va_list arguments;

	if (length > 0 && length + 1 < sizeof(panel->text)) {
		panel->text[length++] = ' ';
		panel->text[length] = '\0';
	}
	va_start(arguments, format);
	vsnprintf(panel->text + length, sizeof(panel->text) - length, format, arguments);
	va_end(arguments);
}

/* -- Messages ---------------------------------------------------------------- */

static void take_scanout(struct fake_panel *panel, const struct panel_scanout *message)
{
	struct fake_panel_output *output = &panel->outputs[message->output];

	if (message->width == 0) {
		EXPECT_INT(message->height, 0);
		free(output->pixels);
		*output = (struct fake_panel_output){0};
		note(panel, "off%u", message->output);
		return;
	}
	EXPECT(!output->pixels || output->is_shown);
	free(output->pixels);
	*output = (struct fake_panel_output){
		.width = message->width,
		.height = message->height,
		.pixels = xcalloc((size_t)message->width * message->height, 4),
	};
	note(panel, "scanout%u:%ux%u", message->output, message->width, message->height);
}

static void take_update(struct fake_panel *panel, const struct panel_update *message)
{
	struct fake_panel_output *output = &panel->outputs[message->output];
	const uint32_t *row = (const uint32_t *)(message + 1);

	EXPECT(output->pixels);
	EXPECT(message->width > 0 && message->height > 0);
	EXPECT((uint64_t)message->x + message->width <= output->width);
	EXPECT((uint64_t)message->y + message->height <= output->height);
	EXPECT_INT(message->header.size, sizeof(*message) - sizeof(message->header) +
						 (size_t)message->width * message->height * 4);
	for (uint32_t y = message->y; y < message->y + message->height; y++) {
		memcpy(output->pixels + (size_t)y * output->width + message->x, row,
		       (size_t)message->width * 4);
		row += message->width;
	}
	output->is_shown = true;
	panel->pixels_read += (size_t)message->width * message->height;
	note(panel, "update%u:%ux%u+%u+%u", message->output, message->width, message->height,
	     message->x, message->y);
}

static void take_message(struct fake_panel *panel)
{
	const struct panel_header *header = (const struct panel_header *)panel->bytes;
	const struct panel_cursor_pos *position = (const struct panel_cursor_pos *)header;

	EXPECT_INT(header->flags, 0);
	switch (header->request) {
	case PANEL_GET_PROTOCOL_FEATURES:
		EXPECT_INT(header->size, 0);
		note(panel, "features?");
		break;
	case PANEL_SET_PROTOCOL_FEATURES:
		EXPECT_INT(header->size, 8);
		note(panel, "features");
		break;
	case PANEL_CURSOR_POS:
		note(panel, "pointer%u:%d,%d", position->output, position->x, position->y);
		break;
	case PANEL_CURSOR_POS_HIDE:
		note(panel, "hidden%u", position->output);
		break;
	case PANEL_CURSOR_UPDATE:
		memcpy(&panel->cursor, header, sizeof(panel->cursor));
		note(panel, "cursor%u:%d,%d", position->output, position->x, position->y);
		break;
	case PANEL_SCANOUT:
		take_scanout(panel, (const struct panel_scanout *)header);
		break;
	case PANEL_UPDATE:
		take_update(panel, (const struct panel_update *)header);
		break;
	default:
		test_fail(__FILE__, __LINE__, "message %u", header->request);
	}
}

/* -- Reading and answering --------------------------------------------------- */

static size_t missing(const struct fake_panel *panel)
{
	const struct panel_header *header = (const struct panel_header *)panel->bytes;

	if (panel->size < sizeof(*header))
		return sizeof(*header) - panel->size;
	EXPECT(header->size <= BYTES_MAX - sizeof(*header));
	return sizeof(*header) + header->size - panel->size;
}

size_t fake_panel_read_part(struct fake_panel *panel, size_t max)
{
	size_t all = 0;

	while (all < max) {
		size_t wanted = missing(panel);
		ssize_t size = recv(panel->fd, panel->bytes + panel->size,
				    wanted < max - all ? wanted : max - all, MSG_DONTWAIT);

		if (size <= 0)
			break;
		all += (size_t)size;
		panel->size += (size_t)size;
		if (missing(panel) == 0) {
			take_message(panel);
			panel->size = 0;
		}
	}
	return all;
}

size_t fake_panel_read(struct fake_panel *panel)
{
	size_t size = fake_panel_read_part(panel, SIZE_MAX);

	EXPECT_INT(panel->size, 0);
	return size;
}

void fake_panel_say(struct fake_panel *panel, const void *bytes, size_t size)
{
	EXPECT_INT(send(panel->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL), size);
}

void fake_panel_answer(struct fake_panel *panel)
{
	struct panel_features answer = {
		.header = {PANEL_GET_PROTOCOL_FEATURES, PANEL_FLAG_REPLY, 8},
		.features = {3, 0}, /* QEMU 10: EDID, DMABUF2 */
	};

	fake_panel_say(panel, &answer, sizeof(answer));
}

void fake_panel_expect(struct fake_panel *panel, const char *text)
{
	EXPECT_STRING(panel->text, text);
	panel->text[0] = '\0';
}

uint32_t fake_panel_pixel(const struct fake_panel *panel, unsigned index, uint32_t x, uint32_t y)
{
	const struct fake_panel_output *output = &panel->outputs[index];

	EXPECT(output->is_shown && x < output->width && y < output->height);
	return output->pixels[(size_t)y * output->width + x] & 0xffffff;
}
