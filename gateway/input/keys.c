/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/keys.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define KEYSYMS_PER_KEY 3

/* Keysyms of characters: Latin-1 as they are, the rest of Unicode with this added. */
#define KEYSYM_UNICODE 0x01000000

#define KEYSYM_ISO_LEFT_TAB 0xfe20

struct key {
	uint8_t qnum;

	const char *name;    /* QEMU's qcode */
	const char *aliases; /* what else people call it, joined by spaces */

	/* What it types on a US layout, without and with shift. The keypad types
	 * nothing, since that depends on num lock. */
	const char *characters;

	/* X11 keysyms, except those of the characters. */
	uint32_t keysyms[KEYSYMS_PER_KEY];
};

/*
 * In the order of qnums. X11's own keyboard description has Meta_L and Meta_R
 * on the Alt keys (with shift), and Super on those with the flag, so do we. What
 * X11 calls Menu is the key that QEMU calls compose, and what QEMU calls menu is
 * another, which few keyboards have.
 */
static const struct key keys[] = {
	{0x01, "esc", "escape", "", {0xff1b}},
	{0x02, "1", "", "1!", {0}},
	{0x03, "2", "", "2@", {0}},
	{0x04, "3", "", "3#", {0}},
	{0x05, "4", "", "4$", {0}},
	{0x06, "5", "", "5%", {0}},
	{0x07, "6", "", "6^", {0}},
	{0x08, "7", "", "7&", {0}},
	{0x09, "8", "", "8*", {0}},
	{0x0a, "9", "", "9(", {0}},
	{0x0b, "0", "", "0)", {0}},
	{0x0c, "minus", "", "-_", {0}},
	{0x0d, "equal", "equals", "=+", {0}},
	{0x0e, "backspace", "bksp", "", {0xff08}},
	{0x0f, "tab", "", "\t", {0xff09, KEYSYM_ISO_LEFT_TAB}},
	{0x10, "q", "", "qQ", {0}},
	{0x11, "w", "", "wW", {0}},
	{0x12, "e", "", "eE", {0}},
	{0x13, "r", "", "rR", {0}},
	{0x14, "t", "", "tT", {0}},
	{0x15, "y", "", "yY", {0}},
	{0x16, "u", "", "uU", {0}},
	{0x17, "i", "", "iI", {0}},
	{0x18, "o", "", "oO", {0}},
	{0x19, "p", "", "pP", {0}},
	{0x1a, "bracket_left", "", "[{", {0}},
	{0x1b, "bracket_right", "", "]}", {0}},
	{0x1c, "ret", "return enter", "\n", {0xff0d}},
	{0x1d, "ctrl", "ctrl_l control", "", {0xffe3}},
	{0x1e, "a", "", "aA", {0}},
	{0x1f, "s", "", "sS", {0}},
	{0x20, "d", "", "dD", {0}},
	{0x21, "f", "", "fF", {0}},
	{0x22, "g", "", "gG", {0}},
	{0x23, "h", "", "hH", {0}},
	{0x24, "j", "", "jJ", {0}},
	{0x25, "k", "", "kK", {0}},
	{0x26, "l", "", "lL", {0}},
	{0x27, "semicolon", "", ";:", {0}},
	{0x28, "apostrophe", "quote", "'\"", {0}},
	{0x29, "grave_accent", "grave backquote", "`~", {0}},
	{0x2a, "shift", "shift_l", "", {0xffe1}},
	{0x2b, "backslash", "", "\\|", {0}},
	{0x2c, "z", "", "zZ", {0}},
	{0x2d, "x", "", "xX", {0}},
	{0x2e, "c", "", "cC", {0}},
	{0x2f, "v", "", "vV", {0}},
	{0x30, "b", "", "bB", {0}},
	{0x31, "n", "", "nN", {0}},
	{0x32, "m", "", "mM", {0}},
	{0x33, "comma", "", ",<", {0}},
	{0x34, "dot", "period", ".>", {0}},
	{0x35, "slash", "", "/?", {0}},
	{0x36, "shift_r", "", "", {0xffe2}},
	{0x37, "kp_multiply", "asterisk", "", {0xffaa}},
	{0x38, "alt", "alt_l option", "", {0xffe9, 0xffe7}},
	{0x39, "spc", "space", " ", {0xff80}},
	{0x3a, "caps_lock", "capslock", "", {0xffe5}},
	{0x3b, "f1", "", "", {0xffbe}},
	{0x3c, "f2", "", "", {0xffbf}},
	{0x3d, "f3", "", "", {0xffc0}},
	{0x3e, "f4", "", "", {0xffc1}},
	{0x3f, "f5", "", "", {0xffc2}},
	{0x40, "f6", "", "", {0xffc3}},
	{0x41, "f7", "", "", {0xffc4}},
	{0x42, "f8", "", "", {0xffc5}},
	{0x43, "f9", "", "", {0xffc6}},
	{0x44, "f10", "", "", {0xffc7}},
	{0x45, "num_lock", "numlock", "", {0xff7f}},
	{0x46, "scroll_lock", "scrolllock", "", {0xff14}},
	{0x47, "kp_7", "", "", {0xffb7, 0xff95}},
	{0x48, "kp_8", "", "", {0xffb8, 0xff97}},
	{0x49, "kp_9", "", "", {0xffb9, 0xff9a}},
	{0x4a, "kp_subtract", "", "", {0xffad}},
	{0x4b, "kp_4", "", "", {0xffb4, 0xff96}},
	{0x4c, "kp_5", "", "", {0xffb5, 0xff9d}},
	{0x4d, "kp_6", "", "", {0xffb6, 0xff98}},
	{0x4e, "kp_add", "", "", {0xffab}},
	{0x4f, "kp_1", "", "", {0xffb1, 0xff9c}},
	{0x50, "kp_2", "", "", {0xffb2, 0xff99}},
	{0x51, "kp_3", "", "", {0xffb3, 0xff9b}},
	{0x52, "kp_0", "", "", {0xffb0, 0xff9e}},
	{0x53, "kp_decimal", "", "", {0xffae, 0xff9f}},
	{0x54, "print", "sysrq printscreen", "", {0xff61, 0xff15}},
	{0x55, "f16", "", "", {0xffcd}},
	{0x56, "less", "", "", {0}},
	{0x57, "f11", "", "", {0xffc8}},
	{0x58, "f12", "", "", {0xffc9}},
	{0x59, "kp_equals", "", "", {0xffbd}},
	{0x5a, "f20", "", "", {0xffd1}},
	{0x5b, "lf", "linefeed", "", {0xff0a}},
	{0x5d, "f13", "", "", {0xffca}},
	{0x5e, "f14", "", "", {0xffcb}},
	{0x5f, "f15", "", "", {0xffcc}},
	{0x64, "open", "", "", {0x1008ff6b}},
	{0x65, "paste", "", "", {0x1008ff6d}},
	{0x6d, "f23", "", "", {0xffd4}},
	{0x6f, "f24", "", "", {0xffd5}},
	{0x70, "katakanahiragana", "", "", {0xff27}},
	{0x71, "lang2", "", "", {0xff34}},
	{0x72, "lang1", "", "", {0xff31}},
	{0x73, "ro", "", "", {0}},
	{0x74, "f21", "", "", {0xffd2}},
	{0x77, "hiragana", "", "", {0xff25}},
	{0x79, "henkan", "", "", {0xff23}},
	{0x7b, "muhenkan", "", "", {0xff22}},
	{0x7d, "yen", "", "", {0xa5}},
	{0x7e, "kp_comma", "", "", {0xffac}},
	{0x83, "f17", "", "", {0xffce}},
	{0x84, "f19", "", "", {0xffd0}},
	{0x85, "again", "redo", "", {0xff66}},
	{0x86, "props", "", "", {0}},
	{0x87, "undo", "", "", {0xff65}},
	{0x8c, "front", "", "", {0}},
	{0x90, "audioprev", "", "", {0x1008ff16}},
	{0x99, "audionext", "", "", {0x1008ff17}},
	{0x9c, "kp_enter", "", "", {0xff8d}},
	{0x9d, "ctrl_r", "", "", {0xffe4}},
	{0x9e, "menu", "", "", {0x1008ff65}},
	{0xa0, "audiomute", "mute", "", {0x1008ff12}},
	{0xa1, "calculator", "", "", {0x1008ff1d}},
	{0xa2, "audioplay", "", "", {0x1008ff14}},
	{0xa4, "audiostop", "", "", {0x1008ff15}},
	{0xae, "volumedown", "", "", {0x1008ff11}},
	{0xb0, "volumeup", "", "", {0x1008ff13}},
	{0xb2, "ac_home", "", "", {0x1008ff18}},
	{0xb5, "kp_divide", "", "", {0xffaf}},
	{0xb7, "print", "", "", {0}}, /* as a keyboard sends it; QEMU takes both */
	{0xb8, "alt_r", "altgr", "", {0xffea, 0xffe8, 0xfe03}},
	{0xbc, "cut", "", "", {0x1008ff58}},
	{0xc1, "find", "", "", {0xff68}},
	{0xc6, "pause", "break", "", {0xff13, 0xff6b}},
	{0xc7, "home", "", "", {0xff50}},
	{0xc8, "up", "", "", {0xff52}},
	{0xc9, "pgup", "pageup page_up", "", {0xff55}},
	{0xcb, "left", "", "", {0xff51}},
	{0xcd, "right", "", "", {0xff53}},
	{0xcf, "end", "", "", {0xff57}},
	{0xd0, "down", "", "", {0xff54}},
	{0xd1, "pgdn", "pagedown page_down", "", {0xff56}},
	{0xd2, "insert", "ins", "", {0xff63}},
	{0xd3, "delete", "del", "", {0xffff}},
	{0xdb, "meta_l", "meta super super_l win cmd", "", {0xffeb, 0xffed}},
	{0xdc, "meta_r", "super_r win_r", "", {0xffec, 0xffee}},
	{0xdd, "compose", "apps", "", {0xff67, 0xff20}},
	{0xde, "power", "", "", {0x1008ff2a, 0x1008ff21}},
	{0xdf, "sleep", "", "", {0x1008ff2f}},
	{0xe3, "wake", "", "", {0x1008ff2b}},
	{0xe6, "ac_bookmarks", "", "", {0x1008ff30}},
	{0xe7, "ac_refresh", "", "", {0x1008ff29, 0x1008ff73}},
	{0xe8, "stop", "", "", {0xff69, 0x1008ff28}},
	{0xe9, "ac_forward", "", "", {0x1008ff27}},
	{0xea, "ac_back", "", "", {0x1008ff26}},
	{0xeb, "computer", "", "", {0x1008ff33}},
	{0xec, "mail", "", "", {0x1008ff19}},
	{0xed, "mediaselect", "", "", {0x1008ff32}},
	{0xf5, "help", "", "", {0xff6a}},
	{0xf7, "f18", "", "", {0xffcf}},
	{0xf8, "copy", "", "", {0x1008ff57}},
	{0xf9, "f22", "", "", {0xffd3}},
};

#define KEYS_COUNT (sizeof(keys) / sizeof(keys[0]))

static const struct key *key_from_qnum(uint8_t qnum)
{
	for (size_t i = 0; i < KEYS_COUNT; i++)
		if (keys[i].qnum == qnum)
			return &keys[i];
	return NULL;
}

bool key_is_known(uint8_t qnum)
{
	return key_from_qnum(qnum);
}

static bool is_word(const char *candidate, const char *word, size_t length)
{
	return strncasecmp(candidate, word, length) == 0 &&
	       (candidate[length] == '\0' || candidate[length] == ' ');
}

static bool has_name(const struct key *key, const char *word, size_t length)
{
	/* "ctrl+-" reads better than "ctrl+minus". */
	if (length == 1 && word[0] > ' ' && word[0] == key->characters[0])
		return true;
	if (is_word(key->name, word, length))
		return true;
	for (const char *alias = key->aliases; *alias; alias += strspn(alias, " ")) {
		if (is_word(alias, word, length))
			return true;
		alias += strcspn(alias, " ");
	}
	return false;
}

static bool key_from_word(const char *word, size_t length, uint8_t *ret_qnum)
{
	if (length == 0 || memchr(word, ' ', length))
		return false;
	for (size_t i = 0; i < KEYS_COUNT; i++) {
		if (has_name(&keys[i], word, length)) {
			*ret_qnum = keys[i].qnum;
			return true;
		}
	}
	return false;
}

bool key_from_name(const char *name, uint8_t *ret_qnum)
{
	return key_from_word(name, strlen(name), ret_qnum);
}

const char *key_name(uint8_t qnum)
{
	const struct key *key = key_from_qnum(qnum);

	return key ? key->name : NULL;
}

bool key_from_character(uint32_t character, struct keystroke *ret_keystroke)
{
	if (character == 0 || character > 0x7f)
		return false;
	for (size_t i = 0; i < KEYS_COUNT; i++) {
		const char *found = strchr(keys[i].characters, (int)character);

		if (found) {
			*ret_keystroke = (struct keystroke){
				.qnum = keys[i].qnum,
				.shift = found != keys[i].characters,
			};
			return true;
		}
	}
	return false;
}

bool key_from_keysym(uint32_t keysym, struct keystroke *ret_keystroke)
{
	if (keysym == 0)
		return false;
	for (size_t i = 0; i < KEYS_COUNT; i++) {
		for (size_t k = 0; k < KEYSYMS_PER_KEY; k++) {
			if (keys[i].keysyms[k] == keysym) {
				*ret_keystroke = (struct keystroke){
					.qnum = keys[i].qnum,
					.shift = keysym == KEYSYM_ISO_LEFT_TAB,
				};
				return true;
			}
		}
	}

	/* Below the space are no keysyms, though there are characters. */
	if ((keysym & ~0xffffu) == KEYSYM_UNICODE)
		keysym -= KEYSYM_UNICODE;
	return keysym >= ' ' && key_from_character(keysym, ret_keystroke);
}

int chord_parse(const char *text, struct chord *ret_chord, char ret_wrong[32])
{
	struct chord chord = {0};
	const char *word = text;

	for (;;) {
		size_t length = strcspn(word, "+");

		if (chord.count == CHORD_KEYS_MAX) {
			snprintf(ret_wrong, 32, "%s", text);
			return -EINVAL;
		}
		if (!key_from_word(word, length, &chord.qnums[chord.count])) {
			if (length == 0)
				snprintf(ret_wrong, 32, "%s", text);
			else
				snprintf(ret_wrong, 32, "%.*s", (int)(length < 32 ? length : 31),
					 word);
			return -EINVAL;
		}
		chord.count++;
		if (word[length] == '\0')
			break;
		word += length + 1;
	}
	*ret_chord = chord;
	return 0;
}
