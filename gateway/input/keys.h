/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Keys
 *
 * One table of the keys there are, and every way in which a peer names one:
 * QEMU's qcode names for the API, X11 keysyms for VNC clients without the QEMU
 * extended key event, characters of a US layout for typing.
 *
 * Threads: any; it is all constant.
 */

#include <stdbool.h>
#include <stdint.h>

/* A key, and whether shift goes with it. */
struct keystroke {
	uint8_t qnum;
	bool shift;
};

/** Whether QEMU has a key with this number: others it would log. */
bool key_is_known(uint8_t qnum);

/** "ctrl", "a", "ret": QEMU's qcode names, as `sendkey` has them. Returns false for another. */
bool key_from_name(const char *name, uint8_t *ret_qnum);

/** The qcode name of a key, or NULL. */
const char *key_name(uint8_t qnum);

/** An X11 keysym on a US layout. `shift` tells that it is the key's shifted symbol. */
bool key_from_keysym(uint32_t keysym, struct keystroke *ret_keystroke);

/** A Unicode character on a US layout; newline and tab are keys too. */
bool key_from_character(uint32_t character, struct keystroke *ret_keystroke);

/* The keys of a chord such as "ctrl+alt+delete". */
#define CHORD_KEYS_MAX 8
struct chord {
	unsigned count;
	uint8_t qnums[CHORD_KEYS_MAX];
};

/**
 * Parses names joined by '+'. Returns 0; or -EINVAL, with the word that is not a
 * key (or the whole text) copied to `ret_wrong`.
 */
int chord_parse(const char *text, struct chord *ret_chord, char ret_wrong[32]);
