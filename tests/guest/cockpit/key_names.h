/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Names of Linux key and button codes, and the characters that keys type on a
 * US keyboard.
 */

#include <stdbool.h>

/** "KEY_A", "BTN_LEFT" and so on, or NULL for a code without a name here. */
const char *key_name(int code);

/** The character that the key types, or 0. */
char key_character(int code, bool shift);
