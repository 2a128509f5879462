/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/nudge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/source/display.h"
#include "gateway/source/locks.h"
#include "gateway/source/qmp_device.h"

/* One head of the guest's, as QEMU has it. */
struct output {
	struct nudge *nudge;
	unsigned head;
	bool is_there;
	char path[DISPLAY1_PATH_MAX];
	struct size size;
	bool is_wanted; /* the guest has to be told of `size` */
	bool is_asked;	/* a call waits for its answer */
};

struct nudge {
	char device[QMP_DEVICE_MAX];
	struct seat *seat;
	struct display *display;
	struct locks *locks;
	bool is_ready;
	int32_t place;
	struct output outputs[HEADS_MAX]; /* by head */
};

/* -- Telling ----------------------------------------------------------------- */

static void tell(struct output *output);

static int handle_answer(sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct output *output = data;

	output->is_asked = false;
	if (sd_bus_message_is_method_error(reply, NULL))
		log_info("head %u: QEMU does not tell the guest of its size: %s", output->head,
			 sd_bus_message_get_error(reply)->message);
	tell(output);
	return 0;
}

/* QEMU tells the guest only what it has not been asked for last, by us or by whoever was there
 * before. The place on the desk makes the difference: the guest does not get to see it. */
static int32_t other_place(struct nudge *nudge)
{
	int32_t place = (int32_t)(loop_now_us() / 1000 & 0xffff);

	nudge->place = place == nudge->place ? place + 1 : place;
	return nudge->place;
}

static void tell(struct output *output)
{
	struct nudge *nudge = output->nudge;

	if (!output->is_wanted || output->is_asked || !nudge->is_ready)
		return;
	output->is_wanted = false;
	if (!output->is_there) {
		log_info(
			"head %u: QEMU has no such output, and does not tell the guest of its size",
			output->head);
		return;
	}
	output->is_asked = sd_bus_call_method_async(display_bus(nudge->display), NULL, NULL,
						    output->path, DISPLAY1_CONSOLE, "SetUIInfo",
						    handle_answer, output, "qqiiuu", 0, 0,
						    other_place(nudge), 0, output->size.width,
						    output->size.height) >= 0;
}

void nudge_head(struct nudge *nudge, unsigned head, struct size size)
{
	struct output *output = &nudge->outputs[head];

	output->size = size;
	output->is_wanted = true;
	tell(output);
}

/* -- QEMU's consoles ----------------------------------------------------------- */

/* QEMU calls a console by its device's id or, where it has none, type; and by the head where
 * there are several: "gpu0.1". HEADS_MAX: it is another device's. */
static unsigned head_from_label(const struct nudge *nudge, const char *label)
{
	size_t length = strlen(nudge->device);
	char *end;
	unsigned long head;

	if (length == 0) {
		if (!qmp_device_is_display(label))
			return HEADS_MAX;
		length = strcspn(label, ".");
	} else if (strncmp(label, nudge->device, length) != 0) {
		return HEADS_MAX;
	}
	if (label[length] == '\0')
		return 0;
	if (label[length] != '.')
		return HEADS_MAX;
	head = strtoul(label + length + 1, &end, 10);
	return *end == '\0' && head < HEADS_MAX ? (unsigned)head : HEADS_MAX;
}

static void handle_ready(void *data)
{
	struct nudge *nudge = data;
	const uint32_t *ids;
	unsigned count = display_consoles(nudge->display, &ids);

	nudge->is_ready = true;
	for (unsigned i = 0; i < count; i++) {
		const char *label = display_console_label(nudge->display, ids[i]);
		unsigned head = head_from_label(nudge, label);

		if (head == HEADS_MAX || nudge->outputs[head].is_there)
			continue;
		nudge->outputs[head].is_there = true;
		display1_console_path(ids[i], nudge->outputs[head].path);
	}
	if (nudge->outputs[0].is_there)
		nudge->locks = locks_create(display_bus(nudge->display), nudge->outputs[0].path,
					    nudge->seat);
	for (unsigned head = 0; head < HEADS_MAX; head++)
		tell(&nudge->outputs[head]);
}

/* QEMU gives its display to the newest client: it is not taken back from that. */
static void handle_lost(void *data, const char *reason)
{
	log_info("QEMU's display, by which the guest is told of sizes, %s", reason);
}

static const struct display_events display_events = {
	.on_ready = handle_ready,
	.on_lost = handle_lost,
};

/* -- Life ------------------------------------------------------------------------ */

int nudge_create(struct loop *loop, int fd, const char *device, struct seat *seat,
		 struct nudge **ret_nudge)
{
	CLEANUP(nudge_destroyp) struct nudge *nudge = xcalloc(1, sizeof(*nudge));
	int r;

	nudge->seat = seat;
	snprintf(nudge->device, sizeof(nudge->device), "%s", device);
	for (unsigned head = 0; head < HEADS_MAX; head++) {
		nudge->outputs[head].nudge = nudge;
		nudge->outputs[head].head = head;
	}
	r = display_open(loop, fd, &display_events, nudge, &nudge->display);
	if (r < 0)
		return r;
	*ret_nudge = TAKE(nudge);
	return 0;
}

void nudge_destroy(struct nudge *nudge)
{
	if (!nudge)
		return;
	locks_destroy(nudge->locks);
	display_close(nudge->display);
	free(nudge);
}
