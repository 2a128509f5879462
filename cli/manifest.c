/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/manifest.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/fingerprint.h"
#include "cli/input_file.h"
#include "cli/output_file.h"
#include "cli/scenario.h"
#include "cli/signature.h"
#include "common/cleanup.h"
#include "common/renderer_tag.h"
#include "common/xalloc.h"

#define MANIFEST_BYTES_MAX ((size_t)16 << 20)

/* -- Writing --------------------------------------------------------------------- */

static int write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, name);
	int r = output_file_write(path, bytes, size);

	return r < 0 ? could_not("cannot write %s: %s", path, strerror(-r)) : STATUS_DONE;
}

int manifest_write(const char *folder, struct json_object *manifest, const char *sign)
{
	const char *json = json_object_to_json_string_ext(
		manifest, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	CLEANUP(freep) char *text = xasprintf("%s\n", json);
	uint8_t signature[SIGNATURE_SIZE];
	int status = STATUS_DONE;

	if (sign)
		status = signature_make(sign, text, strlen(text), signature);
	if (status == STATUS_DONE && sign)
		status = write_file(folder, MANIFEST_SIGNATURE, signature, sizeof(signature));
	if (status == STATUS_DONE)
		status = write_file(folder, MANIFEST_FILE, text, strlen(text));
	return status;
}

/* -- Members --------------------------------------------------------------------- */

const char *manifest_text(struct json_object *object, const char *name)
{
	return json_object_get_string(json_object_object_get(object, name));
}

double manifest_number(struct json_object *object, const char *name)
{
	return json_object_get_double(json_object_object_get(object, name));
}

struct json_object *manifest_list(struct json_object *object, const char *name)
{
	return json_object_object_get(object, name);
}

struct json_object *manifest_reference(struct json_object *manifest, unsigned line)
{
	struct json_object *list = manifest_list(manifest, "references");
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		struct json_object *reference = json_object_array_get_idx(list, i);

		if (manifest_number(reference, "line") == line)
			return reference;
	}
	return NULL;
}

/* -- Whether it is one ------------------------------------------------------------- */

struct member {
	const char *name;
	enum json_type type; /* a double may be an integer */
};

static bool has_type(struct json_object *object, enum json_type type)
{
	return json_object_is_type(object, type) ||
	       (type == json_type_double && json_object_is_type(object, json_type_int));
}

static bool has_members(struct json_object *object, const struct member *members)
{
	struct json_object *member;

	if (!json_object_is_type(object, json_type_object))
		return false;
	for (; members->name; members++)
		if (!json_object_object_get_ex(object, members->name, &member) ||
		    !has_type(member, members->type))
			return false;
	return true;
}

static bool is_list_of(struct json_object *list, const struct member *members)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		struct json_object *element = json_object_array_get_idx(list, i);

		if (members ? !has_members(element, members)
			    : !json_object_is_type(element, json_type_string))
			return false;
	}
	return true;
}

/* A file of ours, and no way out of the folder. */
static bool is_reference_name(const char *file)
{
	static const char folder[] = MANIFEST_REFERENCES "/";

	return strncmp(file, folder, strlen(folder)) == 0 && file[strlen(folder)] != '.' &&
	       !strchr(file + strlen(folder), '/');
}

static bool is_reference(struct json_object *reference)
{
	return is_reference_name(manifest_text(reference, "file")) &&
	       is_list_of(manifest_list(reference, "areas"), NULL) &&
	       is_list_of(manifest_list(reference, "ignore"), NULL);
}

static bool is_manifest(struct json_object *manifest)
{
	static const struct member whole[] = {
		{"format", json_type_int},	 {"renderer", json_type_string},
		{"heads", json_type_array},	 {"scenario", json_type_object},
		{"references", json_type_array}, {0},
	};
	static const struct member head[] = {
		{"index", json_type_int},
		{"width", json_type_int},
		{"height", json_type_int},
		{0},
	};
	static const struct member scenario[] = {{"sha256", json_type_string}, {0}};
	static const struct member reference[] = {
		{"line", json_type_int},	{"file", json_type_string},
		{"sha256", json_type_string},	{"head", json_type_int},
		{"timeout_ms", json_type_int},	{"tolerance", json_type_double},
		{"allow", json_type_int},	{"cross_tolerance", json_type_double},
		{"cross_allow", json_type_int}, {"areas", json_type_array},
		{"ignore", json_type_array},	{0},
	};
	struct json_object *list;
	const char *renderer;

	if (!has_members(manifest, whole) || manifest_number(manifest, "format") != 1 ||
	    !has_members(manifest_list(manifest, "scenario"), scenario) ||
	    !is_list_of(manifest_list(manifest, "heads"), head) ||
	    !is_list_of(manifest_list(manifest, "references"), reference))
		return false;
	renderer = manifest_text(manifest, "renderer");
	if (*renderer && !renderer_tag_is_valid(renderer))
		return false;
	list = manifest_list(manifest, "references");
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!is_reference(json_object_array_get_idx(list, i)))
			return false;
	return true;
}

/* -- Whether it is still true --------------------------------------------------------- */

static int check_file(const char *folder, const char *name, const char *expected)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", folder, name);
	char fingerprint[FINGERPRINT_LENGTH + 1];
	uint64_t size;
	int r = fingerprint_file(path, fingerprint, &size);

	if (r < 0)
		return could_not("cannot read %s: %s", path, strerror(-r));
	if (strcmp(fingerprint, expected) != 0)
		return could_not("%s is not the file that was saved: its SHA-256 is another", path);
	return STATUS_DONE;
}

static int check_files(const char *folder, struct json_object *manifest)
{
	struct json_object *list = manifest_list(manifest, "references");
	int status = check_file(folder, MANIFEST_SCENARIO,
				manifest_text(manifest_list(manifest, "scenario"), "sha256"));

	for (size_t i = 0; i < json_object_array_length(list) && status == STATUS_DONE; i++) {
		struct json_object *reference = json_object_array_get_idx(list, i);

		status = check_file(folder, manifest_text(reference, "file"),
				    manifest_text(reference, "sha256"));
	}
	return status;
}

static int verify_text(const char *folder, const char *path, const char *key, const uint8_t *text,
		       size_t size)
{
	CLEANUP(freep) char *signature_path = xasprintf("%s/" MANIFEST_SIGNATURE, folder);
	CLEANUP(freep) uint8_t *signature = NULL;
	size_t signature_size;
	int r = input_file_read(signature_path, SIGNATURE_SIZE, &signature, &signature_size);

	if (r < 0)
		return could_not("cannot read %s: %s", signature_path, strerror(-r));
	return signature_check(key, path, text, size, signature, signature_size);
}

int manifest_read(const char *folder, const char *verify, struct json_object **ret_manifest)
{
	CLEANUP(freep) char *path = xasprintf("%s/" MANIFEST_FILE, folder);
	CLEANUP(json_object_putp) struct json_object *manifest = NULL;
	CLEANUP(freep) uint8_t *text = NULL;
	size_t size;
	int r = input_file_read(path, MANIFEST_BYTES_MAX, &text, &size);
	int status = STATUS_DONE;

	if (r < 0)
		return could_not("cannot read %s: %s", path, strerror(-r));
	if (verify)
		status = verify_text(folder, path, verify, text, size);
	if (status != STATUS_DONE)
		return status;
	manifest = json_tokener_parse((char *)text);
	if (!is_manifest(manifest))
		return could_not("%s is not how a guest looks, as this version saves it", path);
	status = check_files(folder, manifest);
	if (status == STATUS_DONE)
		*ret_manifest = TAKE(manifest);
	return status;
}
