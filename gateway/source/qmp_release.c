/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_release.h"

#include <stdio.h>
#include <string.h>

#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/input/keys.h"
#include "gateway/source/qmp_device.h"
#include "gateway/source/qmp_report.h"
#include "gateway/source/source_input.h"

/* With the report's end they fit into a virtio-input's queue of 64. */
#define KEYS_PER_REPORT 48

/* For the guest to empty it. */
#define PAUSE_US 100000

struct qmp_release {
	const struct source_input *input;
	struct loop_timer *timer;
	struct qmp *qmp; /* NULL: stopped */
	char device[QMP_DEVICE_MAX];
	unsigned next; /* the qnum to go on with */
	bool was_refused;
};

static void handle_answer(void *data, struct json_object *value, const char *error)
{
	struct qmp_release *release = data;

	/* A head or a device that is not there has nothing pressed. */
	if (error && strcmp(error, QMP_NOT_RUNNING) == 0)
		release->was_refused = true;
}

static void send(struct qmp_release *release, unsigned head, const struct qmp_report *report)
{
	qmp_report_send(report, release->qmp, release->device, head, handle_answer, release);
}

static void let_go_of_buttons(struct qmp_release *release, unsigned head)
{
	static const char *const names[] = {"left", "middle", "right", "side", "extra"};
	struct qmp_report report = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		qmp_report_button(&report, names[i], false);
	send(release, head, &report);
}

static void let_go_of_contacts(struct qmp_release *release, unsigned head)
{
	struct qmp_report report = {0};

	for (unsigned slot = 0; slot < INPUT_CONTACTS_MAX; slot++)
		qmp_report_contact(&report, "end", slot);
	qmp_report_button(&report, "touch", false);
	send(release, head, &report);
}

static void let_go_of_keys(struct qmp_release *release)
{
	struct qmp_report report = {0};
	unsigned count = 0;

	for (; release->next <= QNUM_MAX && count < KEYS_PER_REPORT; release->next++) {
		const char *name = key_name((uint8_t)release->next);

		if (!name || source_input_holds_key(release->input, (uint8_t)release->next))
			continue;
		qmp_report_named_key(&report, name, false);
		count++;
	}
	if (count > 0)
		send(release, 0, &report);
	if (release->next <= QNUM_MAX)
		loop_timer_arm(release->timer, PAUSE_US);
}

static void handle_timer(void *data)
{
	struct qmp_release *release = data;

	if (release->qmp)
		let_go_of_keys(release);
}

int qmp_release_create(struct loop *loop, const struct source_input *input,
		       struct qmp_release **ret_release)
{
	CLEANUP(qmp_release_destroyp) struct qmp_release *release = xcalloc(1, sizeof(*release));
	int r = loop_timer_create(loop, handle_timer, release, &release->timer);

	if (r < 0)
		return r;
	release->input = input;
	*ret_release = TAKE(release);
	return 0;
}

void qmp_release_destroy(struct qmp_release *release)
{
	if (!release)
		return;
	loop_timer_destroy(release->timer);
	free(release);
}

void qmp_release_start(struct qmp_release *release, struct qmp *qmp, const char *device)
{
	/* Without a device the same ones would be told for each head. */
	unsigned heads = device[0] ? HEADS_MAX : 1;

	release->qmp = qmp;
	snprintf(release->device, sizeof(release->device), "%s", device);
	release->was_refused = false;
	release->next = 0;
	for (unsigned head = 0; head < heads; head++) {
		let_go_of_buttons(release, head);
		let_go_of_contacts(release, head);
	}
	let_go_of_keys(release);
}

void qmp_release_stop(struct qmp_release *release)
{
	release->qmp = NULL;
	loop_timer_disarm(release->timer);
}

void qmp_release_resume(struct qmp_release *release)
{
	char device[QMP_DEVICE_MAX];

	if (!release->qmp || !release->was_refused)
		return;
	memcpy(device, release->device, sizeof(device));
	qmp_release_start(release, release->qmp, device);
}
