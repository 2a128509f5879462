/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Verdict as JSON
 *
 * As `windscreen compare --json` and the HTTP API have it: docs/api.md.
 *
 * Threads: any.
 */

#include <json-c/json.h>

#include "picture/comparison.h"

/** The verdict on the area of that name; NULL: it has none. The caller owns the object. */
struct json_object *verdict_to_json(const char *area, const struct comparison_verdict *verdict);
