/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/fd_pass.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/source/qmp_message.h"

/* QEMU greets at once; a monitor that is taken accepts, and says nothing. */
#define GREETING_LIMIT_US (2 * UINT64_C(1000000))
#define REPLY_LIMIT_US	  (5 * UINT64_C(1000000))

/* The longest line that is read: what we ask for is answered in a few bytes. */
#define LINE_MAX_BYTES 65536

/* Turns of reading before the loop gets its own. */
#define READ_BYTES 4096

#define REASON_MAX 200

enum step {
	STEP_GREETING,
	STEP_CAPABILITIES,
	STEP_GETFD,
	STEP_ADD_CLIENT,
	STEP_DONE,
};

static const char *const commands[] = {
	[STEP_CAPABILITIES] = "{\"execute\":\"qmp_capabilities\"}\n",
	[STEP_GETFD] = "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"windscreen\"}}\n",
	[STEP_ADD_CLIENT] = "{\"execute\":\"add_client\",\"arguments\":{"
			    "\"protocol\":\"@dbus-display\",\"fdname\":\"windscreen\"}}\n",
};

struct qmp {
	const struct qmp_events *events;
	void *data;
	int fd;
	sd_event_source *source;
	struct loop_timer *limit;
	enum step step;
	int ours; /* the socket pair that the display is going to be served on */
	int theirs;
	size_t used;
	char line[LINE_MAX_BYTES];
};

static void fail(struct qmp *qmp, const char *reason)
{
	loop_timer_disarm(qmp->limit);
	sd_event_source_set_enabled(qmp->source, SD_EVENT_OFF);
	qmp->events->on_failed(qmp->data, reason);
}

static void handle_limit(void *data)
{
	struct qmp *qmp = data;

	fail(qmp, qmp->step == STEP_GREETING
			  ? "accepts the connection and says nothing: another client probably "
			    "holds this monitor, which serves one at a time"
			  : "does not answer on its monitor");
}

static int send_command(struct qmp *qmp)
{
	const char *command = commands[qmp->step];
	int fd = qmp->step == STEP_GETFD ? qmp->theirs : -1;
	ssize_t sent = fd_pass_send(qmp->fd, command, strlen(command), fd);

	/* The socket is empty: a command goes in whole or not at all. */
	if (sent != (ssize_t)strlen(command))
		return sent < 0 ? (int)sent : -EIO;
	loop_timer_arm(qmp->limit, REPLY_LIMIT_US);
	return 0;
}

static void advance(struct qmp *qmp)
{
	qmp->step++;
	if (qmp->step == STEP_DONE) {
		loop_timer_disarm(qmp->limit);
		qmp->theirs = close_fd(qmp->theirs);
		qmp->events->on_display(qmp->data, take_fd(&qmp->ours));
	} else if (send_command(qmp) < 0) {
		fail(qmp, "closed the connection");
	}
}

static void handle_error(struct qmp *qmp, const char *description)
{
	char reason[REASON_MAX];

	snprintf(reason, sizeof(reason),
		 qmp->step == STEP_ADD_CLIENT
			 ? "has no D-Bus display (\"%s\"): start it with -display dbus,p2p=on"
			 : "refuses its monitor (\"%s\")",
		 description);
	fail(qmp, reason);
}

/* Returns whether to go on. */
static bool handle_line(struct qmp *qmp, const char *line, size_t length)
{
	char description[QMP_DESCRIPTION_MAX];
	enum qmp_message message = qmp_message_parse(line, length, description);

	if (message == QMP_EVENT || (message != QMP_INVALID && qmp->step == STEP_DONE))
		return true;
	if (message == (qmp->step == STEP_GREETING ? QMP_GREETING : QMP_RETURN)) {
		advance(qmp);
	} else if (message == QMP_ERROR && qmp->step != STEP_GREETING) {
		handle_error(qmp, description);
		return false;
	} else {
		fail(qmp, "does not speak QMP");
		return false;
	}
	return true;
}

static void handle_lines(struct qmp *qmp)
{
	char *start = qmp->line;
	char *end;

	while ((end = memchr(start, '\n', qmp->used - (size_t)(start - qmp->line)))) {
		if (!handle_line(qmp, start, (size_t)(end - start)))
			return;
		start = end + 1;
	}
	qmp->used -= (size_t)(start - qmp->line);
	memmove(qmp->line, start, qmp->used);
}

static int handle_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct qmp *qmp = data;
	size_t room = sizeof(qmp->line) - qmp->used;
	int received = -1;
	ssize_t count = fd_pass_receive(fd, qmp->line + qmp->used,
					room < READ_BYTES ? room : READ_BYTES, &received);

	close_fd(received);
	if (count == -EAGAIN)
		return 0;
	if (count <= 0) {
		fail(qmp, "closed the connection");
		return 0;
	}
	qmp->used += (size_t)count;
	handle_lines(qmp);
	if (qmp->used == sizeof(qmp->line))
		fail(qmp, "does not speak QMP");
	return 0;
}

int qmp_open(struct loop *loop, int fd, const struct qmp_events *events, void *data,
	     struct qmp **ret_qmp)
{
	CLEANUP(qmp_closep) struct qmp *qmp = xcalloc(1, sizeof(*qmp));
	int fds[2];
	int r;

	qmp->events = events;
	qmp->data = data;
	qmp->fd = fd;
	qmp->ours = qmp->theirs = -1;
	r = fd_pass_pair(fds);
	if (r < 0)
		return r;
	qmp->ours = fds[0];
	qmp->theirs = fds[1];
	r = loop_timer_create(loop, handle_limit, qmp, &qmp->limit);
	if (r < 0)
		return r;
	r = sd_event_add_io(loop_event(loop), &qmp->source, fd, EPOLLIN, handle_input, qmp);
	if (r < 0)
		return r;
	loop_timer_arm(qmp->limit, GREETING_LIMIT_US);
	*ret_qmp = TAKE(qmp);
	return 0;
}

void qmp_close(struct qmp *qmp)
{
	if (!qmp)
		return;
	sd_event_source_disable_unref(qmp->source);
	loop_timer_destroy(qmp->limit);
	close_fd(qmp->fd);
	close_fd(qmp->ours);
	close_fd(qmp->theirs);
	free(qmp);
}
