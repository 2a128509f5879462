/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_viewer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/thread.h"
#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/access/access.h"
#include "gateway/encode/feeds.h"
#include "gateway/frame/head.h"
#include "gateway/input/seat.h"
#include "gateway/resize.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_client.h"
#include "gateway/vnc/vnc_login.h"
#include "gateway/vnc/vnc_messages.h"
#include "gateway/vnc/vnc_update.h"
#include "gateway/vnc/vnc_wire.h"

/* Bytes that may wait in the kernel before the next update is put off: the
 * newest picture is to be sent, not one that has grown old in a queue. */
#define NOT_SENT_MAX 65536

/* How long a dead peer is believed to be alive. */
#define USER_TIMEOUT_MS 30000

/* RFB: ExtendedDesktopSize, status codes */
enum size_status {
	SIZE_PROHIBITED = 1,
	SIZE_NO_RESOURCES = 2,
	SIZE_INVALID_LAYOUT = 3,
	SIZE_FORWARDED = 4, /* asked of the guest, which may take its time */
};

struct vnc_viewer {
	struct vnc_viewer_config config;
	char peer[VIEWER_PEER_MAX];
	char name[32]; /* of the window */
	int fd;
	struct wakeup *wakeup;
	atomic_bool is_stopping;
	pthread_t thread;

	/* The thread's own. */
	struct viewer *entry; /* in the register, once logged in */
	struct vnc_client *client;
	struct vnc_update update;
	struct vnc_messages messages;
	char reason[VNC_CLIENT_REASON_MAX]; /* why it ends */
};

/* These make a slow or dead peer known early; a unix socket has none of them. */
static void tune_socket(int fd)
{
	int one = 1;
	int not_sent = NOT_SENT_MAX;
	int timeout_ms = USER_TIMEOUT_MS;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &not_sent, sizeof(not_sent));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
}

static bool admit(void *data, char reason[VNC_LOGIN_REASON_MAX])
{
	struct vnc_viewer *viewer = data;

	viewer->entry = viewers_join(viewer->config.services->viewers, viewer->config.protocol,
				     viewer->peer);
	if (!viewer->entry)
		snprintf(reason, VNC_LOGIN_REASON_MAX, "too many viewers");
	return viewer->entry;
}

static int log_in(struct vnc_viewer *viewer)
{
	const struct vnc_login login = {
		.fd = viewer->fd,
		.stop = viewer->wakeup,
		.access = viewer->config.asks_password ? viewer->config.services->access : NULL,
		.protocol = viewer->config.protocol,
		.peer = viewer->peer,
		.admit = admit,
		.data = viewer,
	};

	return vnc_login_run(&login, viewer->reason);
}

static int handle_set_desktop_size(void *data, struct size size, bool is_one_screen)
{
	struct vnc_viewer *viewer = data;
	int r;

	if (!is_one_screen)
		return SIZE_INVALID_LAYOUT;
	r = resize_request(viewer->config.services->resize, head_index(viewer->config.head), size);
	switch (r) {
	case 0:
		return SIZE_FORWARDED;
	case -EPERM:
		return SIZE_PROHIBITED;
	case -EINVAL:
		return SIZE_INVALID_LAYOUT;
	default:
		return SIZE_NO_RESOURCES;
	}
}

static int introduce_to_library(struct vnc_viewer *viewer)
{
	struct head *head = viewer->config.head;
	int r;

	snprintf(viewer->name, sizeof(viewer->name), "Windscreen head %u", head_index(head));
	r = vnc_client_create(viewer->fd, head_size(head), viewer->name,
			      viewer_subject(viewer->entry), &viewer->client);
	if (r < 0) {
		snprintf(viewer->reason, sizeof(viewer->reason), "%s",
			 r == -EMFILE ? "too many open files" : "out of memory");
		return r;
	}
	viewer->client->on_set_desktop_size = handle_set_desktop_size;
	viewer->client->data = viewer;
	vnc_update_init(&viewer->update, head,
			feeds_get(viewer->config.services->feeds, head_index(head)), viewer->client,
			viewer_counters(viewer->entry), viewer->wakeup);
	viewer->messages = (struct vnc_messages){
		.fd = viewer->fd,
		.client = viewer->client,
		.update = &viewer->update,
		.input = {.head = head_index(head)},
		.seat = seat_client_open(viewer->config.services->seat),
	};
	return 0;
}

static bool has_room(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & POLLOUT;
}

static bool has_hung_up(int fd)
{
	struct pollfd poll_fd = {.fd = fd};

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & (POLLHUP | POLLERR);
}

/* What the library says of its own write() to a viewer that went away helps nobody. */
static void note_library_reason(struct vnc_viewer *viewer)
{
	snprintf(viewer->reason, sizeof(viewer->reason), "%s",
		 has_hung_up(viewer->fd) ? "closed the connection" : viewer->client->reason);
}

/* Has the socket take what it can of what was said. */
static int flush(struct vnc_viewer *viewer)
{
	struct vnc_output *output = &viewer->client->output;
	int r = vnc_output_flush(output);

	if (r == 0 && vnc_output_is_empty(output))
		vnc_line_note_written(&viewer->update.line);
	return r;
}

/* Sends what is due. Returns 1 when it waits for room on the line, else 0 or negative errno. */
static int update(struct vnc_viewer *viewer)
{
	struct vnc_output *output = &viewer->client->output;
	int r = flush(viewer);

	if (r == 0 && vnc_output_is_empty(output) && vnc_update_is_due(&viewer->update)) {
		if (!has_room(viewer->fd))
			return 1;
		r = vnc_update_send(&viewer->update);
		if (r >= 0)
			r = flush(viewer);
	}
	if (r == -EMSGSIZE)
		snprintf(viewer->reason, sizeof(viewer->reason),
			 "cannot follow the head's new size (no DesktopSize)");
	else if (r < 0)
		note_library_reason(viewer);
	return r < 0 ? r : !vnc_output_is_empty(output);
}

static int handle_message(struct vnc_viewer *viewer)
{
	int r;

	if (viewer->client->rfb->state == RFB_NORMAL)
		return vnc_messages_handle(&viewer->messages, viewer->reason);
	/* ClientInit, which the library answers with the size. */
	r = vnc_client_process(viewer->client);
	if (r < 0)
		note_library_reason(viewer);
	return r;
}

/* How long there is nothing to do unless something happens. */
static int timeout_ms(struct vnc_viewer *viewer, bool for_room)
{
	uint64_t deadline, now;

	/* The feed says when there is more only to those that it had nothing for. */
	if (!for_room && viewer->client->rfb->state == RFB_NORMAL &&
	    vnc_update_is_due(&viewer->update))
		return 0;
	deadline = vnc_update_deadline_us(&viewer->update);
	if (deadline == UINT64_MAX)
		return -1;
	now = loop_now_us();
	return deadline > now ? (int)((deadline - now) / 1000 + 1) : 0;
}

/* Waits until the peer says something, the line has room, or the head something new. Returns
 * what the connection is ready for. */
static int wait_for_news(struct vnc_viewer *viewer, bool for_room)
{
	struct pollfd fds[] = {
		{.fd = viewer->fd},
		{.fd = wakeup_fd(viewer->wakeup), .events = POLLIN},
	};

	if (!vnc_output_is_full(&viewer->client->output))
		fds[0].events |= POLLIN;
	if (for_room)
		fds[0].events |= POLLOUT;
	if (poll(fds, 2, timeout_ms(viewer, for_room)) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[1].revents) {
		wakeup_clear(viewer->wakeup);
		vnc_update_note_news(&viewer->update);
	}
	return fds[0].revents;
}

static void serve(struct vnc_viewer *viewer)
{
	while (!viewer->is_stopping) {
		int r = 0;

		if (viewer->client->rfb->state == RFB_NORMAL)
			r = update(viewer);
		if (r < 0)
			return;
		r = wait_for_news(viewer, r > 0);
		if (r < 0)
			return;
		if (r & ~POLLOUT && handle_message(viewer) < 0)
			return;
	}
}

static void watch(struct vnc_viewer *viewer)
{
	struct head *head = viewer->config.head;

	if (introduce_to_library(viewer) == 0) {
		viewer_counters(viewer->entry)->heads = 1u << head_index(head);
		serve(viewer);
		seat_client_close(viewer->messages.seat);
		vnc_update_finish(&viewer->update);
	}
	vnc_client_destroy(viewer->client);
	viewer->client = NULL;
}

static const char *reason_to_leave(const struct vnc_viewer *viewer)
{
	if (viewer->is_stopping)
		return "the server stops";
	return viewer->reason[0] ? viewer->reason : "closed the connection";
}

static void *run(void *data)
{
	struct vnc_viewer *viewer = data;
	const struct log_subject subject = {.protocol = viewer->config.protocol,
					    .peer = viewer->peer};
	int r;

	r = log_in(viewer);
	viewer->config.on_login_over(viewer->config.data);
	/* A wrong password was logged where it was counted. */
	if (r < 0 && r != -EACCES && !viewer->entry)
		log_write(LOG_LEVEL_INFO, &subject, "turned away: %s", viewer->reason);
	if (r == 0)
		watch(viewer);
	viewer_leave(viewer->entry, reason_to_leave(viewer));
	/* Closed after the join only: another thread may be stopping us. */
	shutdown(viewer->fd, SHUT_RDWR);
	viewer->config.on_end(viewer, viewer->config.data);
	return NULL;
}

static void free_viewer(struct vnc_viewer *viewer)
{
	if (!viewer)
		return;
	close_fd(viewer->fd);
	wakeup_destroy(viewer->wakeup);
	free(viewer);
}

DEFINE_CLEANUP(struct vnc_viewer *, free_viewer)

int vnc_viewer_start(const struct vnc_viewer_config *config, int fd, struct vnc_viewer **ret_viewer)
{
	CLEANUP(free_viewerp) struct vnc_viewer *viewer = xcalloc(1, sizeof(*viewer));
	int flags;
	int r;

	viewer->fd = fd;
	viewer->config = *config;
	snprintf(viewer->peer, sizeof(viewer->peer), "%s", config->peer);
	viewer->config.peer = viewer->peer;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	tune_socket(fd);
	r = wakeup_create(&viewer->wakeup);
	if (r < 0)
		return r;
	/* Set first: the thread may be at its end before this returns. */
	*ret_viewer = viewer;
	/* Without signals: a peer that goes away while the library writes must not
	 * kill the process by SIGPIPE. */
	r = thread_start("vnc viewer", run, viewer, &viewer->thread);
	if (r < 0)
		return r;
	TAKE(viewer);
	return 0;
}

void vnc_viewer_stop(struct vnc_viewer *viewer)
{
	viewer->is_stopping = true;
	wakeup_signal(viewer->wakeup);
	/* Wakes it from inside the library too. */
	shutdown(viewer->fd, SHUT_RDWR);
}

void vnc_viewer_join(struct vnc_viewer *viewer)
{
	pthread_join(viewer->thread, NULL);
	free_viewer(viewer);
}
