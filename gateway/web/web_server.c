/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/thread.h"
#include "common/xalloc.h"
#include "gateway/access/access.h"
#include "gateway/web/api.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_connection.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_errand.h"
#include "gateway/web/web_events.h"
#include "gateway/web/web_http.h"
#include "gateway/web/web_inbox.h"
#include "gateway/web/web_listener.h"
#include "gateway/web/web_request.h"
#include "gateway/web/web_rfb.h"
#include "gateway/web/web_session.h"

/* All headers of a request together: browsers send every cookie of localhost. */
#define HEADERS_MAX 16384

/* Requests whose headers are kept at a time: those of all connections, so that
 * browsers' never make the control socket's wait. */
#define HEADERS_AT_A_TIME (2 * WEB_CONNECTIONS_MAX)

/* For headers, or a body, to come. */
#define REQUEST_TIMEOUT_S   10
#define KEEPALIVE_TIMEOUT_S 30

/* -- Events of libwebsockets --------------------------------------------------------- */

/* libwebsockets ends a connection that speaks no HTTP without a word to us. So
 * it does with one that says nothing, as browsers open them ahead of need. */
static void end_http(struct web_connection *connection)
{
	bool was_silent = loop_now_us() - connection->since_us >=
			  (REQUEST_TIMEOUT_S - 1) * UINT64_C(1000000);
	char byte;
	ssize_t n;

	if (connection->was_understood || was_silent ||
	    atomic_load(&connection->server->is_stopping))
		return;
	n = recv(lws_get_socket_fd(connection->wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	/* Otherwise the client ended it. */
	if (n > 0 || (n < 0 && errno == EAGAIN))
		web_refusal_log_write(&connection->server->refusals, connection->peer,
				      "what is no HTTP request");
}

static int receive(struct web_connection *connection, const void *bytes, size_t size)
{
	struct web_channel *channel = connection->channel;
	bool is_last = lws_is_final_fragment(connection->wsi) &&
		       lws_remaining_packet_payload(connection->wsi) == 0;

	return channel && channel->ops->receive(channel, bytes, size, is_last) ? 0 : -1;
}

static int open_channel(struct web_connection *connection)
{
	struct web_channel *channel = connection->channel;

	channel->is_open = true;
	return channel->ops->open(channel) ? 0 : -1;
}

/* libwebsockets says what it did not understand in a close frame of its own. */
static void note_malformed(const struct web_connection *connection)
{
	int size = lws_get_close_length(connection->wsi);

	if (size > 2 && !connection->channel->has_close_frame)
		web_refusal_log_write(&connection->server->refusals, connection->peer,
				      "a malformed WebSocket message: %.*s", size - 2,
				      (const char *)lws_get_close_payload(connection->wsi) + 2);
}

static void close_channel(struct web_connection *connection)
{
	if (connection->channel)
		note_malformed(connection);
	web_channel_destroy(connection->channel);
	connection->channel = NULL;
}

/* Clients: their HTTP and their WebSockets. */
static int handle_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			 size_t size)
{
	struct web_connection *connection = wsi ? web_connection_of(wsi) : NULL;

	if (!connection)
		return 0;

	switch (reason) {
	case LWS_CALLBACK_HTTP:
		connection->was_understood = true;
		return web_http_begin(connection, in, size);
	case LWS_CALLBACK_HTTP_BODY:
		return web_http_body(connection, in, size);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return web_http_body_end(connection);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return web_http_writable(connection);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return web_http_upgrade(connection, in);
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		/* Whichever way it came here: without a channel it was not admitted. */
		return connection->channel ? 0 : -1;
	case LWS_CALLBACK_ESTABLISHED:
		return open_channel(connection);
	case LWS_CALLBACK_RECEIVE:
		return receive(connection, in, size);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return connection->channel &&
				       connection->channel->ops->writable(connection->channel)
			       ? 0
			       : -1;
	case LWS_CALLBACK_CLOSED_HTTP:
		end_http(connection);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		connection->channel->has_close_frame = true;
		return 0;
	case LWS_CALLBACK_CLOSED:
		close_channel(connection);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		web_connection_destroy(connection);
		return 0;
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_RX:
		/* CONNECT makes a raw connection of one. */
		return -1;
	default:
		return 0;
	}
}

/* Our ends of the socket pairs to the VNC server. */
static int handle_splice(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			 size_t size)
{
	switch (reason) {
	case LWS_CALLBACK_RAW_RX:
		return web_rfb_socket_read(wsi, in, size);
	case LWS_CALLBACK_RAW_WRITEABLE:
		return web_rfb_socket_writable(wsi);
	case LWS_CALLBACK_RAW_CLOSE:
		web_rfb_socket_closed(wsi);
		return 0;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return -1; /* a client that asks for this protocol by name */
	default:
		return 0;
	}
}

static int handle_listener(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			   size_t size)
{
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		web_listener_accept(web_listener_of(wsi));
	return reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION ? -1 : 0;
}

static int handle_wakeup(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			 size_t size)
{
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		web_events_wake(wsi);
	return reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION ? -1 : 0;
}

/* The first is that of HTTP, and of WebSockets that name none. */
static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = handle_client, .rx_buffer_size = WEB_READ_MAX},
	{.name = "binary", .callback = handle_client, .rx_buffer_size = WEB_READ_MAX},
	{.name = "splice", .callback = handle_splice, .rx_buffer_size = WEB_READ_MAX},
	{.name = "listener", .callback = handle_listener},
	{.name = "wakeup", .callback = handle_wakeup},
	{0},
};

/* -- The thread ---------------------------------------------------------------------- */

static void take_answers(struct web_server *server)
{
	struct web_request *request, *next;

	for (request = web_inbox_take(server->inbox); request; request = next) {
		next = request->next;
		server->requests_deferred--;
		if (request->connection)
			web_request_write(request);
		else
			web_request_release(request);
	}
}

static void *run(void *data)
{
	struct web_server *server = data;

	while (!atomic_load(&server->is_stopping)) {
		lws_service(server->lws, 0);
		take_answers(server);
		web_connections_wake(server);
		web_connections_drop_impatient(server);
	}
	return NULL;
}

static int start(struct web_server *server)
{
	int r = thread_start("web", run, server, &server->thread);

	server->has_thread = r == 0;
	return r;
}

static void stop(struct web_server *server)
{
	if (!server->has_thread)
		return;
	atomic_store(&server->is_stopping, true);
	lws_cancel_service(server->lws);
	pthread_join(server->thread, NULL);
	server->has_thread = false;
}

/* -- The context ----------------------------------------------------------------------- */

/* Nearly all that it says is about a client that misbehaves: nothing to act on. */
static void handle_log(int level, const char *line)
{
	size_t length = strcspn(line, "\n");

	log_debug("libwebsockets: %.*s", (int)length, line);
}

/* libwebsockets reads a chain of certificates from a file only. The caller closes. */
static int write_memory_file(const char *text, char path[32])
{
	CLEANUP(close_fdp) int fd = memfd_create("tls", MFD_CLOEXEC);
	size_t size = strlen(text);

	if (fd < 0 || write(fd, text, size) != (ssize_t)size)
		return -errno;
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return take_fd(&fd);
}

static int create_vhost(struct web_server *server, const struct tls_key *key)
{
	struct lws_context_creation_info info = {
		.vhost_name = "web",
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.keepalive_timeout = KEEPALIVE_TIMEOUT_S,
		.timeout_secs = REQUEST_TIMEOUT_S,
		.alpn = "http/1.1", /* of HTTP/2 this server knows nothing */
	};
	CLEANUP(close_fdp) int certificate = -1;
	CLEANUP(close_fdp) int private = -1;
	char certificate_path[32], private_path[32];

	if (key) {
		certificate = write_memory_file(key->certificate, certificate_path);
		private = write_memory_file(key->key, private_path);
		if (certificate < 0 || private < 0)
			return certificate < 0 ? certificate : private;
		/* Without this the vhost would be plain HTTP, and say nothing. */
		info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		info.ssl_cert_filepath = certificate_path;
		info.ssl_private_key_filepath = private_path;
	}
	server->vhost = lws_create_vhost(server->lws, &info);
	return server->vhost ? 0 : -EIO;
}

static int create_context(struct web_server *server, const struct tls_key *key)
{
	/* Finds out, and says so, when a client is gone without a word; nothing of
	 * ours is ever silent for long by intent. */
	static const lws_retry_bo_t liveness = {.secs_since_valid_ping = 20,
						.secs_since_valid_hangup = 40};
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   (key ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
		.pt_serv_buf_size = WEB_READ_MAX,
		.max_http_header_data = HEADERS_MAX,
		.max_http_header_pool = HEADERS_AT_A_TIME,
		.retry_and_idle_policy = &liveness,
		.timeout_secs = REQUEST_TIMEOUT_S,
		.user = server,
	};
	int r;

	lws_set_log_level(LLL_ERR | LLL_WARN, handle_log);
	server->lws = lws_create_context(&info);
	r = server->lws ? create_vhost(server, key) : -ENOMEM;
	if (r < 0)
		log_error("the web server cannot start: %s", strerror(-r));
	else
		web_inbox_set_context(server->inbox, server->lws);
	return r;
}

/* -- The server -------------------------------------------------------------------------- */

/* Browsers keep cookies by host name, not by port, and all tunnels end at
 * localhost: two gateways' cookies must not overwrite each other. */
static void name_cookie(struct web_server *server, const struct web_options *options)
{
	char seed[HOST_NAME_MAX + LISTEN_ADDRESS_MAX + 2] = "", *end;
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	gethostname(seed, HOST_NAME_MAX);
	end = seed + strlen(seed);
	if (options->address)
		listen_address_format(options->address, end);
	for (const char *c = seed; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	snprintf(server->cookie, sizeof(server->cookie), "windscreen-%08x", (unsigned)hash);
}

static int create_listeners(struct web_server *server, const struct web_options *options)
{
	struct web_policy policy = {
		.is_open = access_mode(server->services.access) == ACCESS_OPEN,
		.name = server->host,
		.cookie = server->cookie,
		.sessions = server->sessions,
	};
	struct listen_address control = {.is_unix = true};
	int r = 0;

	if (options->address)
		r = web_listener_create(server, options->address, &policy, server->has_tls,
					&server->browser);
	if (r < 0 || !options->control_path)
		return r;
	if (strlen(options->control_path) >= sizeof(control.path)) {
		log_error("the control socket's path is too long: %s", options->control_path);
		return -ENAMETOOLONG;
	}
	strcpy(control.path, options->control_path);
	policy.is_control = true;
	return web_listener_create(server, &control, &policy, false, &server->control);
}

static int check(const struct web_options *options)
{
	char text[LISTEN_ADDRESS_MAX];

	if (!options->address || options->key || listen_address_is_local(options->address))
		return 0;
	log_error("the web server does not listen on %s, off loopback, without TLS",
		  listen_address_format(options->address, text));
	return -EPERM;
}

/* The API works all the same. */
static void check_page(const struct web_options *options)
{
	CLEANUP(freep) char *path = xasprintf("%s/index.html", options->web_root);

	if (options->address && access(path, R_OK) < 0)
		log_warning("web: browsers get no page: %s: %s", path, strerror(errno));
}

/* Goes on while no gateway runs. */
static uint64_t calendar_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int web_server_create(const struct services *services, const struct web_options *options,
		      const struct web_callbacks *callbacks, void *data,
		      struct web_server **ret_server)
{
	CLEANUP(web_server_destroyp) struct web_server *server = NULL;
	int r = check(options);

	if (r < 0)
		return r;
	check_page(options);
	server = xcalloc(1, sizeof(*server));
	server->services = *services;
	server->callbacks = *callbacks;
	server->data = data;
	server->host = xstrdup(options->host);
	server->web_root = xstrdup(options->web_root);
	server->has_tls = options->key != NULL;
	server->sessions = web_sessions_create(calendar_us, access_password(services->access),
					       options->state_dir);
	server->inbox = web_inbox_create();
	server->input = api_input_create(services->seat);
	server->input_log = api_input_log_create(services->loop, services->seat, services->heads);
	server->serial = api_serial_create(services->loop, services->serial);
	server->errands = web_errands_create(services->loop);
	name_cookie(server, options);

	r = create_context(server, options->key);
	if (r == 0)
		r = create_listeners(server, options);
	if (r < 0)
		return r; /* logged */
	r = web_events_create(server, &server->events);
	if (r == 0)
		r = start(server);
	if (r < 0) {
		log_error("the web server cannot start: %s", strerror(-r));
		return r;
	}
	*ret_server = TAKE(server);
	return 0;
}

void web_server_destroy(struct web_server *server)
{
	if (!server)
		return;
	stop(server);
	web_inbox_set_context(server->inbox, NULL);
	/* Closes every connection; what another thread still answers stays with it. */
	if (server->lws)
		lws_context_destroy(server->lws);
	/* Posts that ask for the status, or to wait. */
	loop_run_posts(server->services.loop);
	web_errands_destroy(server->errands);
	web_inbox_close(server->inbox);
	/* Posts of answers that went on. */
	loop_run_posts(server->services.loop);
	web_listener_destroy(server->browser);
	web_listener_destroy(server->control);
	web_events_destroy(server->events);
	api_input_destroy(server->input);
	api_input_log_destroy(server->input_log);
	api_serial_destroy(server->serial);
	web_sessions_destroy(server->sessions);
	free(server->host);
	free(server->web_root);
	free(server);
}

const struct listen_address *web_server_address(const struct web_server *server)
{
	return server->browser ? web_listener_address(server->browser) : NULL;
}
