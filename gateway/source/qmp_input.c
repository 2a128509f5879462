/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_input.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/source/qmp.h"
#include "gateway/source/qmp_device.h"
#include "gateway/source/source_input.h"

/* QEMU's axes end at 0x7fff, wherever a head does. */
#define AXIS_END 0x7fff

#define AXIS(type, axis) "{\"type\":\"" type "\",\"data\":{\"axis\":\"" axis "\",\"value\":%d}}"
#define BUTTON		 "{\"type\":\"btn\",\"data\":{\"button\":\"%s\",\"down\":%s}}"
#define CONTACT \
	"{\"type\":\"mtt\",\"data\":{\"type\":\"%s\",\"slot\":%u,\"tracking-id\":%d," \
	"\"axis\":\"%s\",\"value\":%d}}"

#define EVENTS_MAX 512

/* What one head's answers are told to. */
struct device {
	struct qmp_input *input;
	unsigned head;
	unsigned contacts; /* that are down, as bits */
};

struct qmp_input {
	struct qmp *qmp; /* NULL: detached */
	char device[QMP_DEVICE_MAX];
	struct heads *heads;
	struct source_input *source;
	struct device devices[HEADS_MAX]; /* by head */
	bool was_paused;		  /* since QEMU took input last */
};

/* -- Answers ------------------------------------------------------------------- */

static void note_refusal(struct qmp_input *input, const char *error)
{
	if (!error)
		return;
	log_debug("QEMU refused input: %.200s", error);
	input->was_paused |= strcmp(error, "VM not running") == 0;
}

static void handle_answer(void *data, struct json_object *value, const char *error)
{
	struct device *device = data;

	note_refusal(device->input, error);
	source_input_answer(device->input->source);
}

static void handle_motion_answer(void *data, struct json_object *value, const char *error)
{
	struct device *device = data;

	note_refusal(device->input, error);
	/* The head has no tablet: it may have a mouse. */
	if (error && strstr(error, "event type abs"))
		source_input_set_mode(device->input->source, device->head, false);
	source_input_motion_answer(device->input->source, device->head);
}

/* -- Events --------------------------------------------------------------------- */

static bool send(struct device *device, qmp_answer_fn on_answer, const char *events)
{
	struct qmp_input *input = device->input;
	CLEANUP(freep) char *target = NULL;
	CLEANUP(freep) char *command = NULL;

	target = input->device[0]
			 ? xasprintf("\"device\":\"%s\",\"head\":%u,", input->device, device->head)
			 : xstrdup("");
	command = xasprintf("{\"execute\":\"input-send-event\",\"arguments\":{%s\"events\":[%s]}}",
			    target, events);
	return qmp_send(input->qmp, command, -1, on_answer, device) == 0;
}

static struct device *device_of(void *data, unsigned head)
{
	return &((struct qmp_input *)data)->devices[head];
}

static const char *truth(bool is_true)
{
	return is_true ? "true" : "false";
}

static bool send_key(void *data, uint8_t qnum, bool is_down)
{
	char events[EVENTS_MAX];

	snprintf(events, sizeof(events),
		 "{\"type\":\"key\",\"data\":{\"down\":%s,\"key\":{\"type\":\"number\","
		 "\"data\":%u}}}",
		 truth(is_down), qnum);
	return send(device_of(data, 0), handle_answer, events);
}

/* As QEMU's own displays do it: guests undo that. */
static int32_t scale(uint32_t position, uint32_t side)
{
	return (int32_t)((uint64_t)position * AXIS_END / side);
}

/* A head that nobody has seen has a notice's size. */
static struct size size_of(struct qmp_input *input, unsigned head)
{
	return head_size(heads_get(input->heads, head));
}

static bool send_position(void *data, unsigned head, uint32_t x, uint32_t y)
{
	struct size size = size_of(data, head);
	char events[EVENTS_MAX];

	snprintf(events, sizeof(events), AXIS("abs", "x") "," AXIS("abs", "y"),
		 scale(x, size.width), scale(y, size.height));
	return send(device_of(data, head), handle_motion_answer, events);
}

static bool send_distance(void *data, unsigned head, int32_t dx, int32_t dy)
{
	char events[EVENTS_MAX];

	snprintf(events, sizeof(events), AXIS("rel", "x") "," AXIS("rel", "y"), dx, dy);
	return send(device_of(data, head), handle_motion_answer, events);
}

static bool send_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	static const char *const names[] = {
		[INPUT_BUTTON_LEFT] = "left",
		[INPUT_BUTTON_MIDDLE] = "middle",
		[INPUT_BUTTON_RIGHT] = "right",
		[INPUT_BUTTON_WHEEL_UP] = "wheel-up",
		[INPUT_BUTTON_WHEEL_DOWN] = "wheel-down",
		[INPUT_BUTTON_SIDE] = "side",
		[INPUT_BUTTON_EXTRA] = "extra",
	};
	char events[EVENTS_MAX];

	snprintf(events, sizeof(events), BUTTON, names[button], truth(is_down));
	return send(device_of(data, head), handle_answer, events);
}

static bool send_contact_end(struct device *device, unsigned slot)
{
	char events[EVENTS_MAX];
	int length;

	device->contacts &= ~(1u << slot);
	length = snprintf(events, sizeof(events), CONTACT, "end", slot, -1, "x", 0);
	if (device->contacts == 0)
		snprintf(events + length, sizeof(events) - (size_t)length, "," BUTTON, "touch",
			 truth(false));
	return send(device, handle_answer, events);
}

static bool send_touch(void *data, unsigned head, enum source_touch kind, unsigned slot, uint32_t x,
		       uint32_t y)
{
	struct device *device = device_of(data, head);
	struct size size = size_of(data, head);
	char events[EVENTS_MAX];
	int length = 0;

	if (kind == SOURCE_TOUCH_END)
		return send_contact_end(device, slot);
	if (device->contacts == 0)
		length = snprintf(events, sizeof(events), BUTTON ",", "touch", truth(true));
	device->contacts |= 1u << slot;
	snprintf(events + length, sizeof(events) - (size_t)length, CONTACT "," CONTACT "," CONTACT,
		 kind == SOURCE_TOUCH_BEGIN ? "begin" : "update", slot, (int)slot, "x", 0, "data",
		 slot, (int)slot, "x", scale(x, size.width), "data", slot, (int)slot, "y",
		 scale(y, size.height));
	return send(device, handle_answer, events);
}

static const struct source_input_ops ops = {
	.key = send_key,
	.position = send_position,
	.distance = send_distance,
	.button = send_button,
	.touch = send_touch,
};

/* -- Life ------------------------------------------------------------------------ */

struct qmp_input *qmp_input_create(struct heads *heads, struct seat *seat)
{
	struct qmp_input *input = xcalloc(1, sizeof(*input));

	input->heads = heads;
	input->source = source_input_create(&ops, input, heads, seat);
	for (unsigned head = 0; head < HEADS_MAX; head++) {
		input->devices[head] = (struct device){input, head, 0};
		source_input_add(input->source, head);
	}
	/* Nothing tells QEMU that a client of its monitor ended, and what it held. */
	source_input_suspect_all(input->source);
	return input;
}

void qmp_input_destroy(struct qmp_input *input)
{
	if (!input)
		return;
	source_input_destroy(input->source);
	free(input);
}

void qmp_input_attach(struct qmp_input *input, struct qmp *qmp, const char *device)
{
	input->qmp = qmp;
	input->was_paused = false;
	snprintf(input->device, sizeof(input->device), "%s", device);
	/* Positions, until QEMU says that they go nowhere. */
	for (unsigned head = 0; head < HEADS_MAX; head++)
		source_input_set_mode(input->source, head, true);
	/* The seat's own repetition comes after what is let go of. */
	source_input_recover(input->source);
	source_input_attach(input->source);
}

void qmp_input_detach(struct qmp_input *input)
{
	if (!input->qmp)
		return;
	input->qmp = NULL;
	source_input_detach(input->source);
}

void qmp_input_resume(struct qmp_input *input)
{
	if (!input->qmp || !input->was_paused)
		return;
	input->was_paused = false;
	source_input_recover(input->source);
}
