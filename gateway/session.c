/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/session.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/access/state_file.h"
#include "gateway/access/tls_key.h"
#include "gateway/config.h"
#include "gateway/encode/feeds.h"
#include "gateway/frame/heads.h"
#include "gateway/input/seat.h"
#include "gateway/metrics.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/record/films.h"
#include "gateway/resize.h"
#include "gateway/services.h"
#include "gateway/source/input_peer.h"
#include "gateway/source/power.h"
#include "gateway/source/serial.h"
#include "gateway/source/source.h"
#include "gateway/status.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_server.h"
#include "gateway/web/web_server.h"

/* For compressing screenshots. */
#define WORKERS	 1
#define JOBS_MAX 16

/* For video: each rendition of a head, and its film, has at most one job under way. More threads
 * than this help only where many heads move. */
#define ENCODERS_MAX 4
#define ENCODES_MAX  (HEADS_MAX * (RENDITIONS + 1))

struct session {
	const struct config *config;
	struct services services;
	struct workers *encoders;
	struct tls_key tls_key;
	struct source *source;
	struct input_peer *input; /* NULL: the source takes input itself */
	struct vnc_server *vnc;
	struct rdp_server *rdp;
	struct web_server *web;
};

/* Who may write there may put another password in the place of ours. */
static int check_is_private(const char *directory)
{
	struct stat status;

	if (stat(directory, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	return status.st_mode & (S_IWGRP | S_IWOTH) ? -EPERM : 0;
}

static int make_state_directory(const char *directory)
{
	int r = state_directory_make(directory);

	if (r == 0)
		r = check_is_private(directory);
	if (r == -EPERM)
		log_error("others may write to the state directory %s: chmod 700 it", directory);
	else if (r < 0)
		log_error("cannot use the state directory %s: %s", directory, strerror(-r));
	return r;
}

static int make_control_directory(const char *control)
{
	CLEANUP(freep) char *directory = xstrdup(control);
	char *slash = strrchr(directory, '/');
	int r;

	if (!slash || slash == directory)
		return 0;
	*slash = '\0';
	r = state_directory_make(directory);
	if (r < 0)
		log_error("cannot make the directory of the control socket %s: %s", control,
			  strerror(-r));
	return r;
}

static void handle_resize(void *data, unsigned head, struct size size)
{
	struct session *session = data;

	log_info("head %u: a viewer asks for %ux%u", head, size.width, size.height);
	source_resize(session->source, head, size);
}

static void handle_size(void *data, unsigned head, struct size size)
{
	struct session *session = data;

	input_peer_tell_size(session->input, head, size);
}

static json_object *handle_status(void *data, bool with_secrets)
{
	struct session *session = data;
	struct status_parts parts = {
		.name = session->config->name,
		.renderer = session->config->renderer,
		.control = session->config->control,
		.services = &session->services,
		.source = session->source,
		.input = session->input,
		.vnc = session->vnc,
		.rdp = session->rdp,
		.web = session->web,
		.with_secrets = with_secrets,
	};

	return status_json(&parts);
}

static char *handle_metrics(void *data)
{
	struct session *session = data;
	struct metrics_parts parts = {
		.name = session->config->name,
		.version = WINDSCREEN_VERSION,
		.guest_is_attached = session->source && source_status(session->source).is_attached,
		.input_is_attached = seat_is_attached(session->services.seat),
		.heads = session->services.heads,
		.feeds = session->services.feeds,
		.viewers = session->services.viewers,
	};

	return metrics_text(&parts);
}

static int handle_open_rfb(void *data, int fd, unsigned head, const char *peer)
{
	struct session *session = data;

	return vnc_server_adopt(session->vnc, fd, head, peer);
}

static void handle_power(void *data, const char *what)
{
	struct session *session = data;

	films_note_event(session->services.films, what);
}

static const struct web_callbacks web_callbacks = {
	.status = handle_status,
	.metrics = handle_metrics,
	.open_rfb = handle_open_rfb,
};

static unsigned count_encoders(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (processors < 1)
		return 1;
	return processors < ENCODERS_MAX ? (unsigned)processors : ENCODERS_MAX;
}

static bool has_text(const char *text)
{
	return text && *text;
}

static int create_services(struct session *session, struct loop *loop)
{
	const struct config *config = session->config;
	struct services *services = &session->services;
	int r;

	services->loop = loop;
	services->heads = heads_create(loop, config->frame_memory_bytes, config->heads);
	services->seat = seat_create(loop, services->heads);
	services->viewers = viewers_create();
	services->power = power_create();
	services->resize = resize_create(loop, services->heads, handle_resize, session);
	r = services->resize ? workers_create(loop, WORKERS, JOBS_MAX, &services->workers)
			     : -ENOMEM;
	if (r == 0)
		r = workers_create(loop, count_encoders(), ENCODES_MAX, &session->encoders);
	if (r < 0) {
		log_error("cannot start: %s", strerror(-r));
		return r;
	}
	services->feeds = feeds_create(loop, session->encoders, services->heads, config->encoder);
	services->films = films_create(loop, session->encoders, services->heads, config->encoder);
	power_observe(services->power, handle_power, session);
	if (has_text(config->serial) || has_text(config->serial_chardev))
		r = serial_create(loop, has_text(config->serial) ? config->serial : NULL,
				  &services->serial);
	if (r < 0) {
		log_error("cannot read the serial line: %s", strerror(-r));
		return r;
	}
	return access_create(config->access, config->state_dir, &services->access);
}

static int create_servers(struct session *session)
{
	const struct config *config = session->config;
	int r;

	if (config->has_rdp) {
		struct rdp_options options = {
			.address = config->rdp,
			.heads_are_given = config->rdp_heads_are_given,
			.heads = config->rdp_heads,
			.video = config->rdp_video,
			.key = &session->tls_key,
		};

		r = rdp_server_create(&session->services, &options, &session->rdp);
		if (r < 0)
			return r;
	}

	/* Browsers speak RFB too. */
	r = vnc_server_create(&session->services, config->has_vnc ? &config->vnc : NULL,
			      &session->vnc);
	if (r < 0)
		return r;

	return web_server_create(
		&session->services,
		&(struct web_options){
			.address = config->has_web ? &config->web : NULL,
			.control_path = config->control,
			.key = config->has_web && !listen_address_is_local(&config->web)
				       ? &session->tls_key
				       : NULL,
			.host = config->web_host,
			.web_root = config->web_root,
			.state_dir = config->state_dir,
		},
		&web_callbacks, session, &session->web);
}

static void handle_line(void *data, int fd)
{
	struct session *session = data;

	serial_adopt(session->services.serial, fd);
}

static int create_sources(struct session *session)
{
	const struct config *config = session->config;
	struct services *services = &session->services;
	int r = 0;

	/* A display that is QEMU's tells the guest of sizes itself. */
	if (config->input)
		r = input_peer_create(services->loop, config->input,
				      config->attach.transport == SOURCE_DISPLAY1, services->heads,
				      services->seat, &session->input);
	if (r == 0)
		r = source_create(services->loop, &config->attach, services->heads,
				  config->input ? NULL : services->seat, &session->source);
	if (r < 0)
		return r;
	if (has_text(config->serial_chardev))
		source_ask_line(session->source, config->serial_chardev, handle_line, session);
	if (config->input) {
		source_on_size(session->source, handle_size, session);
		input_peer_lend_monitor(session->input, services->power);
	} else {
		source_lend_monitor(session->source, services->power);
	}
	return 0;
}

int session_create(struct loop *loop, const struct config *config, struct session **ret_session)
{
	CLEANUP(session_destroyp) struct session *session = xcalloc(1, sizeof(*session));
	int r;

	session->config = config;
	r = make_state_directory(config->state_dir);
	if (r == 0)
		r = make_control_directory(config->control);
	if (r < 0)
		return r;
	r = create_services(session, loop);
	if (r < 0)
		return r;
	r = tls_key_load(config->tls_cert, config->tls_key, config->state_dir, config->name,
			 &session->tls_key);
	if (r < 0)
		return r;
	r = create_servers(session);
	if (r < 0)
		return r;
	if (config->access == ACCESS_OPEN)
		log_warning("access is open: every user of this machine may watch and drive");

	/* Last: from here on the guest may call. */
	r = create_sources(session);
	if (r < 0) {
		log_error("cannot watch for the guest: %s", strerror(-r));
		return r;
	}

	*ret_session = TAKE(session);
	return 0;
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	web_server_destroy(session->web);
	rdp_server_destroy(session->rdp);
	vnc_server_destroy(session->vnc);
	workers_destroy(session->encoders);
	if (session->services.power)
		power_observe(session->services.power, NULL, NULL);
	films_destroy(session->services.films);
	feeds_destroy(session->services.feeds);
	workers_destroy(session->services.workers);
	resize_destroy(session->services.resize);
	source_destroy(session->source);
	serial_destroy(session->services.serial);
	input_peer_destroy(session->input);
	power_destroy(session->services.power);
	seat_destroy(session->services.seat);
	viewers_destroy(session->services.viewers);
	heads_destroy(session->services.heads);
	access_destroy(session->services.access);
	tls_key_finish(&session->tls_key);
	free(session);
}
