/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/input_peer.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/source/attempts.h"
#include "gateway/source/peer_socket.h"
#include "gateway/source/qmp.h"
#include "gateway/source/qmp_device.h"
#include "gateway/source/qmp_input.h"

/* How long QEMU may take to say what devices it has. */
#define ANSWER_LIMIT_US (5 * UINT64_C(1000000))

struct input_peer {
	struct loop *loop;
	const char *path;
	struct qmp_input *input;
	struct qmp *qmp;
	char device[QMP_DEVICE_MAX];
	struct attempts *attempts;
	struct loop_timer *answer_timer;
	struct loop_timer *loss_timer; /* fires at once: what failed is taken down outside of it */
	bool is_attached;
	bool is_lost;
};

/* -- Losing and trying again ------------------------------------------------------ */

static void detach(struct input_peer *peer)
{
	qmp_close(peer->qmp);
	peer->qmp = NULL;
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

/* -- Attaching --------------------------------------------------------------------- */

static void attach(struct input_peer *peer)
{
	peer->is_attached = true;
	attempts_succeed(peer->attempts);
	log_info("input goes to QEMU at %s", peer->path);
	qmp_input_attach(peer->input, peer->qmp, peer->device);
}

static void handle_devices(void *data, struct json_object *value, const char *error)
{
	struct input_peer *peer = data;
	unsigned count = qmp_device_choose(value, peer->device);

	loop_timer_disarm(peer->answer_timer);
	if (count > 1)
		log_warning("QEMU at %s has %u displays: taking %s for the guest's", peer->path,
			    count, peer->device);
	attach(peer);
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

int input_peer_create(struct loop *loop, const char *path, struct heads *heads, struct seat *seat,
		      struct input_peer **ret_peer)
{
	CLEANUP(input_peer_destroyp) struct input_peer *peer = xcalloc(1, sizeof(*peer));
	char reason[ATTEMPTS_REASON_MAX];
	int r;

	peer->loop = loop;
	peer->path = path;
	peer->input = qmp_input_create(heads, seat);
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
