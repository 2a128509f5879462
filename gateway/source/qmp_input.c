/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_input.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/source/qmp.h"
#include "gateway/source/qmp_device.h"
#include "gateway/source/qmp_release.h"
#include "gateway/source/qmp_report.h"
#include "gateway/source/source_input.h"

/* QEMU's axes end at 0x7fff, wherever a head does. */
#define AXIS_END 0x7fff

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
	struct qmp_release *release;
	bool has_released;		  /* at the first monitor that there was */
	struct device devices[HEADS_MAX]; /* by head */
	bool was_paused;		  /* since QEMU took input last */
};

/* -- Answers ------------------------------------------------------------------- */

static void note_refusal(struct qmp_input *input, const char *error)
{
	if (!error)
		return;
	log_debug("QEMU refused input: %.200s", error);
	input->was_paused |= strcmp(error, QMP_NOT_RUNNING) == 0;
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

static bool send(struct device *device, qmp_answer_fn on_answer, const struct qmp_report *report)
{
	struct qmp_input *input = device->input;

	return qmp_report_send(report, input->qmp, input->device, device->head, on_answer,
			       device) == 0;
}

static struct device *device_of(void *data, unsigned head)
{
	return &((struct qmp_input *)data)->devices[head];
}

static bool send_key(void *data, uint8_t qnum, bool is_down)
{
	struct qmp_report report = {0};

	qmp_report_key(&report, qnum, is_down);
	return send(device_of(data, 0), handle_answer, &report);
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
	struct qmp_report report = {0};

	qmp_report_axis(&report, "abs", "x", scale(x, size.width));
	qmp_report_axis(&report, "abs", "y", scale(y, size.height));
	return send(device_of(data, head), handle_motion_answer, &report);
}

static bool send_distance(void *data, unsigned head, int32_t dx, int32_t dy)
{
	struct qmp_report report = {0};

	qmp_report_axis(&report, "rel", "x", dx);
	qmp_report_axis(&report, "rel", "y", dy);
	return send(device_of(data, head), handle_motion_answer, &report);
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
	struct qmp_report report = {0};

	qmp_report_button(&report, names[button], is_down);
	return send(device_of(data, head), handle_answer, &report);
}

/* BTN_TOUCH goes with the first contact, and with the last. */
static bool send_touch(void *data, unsigned head, enum source_touch kind, unsigned slot, uint32_t x,
		       uint32_t y)
{
	struct device *device = device_of(data, head);
	struct size size = size_of(data, head);
	struct qmp_report report = {0};

	if (kind == SOURCE_TOUCH_END) {
		device->contacts &= ~(1u << slot);
		qmp_report_contact(&report, "end", slot);
		if (device->contacts == 0)
			qmp_report_button(&report, "touch", false);
	} else {
		if (device->contacts == 0)
			qmp_report_button(&report, "touch", true);
		device->contacts |= 1u << slot;
		qmp_report_contact(&report, kind == SOURCE_TOUCH_BEGIN ? "begin" : "update", slot);
		qmp_report_place(&report, slot, "x", scale(x, size.width));
		qmp_report_place(&report, slot, "y", scale(y, size.height));
	}
	return send(device, handle_answer, &report);
}

static const struct source_input_ops ops = {
	.key = send_key,
	.position = send_position,
	.distance = send_distance,
	.button = send_button,
	.touch = send_touch,
};

/* -- Life ------------------------------------------------------------------------ */

int qmp_input_create(struct loop *loop, struct heads *heads, struct seat *seat,
		     struct qmp_input **ret_input)
{
	CLEANUP(qmp_input_destroyp) struct qmp_input *input = xcalloc(1, sizeof(*input));
	int r;

	input->heads = heads;
	r = source_input_create(loop, &ops, input, heads, seat, &input->source);
	if (r < 0)
		return r;
	for (unsigned head = 0; head < HEADS_MAX; head++) {
		input->devices[head] = (struct device){input, head, 0};
		source_input_add(input->source, head);
	}
	r = qmp_release_create(loop, input->source, &input->release);
	if (r < 0)
		return r;
	*ret_input = TAKE(input);
	return 0;
}

void qmp_input_destroy(struct qmp_input *input)
{
	if (!input)
		return;
	qmp_release_destroy(input->release);
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
	/* What we pressed is known. What somebody else did before our time is not. */
	source_input_recover(input->source);
	if (!input->has_released)
		qmp_release_start(input->release, qmp, device);
	input->has_released = true;
	/* The seat's own repetition comes after what is let go of. */
	source_input_attach(input->source);
}

void qmp_input_detach(struct qmp_input *input)
{
	if (!input->qmp)
		return;
	input->qmp = NULL;
	qmp_release_stop(input->release);
	source_input_detach(input->source);
}

void qmp_input_resume(struct qmp_input *input)
{
	if (!input->qmp)
		return;
	qmp_release_resume(input->release);
	if (input->was_paused)
		source_input_recover(input->source);
	input->was_paused = false;
}
