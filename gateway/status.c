/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/status.h"

#include "common/loop.h"
#include "gateway/access/access.h"
#include "gateway/encode/feeds.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/record/films.h"
#include "gateway/services.h"
#include "gateway/source/input_peer.h"
#include "gateway/source/source.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_server.h"
#include "gateway/web/web_server.h"

static void add(json_object *to, const char *name, json_object *value)
{
	json_object_object_add(to, name, value);
}

/* What is not known is an empty text: every member is always there. */
static json_object *text(const char *known)
{
	return json_object_new_string(known ? known : "");
}

static json_object *describe_guest(const struct source *source)
{
	json_object *guest = json_object_new_object();
	struct source_status status = {.reason = "starting"};

	if (source)
		status = source_status(source);
	add(guest, "attached", json_object_new_boolean(status.is_attached));
	add(guest, "reason", text(status.is_attached ? NULL : status.reason));
	add(guest, "name", text(status.guest_name));
	add(guest, "uuid", text(status.guest_uuid));
	return guest;
}

static json_object *describe_input(const struct status_parts *parts)
{
	json_object *input = json_object_new_object();
	struct source_status status = {.reason = "starting"};
	const char *reason = NULL;

	if (parts->source)
		status = source_status(parts->source);
	if (parts->input)
		reason = input_peer_reason(parts->input);
	else if (!status.is_attached)
		reason = status.reason;
	add(input, "attached", json_object_new_boolean(!reason));
	add(input, "reason", text(reason));
	return input;
}

static json_object *describe_encodes(struct feed *feed)
{
	json_object *described = json_object_new_object();
	struct feed_count count = feed_count(feed);

	add(described, "frames", json_object_new_uint64(count.frames));
	add(described, "waited", json_object_new_uint64(count.waited));
	add(described, "streams", json_object_new_uint64(count.streams));
	add(described, "units", json_object_new_uint64(count.units));
	add(described, "key_units", json_object_new_uint64(count.key_units));
	add(described, "unit_bytes", json_object_new_uint64(count.unit_bytes));
	add(described, "encode_us", json_object_new_uint64(count.encode_us));
	add(described, "pieces", json_object_new_uint64(count.pieces.encoded));
	add(described, "pieces_shared", json_object_new_uint64(count.pieces.shared));
	add(described, "pieces_us", json_object_new_uint64(count.pieces.encode_us));
	return described;
}

static json_object *describe_film(const struct film *film)
{
	json_object *described = json_object_new_object();
	struct film_count count = film_count(film);

	add(described, "recordings", json_object_new_uint64(count.recordings));
	add(described, "units", json_object_new_uint64(count.units));
	add(described, "key_units", json_object_new_uint64(count.key_units));
	add(described, "unit_bytes", json_object_new_uint64(count.unit_bytes));
	add(described, "encode_us", json_object_new_uint64(count.encode_us));
	add(described, "missed", json_object_new_uint64(count.missed));
	return described;
}

static json_object *describe_head(struct head *head, struct feed *feed, const struct film *film)
{
	json_object *described = json_object_new_object();
	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(head, 0, NULL);
	char notice[NOTICE_MAX];

	head_notice(head, notice);
	add(described, "index", json_object_new_int((int)head_index(head)));
	add(described, "width", json_object_new_int((int)frame->width));
	add(described, "height", json_object_new_int((int)frame->height));
	add(described, "frame", json_object_new_uint64(frame->number));
	add(described, "notice", text(notice));
	if (feed)
		add(described, "encodes", describe_encodes(feed));
	if (film)
		add(described, "film", describe_film(film));
	return described;
}

static json_object *describe_latency(const struct latency_count *count)
{
	json_object *described = json_object_new_object();

	add(described, "count", json_object_new_uint64(count->total));
	add(described, "sum_us", json_object_new_uint64(count->sum_us));
	add(described, "p50_us", json_object_new_uint64(latency_percentile_us(count, 50)));
	add(described, "p95_us", json_object_new_uint64(latency_percentile_us(count, 95)));
	return described;
}

static json_object *describe_viewer(const struct viewer_info *viewer, uint64_t now_us)
{
	json_object *described = json_object_new_object();
	json_object *heads = json_object_new_array();

	for (int i = 0; i < HEADS_MAX; i++)
		if (viewer->heads & 1u << i)
			json_object_array_add(heads, json_object_new_int(i));

	add(described, "id", json_object_new_uint64(viewer->id));
	add(described, "protocol", json_object_new_string(viewer->protocol));
	add(described, "peer", json_object_new_string(viewer->peer));
	add(described, "seconds", json_object_new_uint64((now_us - viewer->since_us) / 1000000));
	add(described, "frames", json_object_new_uint64(viewer->frames));
	add(described, "bytes", json_object_new_uint64(viewer->bytes));
	add(described, "dropped", json_object_new_uint64(viewer->dropped));
	add(described, "video", json_object_new_string(viewer->video));
	add(described, "units", json_object_new_uint64(viewer->units));
	add(described, "kbps", json_object_new_uint64(viewer->kbps));
	add(described, "written", describe_latency(&viewer->written));
	add(described, "acknowledged", describe_latency(&viewer->acknowledged));
	add(described, "heads", heads);
	return described;
}

static json_object *describe_heads(struct heads *heads, struct feeds *feeds, struct films *films)
{
	json_object *list = json_object_new_array();

	for (unsigned i = 0; i < heads_count(heads); i++)
		json_object_array_add(list, describe_head(heads_get(heads, i), feeds_get(feeds, i),
							  films_get(films, i)));
	return list;
}

static json_object *describe_viewers(struct viewers *viewers, uint64_t now_us)
{
	json_object *list = json_object_new_array();
	struct viewer_info infos[VIEWERS_MAX];
	size_t count = viewers_list(viewers, infos, VIEWERS_MAX);

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, describe_viewer(&infos[i], now_us));
	return list;
}

static json_object *address_text(const struct listen_address *address)
{
	char buffer[LISTEN_ADDRESS_MAX];

	return text(listen_address_format(address, buffer));
}

static json_object *describe_vnc(struct vnc_server *server, unsigned heads)
{
	json_object *list = json_object_new_array();

	for (unsigned i = 0; i < heads; i++) {
		const struct listen_address *address = vnc_server_address(server, i);

		if (address)
			json_object_array_add(list, address_text(address));
	}
	return list;
}

/* A protocol that is off is left out. */
static json_object *describe_listeners(const struct status_parts *parts)
{
	json_object *listeners = json_object_new_object();
	const struct listen_address *web = parts->web ? web_server_address(parts->web) : NULL;

	if (parts->rdp)
		add(listeners, "rdp", address_text(rdp_server_address(parts->rdp)));
	if (parts->vnc && vnc_server_address(parts->vnc, 0))
		add(listeners, "vnc",
		    describe_vnc(parts->vnc, heads_count(parts->services->heads)));
	if (web)
		add(listeners, "web", address_text(web));
	add(listeners, "control", text(parts->control));
	return listeners;
}

static json_object *describe_access(const struct access *access, bool with_secrets)
{
	json_object *described = json_object_new_object();

	if (access_mode(access) == ACCESS_OPEN) {
		add(described, "mode", text("open"));
		return described;
	}
	add(described, "mode", text("password"));
	if (!with_secrets)
		return described;
	add(described, "user", text(ACCESS_USER));
	add(described, "password", text(access_password(access)));
	add(described, "vnc_password", text(access_vnc_password(access)));
	return described;
}

json_object *status_json(const struct status_parts *parts)
{
	json_object *status = json_object_new_object();
	uint64_t now_us = loop_now_us();

	add(status, "name", text(parts->name));
	add(status, "version", text(WINDSCREEN_VERSION));
	add(status, "renderer", text(parts->renderer));
	add(status, "time_us", json_object_new_uint64(now_us));
	add(status, "guest", describe_guest(parts->source));
	add(status, "input", describe_input(parts));
	add(status, "heads",
	    describe_heads(parts->services->heads, parts->services->feeds, parts->services->films));
	add(status, "viewers", describe_viewers(parts->services->viewers, now_us));
	add(status, "listeners", describe_listeners(parts));
	add(status, "access", describe_access(parts->services->access, parts->with_secrets));
	return status;
}
