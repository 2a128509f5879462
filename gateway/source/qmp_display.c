/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp_display.h"

#include <stdio.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"
#include "gateway/source/qmp.h"

#define ANSWER_LIMIT_US (5 * UINT64_C(1000000))

#define GETFD "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"windscreen\"}}"
#define ADD_CLIENT \
	"{\"execute\":\"add_client\",\"arguments\":{\"protocol\":\"@dbus-display\"," \
	"\"fdname\":\"windscreen\"}}"

struct qmp_display {
	const struct qmp_display_events *events;
	void *data;
	struct loop_timer *limit;
	int ours; /* the end that the display is going to be served on */
};

static void refuse(struct qmp_display *display, const char *reason)
{
	loop_timer_disarm(display->limit);
	if (display->ours < 0)
		return; /* already said */
	display->ours = close_fd(display->ours);
	display->events->on_refused(display->data, reason);
}

static void handle_limit(void *data)
{
	refuse(data, "does not answer on its monitor");
}

static void handle_getfd(void *data, struct json_object *value, const char *error)
{
	char reason[QMP_REASON_MAX];

	if (!error)
		return;
	snprintf(reason, sizeof(reason), "refuses its monitor (\"%.100s\")", error);
	refuse(data, reason);
}

static void handle_add_client(void *data, struct json_object *value, const char *error)
{
	struct qmp_display *display = data;
	char reason[QMP_REASON_MAX];

	if (error) {
		snprintf(reason, sizeof(reason),
			 "has no D-Bus display (\"%.100s\"): start it with -display dbus,p2p=on",
			 error);
		refuse(display, reason);
	} else if (display->ours >= 0) {
		loop_timer_disarm(display->limit);
		display->events->on_display(display->data, take_fd(&display->ours));
	}
}

int qmp_display_ask(struct loop *loop, struct qmp *qmp, const struct qmp_display_events *events,
		    void *data, struct qmp_display **ret_display)
{
	CLEANUP(qmp_display_destroyp) struct qmp_display *display = xcalloc(1, sizeof(*display));
	CLEANUP(close_fdp) int theirs = -1;
	int fds[2];
	int r;

	display->events = events;
	display->data = data;
	display->ours = -1;
	r = loop_timer_create(loop, handle_limit, display, &display->limit);
	if (r < 0)
		return r;
	r = fd_pass_pair(fds);
	if (r < 0)
		return r;
	display->ours = fds[0];
	theirs = fds[1];
	/* Where the second does not go out, the first is not answered either. */
	r = qmp_send(qmp, GETFD, theirs, handle_getfd, display);
	if (r == 0)
		r = qmp_send(qmp, ADD_CLIENT, -1, handle_add_client, display);
	if (r < 0)
		return r;
	loop_timer_arm(display->limit, ANSWER_LIMIT_US);
	*ret_display = TAKE(display);
	return 0;
}

void qmp_display_destroy(struct qmp_display *display)
{
	if (!display)
		return;
	loop_timer_destroy(display->limit);
	close_fd(display->ours);
	free(display);
}
