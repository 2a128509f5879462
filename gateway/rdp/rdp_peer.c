/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_peer.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include <freerdp/peer.h>
#include <winpr/synch.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/thread.h"
#include "common/wakeup.h"
#include "common/xalloc.h"
#include "gateway/encode/refresh.h"
#include "gateway/net/listener.h"
#include "gateway/rdp/rdp_auth.h"
#include "gateway/rdp/rdp_bitmap.h"
#include "gateway/rdp/rdp_channels.h"
#include "gateway/rdp/rdp_context.h"
#include "gateway/rdp/rdp_input.h"
#include "gateway/rdp/rdp_library.h"
#include "gateway/rdp/rdp_picture.h"
#include "gateway/rdp/rdp_pointer.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/rdp/rdp_settings.h"
#include "gateway/rdp/rdp_socket.h"
#include "gateway/viewers.h"

/* Of FreeRDP's own. */
#define HANDLES_MAX 8

struct rdp_peer {
	const struct services *services;
	const struct rdp_options *options;
	void (*on_end)(struct rdp_peer *peer, void *data);
	void *data;
	char name[VIEWER_PEER_MAX];
	uint64_t since_us;
	struct wakeup *wakeup;
	/* A second descriptor of the connection, for poll() and for ending it from the loop's
	 * thread whatever FreeRDP does with its own. */
	int socket;
	pthread_t thread;
	bool is_joined;
	_Atomic(const char *) stop_reason; /* NULL: go on */
	atomic_bool has_logged_in;

	/* The viewer's thread: */
	freerdp_peer *freerdp;
	struct rdp_peer_context *context;
	struct viewer *viewer;
	const char *end_reason;
	bool is_refused; /* by its login: that has been logged */
	bool is_suppressed;
	struct refresh refresh;	   /* of its desktop */
	bool is_impatient;	   /* it asked for the same too often, which was logged */
	struct rdp_output *output; /* in use; NULL: nothing was shown yet */
	bool has_news;		   /* heads changed, or not all of them was sent */
	unsigned pointer_head;
};

static struct rdp_peer *peer_of(rdpContext *context)
{
	return ((struct rdp_peer_context *)context)->peer;
}

/* -- FreeRDP's callbacks: the viewer's thread --------------------------------- */

static bool is_stopping(struct rdp_peer *peer)
{
	return atomic_load(&peer->stop_reason) != NULL;
}

/* Slows down who guesses; stopping is not slowed. */
static void wait_before_login(struct rdp_peer *peer)
{
	uint64_t until = loop_now_us() +
			 access_login_delay_ms(peer->services->access) * UINT64_C(1000);

	while (!is_stopping(peer)) {
		struct pollfd wake = {.fd = wakeup_fd(peer->wakeup), .events = POLLIN};
		uint64_t now = loop_now_us();

		if (now >= until)
			return;
		wakeup_clear(peer->wakeup);
		poll(&wake, 1, (int)((until - now + 999) / 1000));
	}
}

/* FreeRDP 3.10 goes on when Logon() says no, and calls it before the password came. This is
 * called when it is there, and again after each change of the desktop's size. */
static BOOL handle_capabilities(freerdp_peer *freerdp)
{
	struct rdp_peer *peer = peer_of(freerdp->context);
	struct rdp_picture *picture = peer->context->picture;

	if (peer->has_logged_in)
		return TRUE;

	wait_before_login(peer);
	if (is_stopping(peer))
		return FALSE;
	if (!rdp_auth_check(freerdp->context, peer->services->access, peer->name)) {
		peer->is_refused = true;
		return FALSE;
	}
	atomic_store(&peer->has_logged_in, true);

	rdp_settings_read_monitors(freerdp->context->settings, picture);
	return rdp_settings_offer(freerdp->context->settings, rdp_picture_arrange(picture)) == 0;
}

static BOOL handle_post_connect(freerdp_peer *freerdp)
{
	struct rdp_peer *peer = peer_of(freerdp->context);
	struct rdp_peer_context *context = peer->context;

	peer->viewer = viewers_join(peer->services->viewers, "rdp", peer->name);
	if (!peer->viewer) {
		peer->is_refused = true;
		return FALSE;
	}
	context->hands = rdp_hands_create(freerdp->context, peer->services->seat, context->picture);
	return TRUE;
}

static BOOL handle_activate(freerdp_peer *freerdp)
{
	struct rdp_peer *peer = peer_of(freerdp->context);

	rdp_cursor_reset(peer->context->cursor);
	rdp_bitmap_activate(peer->context->bitmap);
	peer->has_news = true;
	return TRUE;
}

static BOOL handle_suppress_output(rdpContext *context, BYTE allow, const RECTANGLE_16 *area)
{
	struct rdp_peer *peer = peer_of(context);

	peer->is_suppressed = !allow;
	if (allow) {
		/* The client may have forgotten what it does not show. */
		struct size size = rdp_picture_layout(peer->context->picture)->size;

		refresh_ask(&peer->refresh, &(pixman_box32_t){.x2 = (int32_t)size.width,
							      .y2 = (int32_t)size.height});
		peer->has_news = true;
	}
	return TRUE;
}

static BOOL handle_refresh_rect(rdpContext *context, BYTE count, const RECTANGLE_16 *areas)
{
	struct rdp_peer *peer = peer_of(context);

	/* [MS-RDPBCGR] 2.2.11.2.1: right and bottom belong to it. */
	for (BYTE i = 0; i < count; i++)
		refresh_ask(&peer->refresh,
			    &(pixman_box32_t){areas[i].left, areas[i].top, areas[i].right + 1,
					      areas[i].bottom + 1});
	return TRUE;
}

/* -- One turn of the viewer's thread -------------------------------------------- */

/* Where pictures go now; NULL while that is not decided. */
static struct rdp_output *output_of(struct rdp_peer *peer)
{
	struct rdp_channels *channels = peer->context->channels;

	if (rdp_channels_may_have_graphics(channels))
		return rdp_channels_graphics(channels);
	return rdp_bitmap_output(peer->context->bitmap);
}

static bool can_show(struct rdp_peer *peer)
{
	return peer->freerdp->activated && peer->viewer && !peer->is_suppressed;
}

/* When it may have again what it asked for. */
static uint64_t refresh_at_us(struct rdp_peer *peer)
{
	return can_show(peer) ? refresh_deadline_us(&peer->refresh) : UINT64_MAX;
}

static void refresh(struct rdp_peer *peer)
{
	uint64_t now = loop_now_us();
	pixman_box32_t box;

	if (refresh_at_us(peer) == UINT64_MAX)
		return;
	if (refresh_take(&peer->refresh, now, &box)) {
		rdp_picture_expose(peer->context->picture, box.x1, box.y1,
				   (uint32_t)(box.x2 - box.x1), (uint32_t)(box.y2 - box.y1));
		peer->has_news = true;
	} else if (!peer->is_impatient) {
		peer->is_impatient = true;
		log_write(LOG_LEVEL_INFO, viewer_subject(peer->viewer),
			  "asks for the same again and again: it gets it a few times a second");
	}
}

/* Whether there is something to send that waits for the socket alone. */
static bool waits_for_socket(struct rdp_peer *peer)
{
	struct rdp_output *output = can_show(peer) ? output_of(peer) : NULL;

	return output && (peer->has_news || output->is_blank) && output->ops->has_room(output);
}

static int timeout_ms(uint64_t deadline_us)
{
	uint64_t now = loop_now_us();

	if (deadline_us == UINT64_MAX)
		return -1;
	return deadline_us <= now ? 0 : (int)((deadline_us - now + 999) / 1000);
}

/* Waits for anything to do. */
static void wait_for_events(struct rdp_peer *peer)
{
	struct pollfd fds[2 + HANDLES_MAX + RDP_CHANNELS_POLL_MAX] = {
		{.fd = wakeup_fd(peer->wakeup), .events = POLLIN},
		{.fd = peer->socket, .events = waits_for_socket(peer) ? POLLOUT : 0},
	};
	HANDLE handles[HANDLES_MAX];
	size_t count = 2;
	DWORD handles_count = peer->freerdp->GetEventHandles(peer->freerdp, handles, HANDLES_MAX);

	for (DWORD i = 0; i < handles_count; i++)
		fds[count++] = (struct pollfd){
			.fd = GetEventFileDescriptor(handles[i]),
			.events = POLLIN,
		};
	count += rdp_channels_poll(peer->context->channels, fds + count);

	uint64_t deadline = rdp_channels_deadline_us(peer->context->channels);

	if (refresh_at_us(peer) < deadline)
		deadline = refresh_at_us(peer);
	poll(fds, count, timeout_ms(deadline));
	if (fds[0].revents) {
		wakeup_clear(peer->wakeup);
		peer->has_news = true;
	}
}

/* What is written beyond this blocks. */
static bool takes_more(struct rdp_peer *peer)
{
	struct pollfd socket = {.fd = peer->socket, .events = POLLOUT};

	return poll(&socket, 1, 0) == 1 && socket.revents & POLLOUT;
}

/* On another head the pointer has another shape. */
static void follow_pointer(struct rdp_peer *peer)
{
	unsigned head = rdp_hands_pointer_head(peer->context->hands);

	if (head != peer->pointer_head)
		peer->has_news = true;
	peer->pointer_head = head;
}

static int show(struct rdp_peer *peer)
{
	struct rdp_output *output = output_of(peer);
	int r;

	r = rdp_cursor_show(peer->context->cursor,
			    heads_get(peer->services->heads, peer->pointer_head));
	if (r < 0)
		return r;
	if (!output)
		return 0;
	if (output != peer->output) {
		peer->output = output;
		output->subject = viewer_subject(peer->viewer);
		log_write(LOG_LEVEL_DEBUG, viewer_subject(peer->viewer), "is shown the guest by %s",
			  output->ops->name);
	}
	r = rdp_picture_send(peer->context->picture, output, viewer_counters(peer->viewer));
	if (r < 0)
		return r;
	peer->has_news = r > 0;
	return 0;
}

/* Says why the connection is to end, where it is our choice. Returns the error that ends it. */
static int end(struct rdp_peer *peer, int error, const char *reason)
{
	peer->end_reason = reason;
	return error;
}

/* Returns 0 to go on or negative errno. */
static int turn(struct rdp_peer *peer)
{
	struct rdp_channels *channels = peer->context->channels;

	wait_for_events(peer);
	if (is_stopping(peer))
		return -ECANCELED;
	if (!peer->freerdp->CheckFileDescriptor(peer->freerdp))
		return -EPROTO;
	if (!peer->freerdp->activated || !peer->viewer)
		return 0;

	if (rdp_channels_run(channels) < 0)
		return -EPROTO;
	follow_pointer(peer);
	if (rdp_hands_error(peer->context->hands) < 0)
		return end(peer, -ENOBUFS, "sent input faster than the guest takes it");
	if (loop_now_us() > rdp_channels_deadline_us(channels))
		return end(peer, -ETIMEDOUT, "acknowledges no frames");
	refresh(peer);
	/* All that has been handled by now may have made news, or room for it. */
	bool can_write = waits_for_socket(peer) && takes_more(peer);

	if (can_write && show(peer) < 0)
		return -EIO;
	/* FreeRDP writes in small pieces, which go to the network as one. */
	if (can_write)
		rdp_socket_hold_back(peer->socket, true);
	if (rdp_channels_flush(channels) < 0)
		return -EIO;
	if (can_write)
		rdp_socket_hold_back(peer->socket, false);
	rdp_picture_note_written(peer->context->picture, viewer_counters(peer->viewer));
	return 0;
}

/* -- The viewer's thread ---------------------------------------------------------- */

/* Takes `socket`. */
static int set_up(struct rdp_peer *peer, int socket)
{
	CLEANUP(close_fdp) int fd = socket;

	if (fd < 0)
		return -errno;
	freerdp_peer *freerdp = freerdp_peer_new(fd);
	if (!freerdp)
		return -ENOMEM;
	take_fd(&fd);
	peer->freerdp = freerdp;
	freerdp->ContextSize = sizeof(struct rdp_peer_context);
	if (!freerdp_peer_context_new(freerdp))
		return -ENOMEM;
	rdp_socket_tune(peer->socket);

	struct rdp_peer_context *context = (struct rdp_peer_context *)freerdp->context;
	rdpUpdate *update = freerdp->context->update;

	peer->context = context;
	context->peer = peer;
	context->picture = rdp_picture_create(peer->services->heads, peer->services->feeds,
					      peer->options, peer->wakeup);
	context->cursor = rdp_cursor_create(freerdp->context);
	freerdp->Capabilities = handle_capabilities;
	freerdp->PostConnect = handle_post_connect;
	freerdp->Activate = handle_activate;
	update->SuppressOutput = handle_suppress_output;
	update->RefreshRect = handle_refresh_rect;

	int r = rdp_auth_prepare(freerdp->context->settings, peer->options->key);
	if (r < 0)
		return r;
	r = rdp_settings_prepare(freerdp->context->settings);
	if (r < 0)
		return r;
	r = rdp_bitmap_create(freerdp->context, &context->bitmap);
	if (r < 0)
		return r;
	if (!freerdp->Initialize(freerdp))
		return -EIO;
	return rdp_channels_create(freerdp->context, peer->services, peer->options->video,
				   &context->channels);
}

static void tear_down(struct rdp_peer *peer)
{
	struct rdp_peer_context *context = peer->context;

	if (context) {
		rdp_channels_destroy(context->channels);
		rdp_hands_destroy(context->hands);
		rdp_bitmap_destroy(context->bitmap);
		rdp_cursor_destroy(context->cursor);
		rdp_picture_destroy(context->picture);
	}
	if (peer->freerdp) {
		if (peer->freerdp->context)
			peer->freerdp->Disconnect(peer->freerdp);
		freerdp_peer_context_free(peer->freerdp);
		freerdp_peer_free(peer->freerdp);
	}
	/* Ours is still open: FreeRDP's close() alone would not end the connection. */
	shutdown(peer->socket, SHUT_RDWR);
}

/* A client may say goodbye first, which FreeRDP takes for an error too: one of the class that
 * tells why a session ended. */
static bool has_hung_up(const struct rdp_peer *peer)
{
	uint32_t error = peer->context ? freerdp_get_last_error(&peer->context->base) : 0;

	return error == FREERDP_ERROR_CONNECT_TRANSPORT_FAILED ||
	       GET_FREERDP_ERROR_CLASS(error) == FREERDP_ERROR_ERRINFO_CLASS;
}

static void log_end(struct rdp_peer *peer)
{
	const char *complaint = rdp_library_complaint();
	struct log_subject subject = {.protocol = "rdp", .peer = peer->name};
	const char *stop_reason = atomic_load(&peer->stop_reason);
	char reason[256];

	/* Whatever failed when it was asked to stop failed because of that. */
	if (stop_reason)
		snprintf(reason, sizeof(reason), "%s", stop_reason);
	else if (peer->end_reason)
		snprintf(reason, sizeof(reason), "%s", peer->end_reason);
	else if (complaint[0] != '\0' && !has_hung_up(peer))
		snprintf(reason, sizeof(reason), "broke the protocol (%s)", complaint);
	else
		snprintf(reason, sizeof(reason), "closed the connection");

	if (peer->viewer)
		viewer_leave(peer->viewer, reason);
	else if (!peer->is_refused)
		log_write(LOG_LEVEL_WARNING, &subject, "%s before it had logged in", reason);
}

/* FreeRDP makes the kinds of its BIOs with the first connection, without a lock: two
 * at once would each make them. */
static int set_up_alone(struct rdp_peer *peer)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int r;

	pthread_mutex_lock(&lock);
	r = set_up(peer, dup(peer->socket));
	pthread_mutex_unlock(&lock);
	return r;
}

static void *run(void *data)
{
	struct rdp_peer *peer = data;
	int r = set_up_alone(peer);

	rdp_library_forget_complaint();
	if (r < 0)
		end(peer, r, "could not be served: FreeRDP did not start");
	while (r == 0)
		r = turn(peer);

	log_end(peer);
	tear_down(peer);
	peer->on_end(peer, peer->data);
	return NULL;
}

/* -- The loop's thread -------------------------------------------------------------- */

int rdp_peer_start(int socket, const struct services *services, const struct rdp_options *options,
		   void (*on_end)(struct rdp_peer *peer, void *data), void *data,
		   struct rdp_peer **ret_peer)
{
	CLEANUP(rdp_peer_destroyp) struct rdp_peer *peer = xcalloc(1, sizeof(*peer));

	peer->socket = socket;
	peer->is_joined = true;
	peer->services = services;
	peer->options = options;
	peer->on_end = on_end;
	peer->data = data;
	peer->since_us = loop_now_us();
	socket_peer_name(socket, peer->name, sizeof(peer->name));

	int r = wakeup_create(&peer->wakeup);
	if (r < 0)
		return r;
	r = thread_start("rdp viewer", run, peer, &peer->thread);
	if (r < 0)
		return r;
	peer->is_joined = false;
	*ret_peer = TAKE(peer);
	return 0;
}

void rdp_peer_stop(struct rdp_peer *peer, const char *reason)
{
	atomic_store(&peer->stop_reason, reason);
	wakeup_signal(peer->wakeup);
	shutdown(peer->socket, SHUT_RDWR);
}

void rdp_peer_join(struct rdp_peer *peer)
{
	if (!peer->is_joined)
		pthread_join(peer->thread, NULL);
	peer->is_joined = true;
}

void rdp_peer_destroy(struct rdp_peer *peer)
{
	if (!peer)
		return;
	rdp_peer_join(peer);
	wakeup_destroy(peer->wakeup);
	close_fd(peer->socket);
	free(peer);
}

void rdp_peer_wake(struct rdp_peer *peer)
{
	wakeup_signal(peer->wakeup);
}

bool rdp_peer_has_logged_in(const struct rdp_peer *peer)
{
	return atomic_load(&peer->has_logged_in);
}

uint64_t rdp_peer_since_us(const struct rdp_peer *peer)
{
	return peer->since_us;
}
