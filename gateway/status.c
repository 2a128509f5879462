/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/status.h"

#include "common/loop.h"
#include "gateway/access/access.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/rdp/rdp_server.h"
#include "gateway/services.h"
#include "gateway/source/source.h"
#include "gateway/viewers.h"
#include "gateway/vnc/vnc_server.h"
#include "gateway/web/web_server.h"

static void add(json_object *to, const char *name, json_object *value)
{
	json_object_object_add(to, name, value);
}

static json_object *text_or_null(const char *text)
{
	return text && *text ? json_object_new_string(text) : NULL;
}

static json_object *describe_guest(const struct source *source)
{
	json_object *guest = json_object_new_object();
	struct source_status status = {.reason = "starting"};

	if (source)
		status = source_status(source);
	add(guest, "attached", json_object_new_boolean(status.is_attached));
	add(guest, "reason", status.is_attached ? NULL : text_or_null(status.reason));
	add(guest, "name", text_or_null(status.guest_name));
	add(guest, "uuid", text_or_null(status.guest_uuid));
	return guest;
}

static json_object *describe_head(struct head *head)
{
	json_object *described = json_object_new_object();
	CLEANUP(frame_unrefp) struct frame *frame = head_fetch(head, 0, NULL);
	char notice[NOTICE_MAX];

	head_notice(head, notice);
	add(described, "index", json_object_new_int((int)head_index(head)));
	add(described, "width", json_object_new_int((int)frame->width));
	add(described, "height", json_object_new_int((int)frame->height));
	add(described, "frame", json_object_new_uint64(frame->number));
	add(described, "notice", text_or_null(notice));
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
	add(described, "heads", heads);
	return described;
}

static json_object *describe_heads(struct heads *heads)
{
	json_object *list = json_object_new_array();

	for (unsigned i = 0; i < heads_count(heads); i++)
		json_object_array_add(list, describe_head(heads_get(heads, i)));
	return list;
}

static json_object *describe_viewers(struct viewers *viewers)
{
	json_object *list = json_object_new_array();
	struct viewer_info infos[VIEWERS_MAX];
	size_t count = viewers_list(viewers, infos, VIEWERS_MAX);
	uint64_t now_us = loop_now_us();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, describe_viewer(&infos[i], now_us));
	return list;
}

static json_object *address_or_null(const struct listen_address *address)
{
	char text[LISTEN_ADDRESS_MAX];

	return address ? json_object_new_string(listen_address_format(address, text)) : NULL;
}

static json_object *describe_listeners(const struct status_parts *parts)
{
	json_object *listeners = json_object_new_object();
	json_object *vnc = json_object_new_array();

	for (unsigned i = 0; parts->vnc && i < heads_count(parts->services->heads); i++) {
		const struct listen_address *address = vnc_server_address(parts->vnc, i);

		if (address)
			json_object_array_add(vnc, address_or_null(address));
	}
	add(listeners, "rdp", address_or_null(parts->rdp ? rdp_server_address(parts->rdp) : NULL));
	add(listeners, "vnc", vnc);
	add(listeners, "web", address_or_null(parts->web ? web_server_address(parts->web) : NULL));
	add(listeners, "control", json_object_new_string(parts->control));
	return listeners;
}

/* The web server takes the passwords out before the answer leaves by any
 * other way than the control socket. */
static json_object *describe_access(const struct access *access)
{
	json_object *described = json_object_new_object();
	bool is_open = access_mode(access) == ACCESS_OPEN;

	add(described, "mode", json_object_new_string(is_open ? "open" : "password"));
	add(described, "user", is_open ? NULL : json_object_new_string(ACCESS_USER));
	add(described, "password", is_open ? NULL : text_or_null(access_password(access)));
	add(described, "vnc_password", is_open ? NULL : text_or_null(access_vnc_password(access)));
	return described;
}

json_object *status_json(const struct status_parts *parts)
{
	json_object *status = json_object_new_object();

	add(status, "name", json_object_new_string(parts->name));
	add(status, "guest", describe_guest(parts->source));
	add(status, "heads", describe_heads(parts->services->heads));
	add(status, "viewers", describe_viewers(parts->services->viewers));
	add(status, "listeners", describe_listeners(parts));
	add(status, "access", describe_access(parts->services->access));
	return status;
}
