/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/input_peer.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/source/attempts.h"
#include "gateway/source/nudge.h"
#include "gateway/source/peer_socket.h"
#include "gateway/source/power.h"
#include "gateway/source/qmp.h"
#include "gateway/source/qmp_device.h"
#include "gateway/source/qmp_display.h"
#include "gateway/source/qmp_input.h"

/* How long QEMU may take to say what devices it has. */
#define ANSWER_LIMIT_US (5 * UINT64_C(1000000))

struct input_peer {
	struct loop *loop;
	const char *path;
	struct seat *seat;
	struct qmp_input *input;
	struct qmp *qmp;
	struct power *power; /* NULL: nobody else has a use for the monitor */
	char device[QMP_DEVICE_MAX];
	bool wants_display;
	struct qmp_display *handing_over;
	struct nudge *nudge;	       /* NULL: QEMU has no display to tell sizes by */
	char no_nudge[QMP_REASON_MAX]; /* why */
	bool has_said_why;
	struct size sizes[HEADS_MAX]; /* that the guest is to be told of; 0x0: of none */
	struct attempts *attempts;
	struct loop_timer *answer_timer;
	struct loop_timer *loss_timer; /* fires at once: what failed is taken down outside of it */
	bool is_attached;
	bool is_lost;
};

/* -- Losing and trying again ------------------------------------------------------ */

static void detach(struct input_peer *peer)
{
	if (peer->is_attached)
		power_detach(peer->power);
	qmp_close(peer->qmp);
	peer->qmp = NULL;
	qmp_display_destroy(peer->handing_over);
	peer->handing_over = NULL;
	nudge_destroy(peer->nudge);
	peer->nudge = NULL;
	if (peer->is_attached)
		qmp_input_detach(peer->input);
	peer->is_attached = false;
}

static void handle_loss(void *data)
{
	struct input_peer *peer = data;

	loop_timer_disarm(peer->answer_timer);
	detach(peer);
	peer->is_lost = false;
	attempts_again(peer->attempts);
}

/* `what` completes "QEMU ...". */
static void lose(void *data, const char *what)
{
	struct input_peer *peer = data;
	char reason[ATTEMPTS_REASON_MAX];

	if (peer->is_lost)
		return;
	peer->is_lost = true;
	if (peer->is_attached)
		snprintf(reason, sizeof(reason), "Input does not reach the guest any more: QEMU %s",
			 what);
	else
		snprintf(reason, sizeof(reason), "Input waits for QEMU at %s: it %s", peer->path,
			 what);
	attempts_fail(peer->attempts, reason, false);
	loop_timer_arm(peer->loss_timer, 0);
}

static void handle_answer_limit(void *data)
{
	lose(data, "does not answer on its monitor");
}

/* -- Sizes ------------------------------------------------------------------------- */

static void tell_size(struct input_peer *peer, unsigned head)
{
	if (peer->nudge) {
		nudge_head(peer->nudge, head, peer->sizes[head]);
	} else if (!peer->has_said_why) {
		log_info("The guest sees a new size when it looks at its monitors again, at its "
			 "next start at the latest: QEMU %s",
			 peer->no_nudge);
		peer->has_said_why = true;
	}
}

void input_peer_tell_size(struct input_peer *peer, unsigned head, struct size size)
{
	if (!peer->wants_display || head >= HEADS_MAX)
		return;
	peer->sizes[head] = size;
	if (peer->is_attached)
		tell_size(peer, head);
}

/* -- Attaching --------------------------------------------------------------------- */

static void attach(struct input_peer *peer)
{
	peer->is_attached = true;
	attempts_succeed(peer->attempts);
	log_info("input goes to QEMU at %s", peer->path);
	qmp_input_attach(peer->input, peer->qmp, peer->device);
	if (peer->power)
		power_attach(peer->power, peer->qmp);
	for (unsigned head = 0; head < HEADS_MAX; head++)
		if (peer->sizes[head].width > 0)
			tell_size(peer, head);
}

static void handle_no_display(void *data, const char *reason)
{
	struct input_peer *peer = data;

	if (strcmp(peer->no_nudge, reason) != 0)
		peer->has_said_why = false;
	snprintf(peer->no_nudge, sizeof(peer->no_nudge), "%s", reason);
	attach(peer);
}

static void handle_display(void *data, int fd)
{
	struct input_peer *peer = data;
	int r = nudge_create(peer->loop, fd, peer->device, peer->seat, &peer->nudge);

	if (r < 0)
		handle_no_display(peer, strerror(-r));
	else
		attach(peer);
}

static const struct qmp_display_events qmp_display_events = {
	.on_display = handle_display,
	.on_refused = handle_no_display,
};

static void handle_devices(void *data, struct json_object *value, const char *error)
{
	struct input_peer *peer = data;
	unsigned count = qmp_device_choose(value, peer->device);
	int r;

	loop_timer_disarm(peer->answer_timer);
	if (count > 1)
		log_warning("QEMU at %s has %u displays: taking %s for the guest's", peer->path,
			    count, peer->device);
	if (!peer->wants_display) {
		attach(peer);
		return;
	}
	r = qmp_display_ask(peer->loop, peer->qmp, &qmp_display_events, peer, &peer->handing_over);
	if (r < 0)
		lose(peer, strerror(-r));
}

static void handle_ready(void *data)
{
	struct input_peer *peer = data;

	loop_timer_arm(peer->answer_timer, ANSWER_LIMIT_US);
	qmp_send(peer->qmp, QMP_DEVICES_COMMAND, -1, handle_devices, peer);
}

static void handle_event(void *data, const char *name)
{
	struct input_peer *peer = data;

	if (strcmp(name, "RESUME") == 0)
		qmp_input_resume(peer->input);
	power_note_event(peer->power, name);
}

static const struct qmp_events qmp_events = {
	.on_ready = handle_ready,
	.on_event = handle_event,
	.on_failed = lose,
};

static void handle_attempt(void *data)
{
	struct input_peer *peer = data;
	char reason[ATTEMPTS_REASON_MAX];
	const char *why;
	int fd = peer_socket_connect(peer->path, &why);
	int r;

	if (fd < 0) {
		snprintf(reason, sizeof(reason), "Input waits for QEMU at %s: %s", peer->path, why);
		attempts_fail(peer->attempts, reason, peer_socket_is_absence(fd));
		attempts_again(peer->attempts);
		return;
	}
	r = qmp_open(peer->loop, fd, &qmp_events, peer, &peer->qmp);
	if (r < 0)
		lose(peer, strerror(-r));
}

/* -- The interface ------------------------------------------------------------------- */

int input_peer_create(struct loop *loop, const char *path, bool wants_display, struct heads *heads,
		      struct seat *seat, struct input_peer **ret_peer)
{
	CLEANUP(input_peer_destroyp) struct input_peer *peer = xcalloc(1, sizeof(*peer));
	char reason[ATTEMPTS_REASON_MAX];
	int r;

	peer->loop = loop;
	peer->path = path;
	peer->seat = seat;
	peer->wants_display = wants_display;
	r = qmp_input_create(loop, heads, seat, &peer->input);
	if (r < 0)
		return r;
	r = loop_timer_create(loop, handle_answer_limit, peer, &peer->answer_timer);
	if (r < 0)
		return r;
	r = loop_timer_create(loop, handle_loss, peer, &peer->loss_timer);
	if (r < 0)
		return r;
	snprintf(reason, sizeof(reason), "Connecting to QEMU at %s", path);
	r = attempts_create(loop, handle_attempt, peer, reason, &peer->attempts);
	if (r < 0)
		return r;
	*ret_peer = TAKE(peer);
	return 0;
}

void input_peer_lend_monitor(struct input_peer *peer, struct power *power)
{
	peer->power = power;
}

void input_peer_destroy(struct input_peer *peer)
{
	if (!peer)
		return;
	detach(peer);
	attempts_destroy(peer->attempts);
	loop_timer_destroy(peer->answer_timer);
	loop_timer_destroy(peer->loss_timer);
	qmp_input_destroy(peer->input);
	free(peer);
}

const char *input_peer_reason(const struct input_peer *peer)
{
	return peer->is_attached && !peer->is_lost ? NULL : attempts_reason(peer->attempts);
}
