/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/status_text.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/xalloc.h"

/* -- Reading: what is missing is empty ------------------------------------- */

static struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, name, &value);
	return value;
}

static const char *text(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static int64_t number(struct json_object *object, const char *name)
{
	return json_object_get_int64(member(object, name));
}

static size_t length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static struct json_object *element(struct json_object *array, size_t index)
{
	return json_object_array_get_idx(array, index);
}

static const char *element_text(struct json_object *array, size_t index)
{
	const char *value = json_object_get_string(element(array, index));

	return value ? value : "";
}

/* -- The parts ------------------------------------------------------------- */

static void print_guest(FILE *out, struct json_object *status)
{
	struct json_object *guest = member(status, "guest");

	fprintf(out, "%s: ", text(status, "name"));
	if (!json_object_get_boolean(member(guest, "attached"))) {
		fprintf(out, "no guest: %s\n", text(guest, "reason"));
		return;
	}
	fprintf(out, "attached");
	if (*text(guest, "name"))
		fprintf(out, " to %s", text(guest, "name"));
	if (*text(guest, "uuid"))
		fprintf(out, " (%s)", text(guest, "uuid"));
	fputc('\n', out);
}

/* Where the guest takes input, as it nearly always does, there is nothing to say. */
static void print_input(FILE *out, struct json_object *status)
{
	struct json_object *input = member(status, "input");

	if (json_object_get_boolean(member(member(status, "guest"), "attached")) &&
	    *text(input, "reason"))
		fprintf(out, "no input: %s\n", text(input, "reason"));
}

/* "2.9 MB": a number that can be read at a glance. The caller frees. */
static char *text_from_bytes(int64_t bytes)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	double amount = (double)bytes;
	size_t unit = 0;

	while (amount >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		amount /= 1000;
		unit++;
	}
	return xasprintf(unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
}

static double milliseconds(struct json_object *object, const char *name)
{
	return (double)number(object, name) / 1000;
}

/* What encoding has cost; nothing while it has not. */
static void print_encodes(FILE *out, struct json_object *encodes)
{
	int64_t units = number(encodes, "units");
	CLEANUP(freep) char *bytes = text_from_bytes(number(encodes, "unit_bytes"));

	if (units > 0)
		fprintf(out,
			"           video: %" PRId64 " units (%" PRId64 " key), %s, %.1f ms each\n",
			units, number(encodes, "key_units"), bytes,
			milliseconds(encodes, "encode_us") / (double)units);
	if (number(encodes, "pieces") > 0)
		fprintf(out, "           pixels: %" PRId64 " pieces, %" PRId64 " more shared\n",
			number(encodes, "pieces"), number(encodes, "pieces_shared"));
}

static void print_heads(FILE *out, struct json_object *heads)
{
	for (size_t i = 0; i < length(heads); i++) {
		struct json_object *head = element(heads, i);
		CLEANUP(freep)
		char *size = xasprintf("%" PRId64 "x%" PRId64, number(head, "width"),
				       number(head, "height"));

		fprintf(out, "  head %-2" PRId64 "  %-9s  ", number(head, "index"), size);
		if (*text(head, "notice"))
			fprintf(out, "%s\n", text(head, "notice"));
		else
			fprintf(out, "frame %" PRId64 "\n", number(head, "frame"));
		print_encodes(out, member(head, "encodes"));
	}
}

/* "1:02:03", or "0:42". The caller frees. */
static char *text_from_seconds(int64_t seconds)
{
	int64_t hours = seconds / 3600;

	if (hours > 0)
		return xasprintf("%" PRId64 ":%02d:%02d", hours, (int)(seconds / 60 % 60),
				 (int)(seconds % 60));
	return xasprintf("%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

static void print_latency(FILE *out, const char *what, struct json_object *latency)
{
	if (number(latency, "count") > 0)
		fprintf(out, ", %s after %.1f ms (95%%: %.1f)", what,
			milliseconds(latency, "p50_us"), milliseconds(latency, "p95_us"));
}

static void print_viewer_quality(FILE *out, struct json_object *viewer)
{
	const char *video = text(viewer, "video");

	if (!*video)
		return;
	fprintf(out, "      %s", strcmp(video, "none") == 0 ? "no video" : "video: ");
	if (strcmp(video, "none") != 0)
		fprintf(out, "%s, %" PRId64 " units", video, number(viewer, "units"));
	fprintf(out, ", %" PRId64 " frames dropped", number(viewer, "dropped"));
	if (number(viewer, "kbps") > 0)
		fprintf(out, ", the line takes %" PRId64 " kbit/s", number(viewer, "kbps"));
	print_latency(out, "written", member(viewer, "written"));
	print_latency(out, "acknowledged", member(viewer, "acknowledged"));
	fputc('\n', out);
}

static void print_viewers(FILE *out, struct json_object *viewers)
{
	fprintf(out, "\nViewers:%s\n", length(viewers) ? "" : " none");
	for (size_t i = 0; i < length(viewers); i++) {
		struct json_object *viewer = element(viewers, i);
		struct json_object *heads = member(viewer, "heads");
		CLEANUP(freep) char *time = text_from_seconds(number(viewer, "seconds"));
		CLEANUP(freep) char *bytes = text_from_bytes(number(viewer, "bytes"));

		fprintf(out, "  %-3" PRId64 " %-4s %-21s  head", number(viewer, "id"),
			text(viewer, "protocol"), text(viewer, "peer"));
		for (size_t h = 0; h < length(heads); h++)
			fprintf(out, "%s%s", h ? "," : " ", element_text(heads, h));
		fprintf(out, "  for %s, %" PRId64 " updates, %s\n", time, number(viewer, "frames"),
			bytes);
		print_viewer_quality(out, viewer);
	}
}

/* -- How to connect -------------------------------------------------------- */

static bool is_unix(const char *address)
{
	return strncmp(address, "unix:", 5) == 0;
}

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]", 5) == 0;
}

static const char *port_of(const char *address)
{
	const char *colon = strrchr(address, ':');

	return colon ? colon + 1 : "";
}

/* The passwords are told on the control socket only. */
static void print_login(FILE *out, struct json_object *access)
{
	if (strcmp(text(access, "mode"), "open") == 0)
		fprintf(out, "  no password");
	if (*text(access, "user"))
		fprintf(out, "  user %s", text(access, "user"));
	if (*text(access, "password"))
		fprintf(out, ", password %s", text(access, "password"));
	fputc('\n', out);
}

static void print_listeners(FILE *out, struct json_object *listeners, struct json_object *access)
{
	struct json_object *vnc = member(listeners, "vnc");
	const char *rdp = text(listeners, "rdp");
	const char *web = text(listeners, "web");

	if (*rdp) {
		fprintf(out, "  RDP      %-24s", rdp);
		print_login(out, access);
	}
	for (size_t i = 0; i < length(vnc); i++) {
		fprintf(out, "  VNC      %-24s  head %zu", element_text(vnc, i), i);
		if (*text(access, "vnc_password"))
			fprintf(out, ", password %s", text(access, "vnc_password"));
		fputc('\n', out);
	}
	if (*web) {
		/* Off loopback there is no listener without TLS, and on it none with. */
		CLEANUP(freep)
		char *url = xasprintf("%s://%s/", is_loopback(web) ? "http" : "https", web);

		fprintf(out, "  Browser  %-24s", url);
		print_login(out, access);
	}
	if (*text(listeners, "control"))
		fprintf(out, "  Scripts  windscreen --control %s\n", text(listeners, "control"));
}

/* One -L for what only this machine can reach. */
static void print_forward(FILE *out, const char *address, unsigned unix_port)
{
	if (is_unix(address))
		fprintf(out, " -L %u:%s", unix_port, address + 5);
	else if (is_loopback(address))
		fprintf(out, " -L %s:%s", port_of(address), address);
}

static void print_ssh(FILE *out, struct json_object *listeners, const char *ssh_host)
{
	struct json_object *vnc = member(listeners, "vnc");
	CLEANUP(freep) char *forwards = NULL;
	size_t size;
	FILE *list = open_memstream(&forwards, &size);

	print_forward(list, text(listeners, "rdp"), 3389);
	for (size_t i = 0; i < length(vnc); i++)
		print_forward(list, element_text(vnc, i), 5900 + (unsigned)i);
	print_forward(list, text(listeners, "web"), 8080);
	fclose(list);
	if (size == 0)
		return;

	fprintf(out, "\nFrom another machine, through SSH, at the same addresses there:\n");
	fprintf(out, "  ssh -N%s %s\n", forwards, ssh_host);
}

char *status_text(struct json_object *status, const char *ssh_host)
{
	struct json_object *listeners = member(status, "listeners");
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	if (!out)
		return xstrdup("");
	print_guest(out, status);
	print_input(out, status);
	print_heads(out, member(status, "heads"));
	print_viewers(out, member(status, "viewers"));
	fprintf(out, "\nTo connect:\n");
	print_listeners(out, listeners, member(status, "access"));
	if (ssh_host)
		print_ssh(out, listeners, ssh_host);
	fclose(out);

	for (char *c = result; *c; c++)
		if ((*c != '\n' && (unsigned char)*c < ' ') || *c == 0x7f)
			*c = '?';
	return result;
}
