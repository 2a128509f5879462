/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/qmp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"
#include "gateway/source/qmp_message.h"

/* QEMU greets at once; a monitor that is taken accepts, and says nothing. */
#define GREETING_LIMIT_US (2 * UINT64_C(1000000))
#define REPLY_LIMIT_US	  (5 * UINT64_C(1000000))

/* The longest line that is read: what we ask for is answered in far less. */
#define LINE_MAX_BYTES 65536

/* Read in one turn of the loop. */
#define READ_BYTES 4096

/* Commands that may wait for their answer, and bytes of them for the socket. */
#define COMMANDS_MAX  1024
#define OUT_MAX_BYTES (COMMANDS_MAX * UINT64_C(256))

enum step {
	STEP_GREETING,
	STEP_CAPABILITIES,
	STEP_READY,
	STEP_FAILED,
};

struct command {
	qmp_answer_fn on_answer;
	void *data;
};

struct qmp {
	const struct qmp_events *events;
	void *data;
	int fd;
	sd_event_source *source;
	struct loop_timer *limit;
	enum step step;
	struct command commands[COMMANDS_MAX]; /* a ring of those without an answer */
	unsigned first;
	unsigned count;
	char *out; /* what the socket has not taken */
	size_t out_used;
	size_t out_room;
	size_t used;
	char line[LINE_MAX_BYTES];
};

static void fail(struct qmp *qmp, const char *reason)
{
	if (qmp->step == STEP_FAILED)
		return;
	qmp->step = STEP_FAILED;
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

/* -- Commands ----------------------------------------------------------------- */

static int flush(struct qmp *qmp)
{
	while (qmp->out_used > 0) {
		ssize_t sent = fd_pass_send(qmp->fd, qmp->out, qmp->out_used, -1);

		if (sent == -EAGAIN)
			break;
		if (sent < 0)
			return (int)sent;
		qmp->out_used -= (size_t)sent;
		memmove(qmp->out, qmp->out + sent, qmp->out_used);
	}
	return sd_event_source_set_io_events(qmp->source,
					     EPOLLIN | (qmp->out_used > 0 ? EPOLLOUT : 0u));
}

static void append(struct qmp *qmp, const char *bytes, size_t size)
{
	if (qmp->out_used + size > qmp->out_room) {
		qmp->out_room = 2 * (qmp->out_used + size);
		qmp->out = xrealloc(qmp->out, qmp->out_room, 1);
	}
	memcpy(qmp->out + qmp->out_used, bytes, size);
	qmp->out_used += size;
}

/* The socket is empty: a descriptor goes with its whole command or not at all. */
static int send_with(struct qmp *qmp, const char *line, int fd)
{
	ssize_t sent = fd_pass_send(qmp->fd, line, strlen(line), fd);

	if (sent < 0)
		return (int)sent;
	return sent == (ssize_t)strlen(line) ? 0 : -EIO;
}

int qmp_send(struct qmp *qmp, const char *command, int fd, qmp_answer_fn on_answer, void *data)
{
	CLEANUP(freep) char *line = NULL;
	int r;

	if (qmp->step == STEP_FAILED)
		return -ENOTCONN;
	if (fd >= 0 && qmp->out_used > 0)
		return -EBUSY;
	if (qmp->count == COMMANDS_MAX || qmp->out_used + strlen(command) >= OUT_MAX_BYTES) {
		fail(qmp, "does not answer on its monitor");
		return -ENOBUFS;
	}
	line = xasprintf("%s\n", command);
	if (fd >= 0) {
		r = send_with(qmp, line, fd);
	} else {
		append(qmp, line, strlen(line));
		r = flush(qmp);
	}
	if (r < 0) {
		fail(qmp, "closed the connection");
		return r;
	}
	qmp->commands[(qmp->first + qmp->count++) % COMMANDS_MAX] = (struct command){on_answer,
										     data};
	return 0;
}

/* -- What comes ----------------------------------------------------------------- */

static void handle_capabilities(void *data, struct json_object *value, const char *error)
{
	struct qmp *qmp = data;

	if (error) {
		CLEANUP(freep)
		char *reason = xasprintf("refuses its monitor (\"%.100s\")", error);

		fail(qmp, reason);
		return;
	}
	loop_timer_disarm(qmp->limit);
	qmp->step = STEP_READY;
	qmp->events->on_ready(qmp->data);
}

static void handle_greeting(struct qmp *qmp)
{
	qmp->step = STEP_CAPABILITIES;
	loop_timer_arm(qmp->limit, REPLY_LIMIT_US);
	qmp_send(qmp, "{\"execute\":\"qmp_capabilities\"}", -1, handle_capabilities, qmp);
}

static void handle_answer(struct qmp *qmp, const struct qmp_message *message)
{
	struct command *command = &qmp->commands[qmp->first];

	qmp->first = (qmp->first + 1) % COMMANDS_MAX;
	qmp->count--;
	command->on_answer(command->data, message->value, message->text);
}

static void handle_message(struct qmp *qmp, const struct qmp_message *message)
{
	bool is_answer = message->kind == QMP_RETURN || message->kind == QMP_ERROR;

	if (qmp->step == STEP_GREETING && message->kind == QMP_GREETING)
		handle_greeting(qmp);
	else if (is_answer && qmp->count > 0)
		handle_answer(qmp, message);
	else if (message->kind != QMP_EVENT)
		fail(qmp, "does not speak QMP");
	else if (qmp->step == STEP_READY && qmp->events->on_event)
		qmp->events->on_event(qmp->data, message->text);
}

static void handle_lines(struct qmp *qmp)
{
	char *start = qmp->line;
	char *end;

	while ((end = memchr(start, '\n', qmp->used - (size_t)(start - qmp->line)))) {
		struct qmp_message message = qmp_message_parse(start, (size_t)(end - start));

		handle_message(qmp, &message);
		qmp_message_finish(&message);
		if (qmp->step == STEP_FAILED)
			return;
		start = end + 1;
	}
	qmp->used -= (size_t)(start - qmp->line);
	memmove(qmp->line, start, qmp->used);
}

static void receive(struct qmp *qmp)
{
	size_t room = sizeof(qmp->line) - qmp->used;
	int received = -1;
	ssize_t count = fd_pass_receive(qmp->fd, qmp->line + qmp->used,
					room < READ_BYTES ? room : READ_BYTES, &received);

	close_fd(received);
	if (count == -EAGAIN)
		return;
	if (count <= 0) {
		fail(qmp, "closed the connection");
		return;
	}
	qmp->used += (size_t)count;
	handle_lines(qmp);
	if (qmp->used == sizeof(qmp->line))
		fail(qmp, "does not speak QMP");
}

static int handle_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct qmp *qmp = data;

	if ((events & EPOLLOUT) && flush(qmp) < 0)
		fail(qmp, "closed the connection");
	else if (events & ~(uint32_t)EPOLLOUT)
		receive(qmp);
	return 0;
}

/* -- Life ------------------------------------------------------------------------ */

int qmp_open(struct loop *loop, int fd, const struct qmp_events *events, void *data,
	     struct qmp **ret_qmp)
{
	CLEANUP(qmp_closep) struct qmp *qmp = xcalloc(1, sizeof(*qmp));
	int r;

	qmp->events = events;
	qmp->data = data;
	qmp->fd = fd;
	r = loop_timer_create(loop, handle_limit, qmp, &qmp->limit);
	if (r < 0)
		return r;
	r = sd_event_add_io(loop_event(loop), &qmp->source, fd, EPOLLIN, handle_io, qmp);
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
	free(qmp->out);
	free(qmp);
}
