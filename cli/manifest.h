/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Manifest
 *
 * A folder that says how a guest looks: manifest.json, the scenario that leads there, and a
 * reference for each picture on the way. docs/testing-guests.md has the members.
 *
 * Functions that return int return 0, or the program's exit status, having said why.
 */

#include <json-c/json.h>

#define MANIFEST_FILE	    "manifest.json"
#define MANIFEST_SIGNATURE  MANIFEST_FILE ".sig"
#define MANIFEST_SCENARIO   "look.scenario"
#define MANIFEST_REFERENCES "references"

/** Writes it to the folder, and a signature with the key at `sign` unless that is NULL. */
int manifest_write(const char *folder, struct json_object *manifest, const char *sign);

/**
 * Reads it, whole and of the right types, and checks that the files which it names are those that
 * it names; and that it was signed by the public key at `verify`, unless that is NULL. The caller
 * puts it.
 */
int manifest_read(const char *folder, const char *verify, struct json_object **ret_manifest);

/** Of a manifest that was read: */
const char *manifest_text(struct json_object *object, const char *name);
double manifest_number(struct json_object *object, const char *name);
struct json_object *manifest_list(struct json_object *object, const char *name);

/** The reference of the step in that line; NULL: it has none. */
struct json_object *manifest_reference(struct json_object *manifest, unsigned line);
