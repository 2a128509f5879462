/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/keys.h"

#include <errno.h>

#include "gateway/input/input_event.h"
#include "tests/support/test.h"

/* QEMU's QKeyCode, all of it but "unmapped". */
static const char *const qcodes[] = {
	"shift",
	"shift_r",
	"alt",
	"alt_r",
	"ctrl",
	"ctrl_r",
	"menu",
	"esc",
	"1",
	"2",
	"3",
	"4",
	"5",
	"6",
	"7",
	"8",
	"9",
	"0",
	"minus",
	"equal",
	"backspace",
	"tab",
	"q",
	"w",
	"e",
	"r",
	"t",
	"y",
	"u",
	"i",
	"o",
	"p",
	"bracket_left",
	"bracket_right",
	"ret",
	"a",
	"s",
	"d",
	"f",
	"g",
	"h",
	"j",
	"k",
	"l",
	"semicolon",
	"apostrophe",
	"grave_accent",
	"backslash",
	"z",
	"x",
	"c",
	"v",
	"b",
	"n",
	"m",
	"comma",
	"dot",
	"slash",
	"asterisk",
	"spc",
	"caps_lock",
	"f1",
	"f2",
	"f3",
	"f4",
	"f5",
	"f6",
	"f7",
	"f8",
	"f9",
	"f10",
	"num_lock",
	"scroll_lock",
	"kp_divide",
	"kp_multiply",
	"kp_subtract",
	"kp_add",
	"kp_enter",
	"kp_decimal",
	"sysrq",
	"kp_0",
	"kp_1",
	"kp_2",
	"kp_3",
	"kp_4",
	"kp_5",
	"kp_6",
	"kp_7",
	"kp_8",
	"kp_9",
	"less",
	"f11",
	"f12",
	"print",
	"home",
	"pgup",
	"pgdn",
	"end",
	"left",
	"up",
	"down",
	"right",
	"insert",
	"delete",
	"stop",
	"again",
	"props",
	"undo",
	"front",
	"copy",
	"open",
	"paste",
	"find",
	"cut",
	"lf",
	"help",
	"meta_l",
	"meta_r",
	"compose",
	"pause",
	"ro",
	"hiragana",
	"henkan",
	"yen",
	"muhenkan",
	"katakanahiragana",
	"kp_comma",
	"kp_equals",
	"power",
	"sleep",
	"wake",
	"audionext",
	"audioprev",
	"audiostop",
	"audioplay",
	"audiomute",
	"volumeup",
	"volumedown",
	"mediaselect",
	"mail",
	"calculator",
	"computer",
	"ac_home",
	"ac_back",
	"ac_forward",
	"ac_refresh",
	"ac_bookmarks",
	"lang1",
	"lang2",
	"f13",
	"f14",
	"f15",
	"f16",
	"f17",
	"f18",
	"f19",
	"f20",
	"f21",
	"f22",
	"f23",
	"f24",
};

#define QCODES_COUNT (sizeof(qcodes) / sizeof(qcodes[0]))

static uint8_t qnum_of(const char *name)
{
	uint8_t qnum;

	if (!key_from_name(name, &qnum))
		test_fail(__FILE__, __LINE__, "there is no key \"%s\"", name);
	return qnum;
}

static void every_key_that_qemu_names_is_known(void)
{
	for (size_t i = 0; i < QCODES_COUNT; i++)
		EXPECT(key_is_known(qnum_of(qcodes[i])));
}

static void a_name_leads_to_a_number_and_back(void)
{
	for (size_t i = 0; i < QCODES_COUNT; i++) {
		/* The two pairs that share a number in QEMU too. */
		if (strcmp(qcodes[i], "sysrq") == 0)
			EXPECT_STRING(key_name(qnum_of("sysrq")), "print");
		else if (strcmp(qcodes[i], "asterisk") == 0)
			EXPECT_STRING(key_name(qnum_of("asterisk")), "kp_multiply");
		else
			EXPECT_STRING(key_name(qnum_of(qcodes[i])), qcodes[i]);
	}
}

static void there_are_no_keys_but_those(void)
{
	unsigned known = 0;

	for (unsigned qnum = 0; qnum <= QNUM_MAX; qnum++) {
		EXPECT(key_is_known((uint8_t)qnum) == (key_name((uint8_t)qnum) != NULL));
		known += key_is_known((uint8_t)qnum);
	}
	/* Print has two numbers. */
	EXPECT_INT(known, QCODES_COUNT - 2 + 1);
	EXPECT_STRING(key_name(0xb7), "print");
	EXPECT(!key_is_known(0));
}

static void numbers_are_those_that_a_guest_was_seen_to_obey(void)
{
	EXPECT_INT(qnum_of("a"), 30);
	EXPECT_INT(qnum_of("ctrl_r"), 0x9d);
	EXPECT_INT(qnum_of("up"), 0xc8);
	EXPECT_INT(qnum_of("meta_l"), 0xdb);
	EXPECT_INT(qnum_of("pause"), 0xc6);
	EXPECT_INT(qnum_of("sysrq"), 0x54);
	EXPECT_INT(qnum_of("katakanahiragana"), 0x70);
	EXPECT_INT(qnum_of("less"), 0x56);
	EXPECT_INT(qnum_of("lang1"), 0x72);
	EXPECT_INT(qnum_of("lang2"), 0x71);
}

static void people_may_call_keys_by_other_names(void)
{
	EXPECT_INT(qnum_of("enter"), qnum_of("ret"));
	EXPECT_INT(qnum_of("super"), qnum_of("meta_l"));
	EXPECT_INT(qnum_of("win"), qnum_of("meta_l"));
	EXPECT_INT(qnum_of("Escape"), qnum_of("esc"));
	EXPECT_INT(qnum_of("DEL"), qnum_of("delete"));
	EXPECT_INT(qnum_of("pageup"), qnum_of("pgup"));
	EXPECT_INT(qnum_of("page_down"), qnum_of("pgdn"));
	EXPECT_INT(qnum_of("-"), qnum_of("minus"));
	EXPECT_INT(qnum_of("space"), qnum_of("spc"));
}

static void parts_of_names_and_shifted_characters_are_not_keys(void)
{
	uint8_t qnum;

	EXPECT(!key_from_name("", &qnum));
	EXPECT(!key_from_name(" ", &qnum));
	EXPECT(!key_from_name("cont", &qnum));
	EXPECT(!key_from_name("meta super", &qnum));
	EXPECT(!key_from_name("super super_l", &qnum));
	EXPECT(!key_from_name("f25", &qnum));
	EXPECT(!key_from_name("unmapped", &qnum));
	EXPECT(!key_from_name("!", &qnum));
	EXPECT(!key_from_name("\n", &qnum));
}

static void each_printable_ascii_character_can_be_typed(void)
{
	struct keystroke keystroke;

	for (uint32_t character = ' '; character < 0x7f; character++)
		EXPECT(key_from_character(character, &keystroke));

	EXPECT(key_from_character('A', &keystroke));
	EXPECT_INT(keystroke.qnum, qnum_of("a"));
	EXPECT(keystroke.shift);
	EXPECT(key_from_character('7', &keystroke));
	EXPECT_INT(keystroke.qnum, qnum_of("7"));
	EXPECT(!keystroke.shift);
	EXPECT(key_from_character('"', &keystroke));
	EXPECT_INT(keystroke.qnum, qnum_of("apostrophe"));
	EXPECT(keystroke.shift);
	EXPECT(key_from_character('\n', &keystroke));
	EXPECT_INT(keystroke.qnum, qnum_of("ret"));
	EXPECT(key_from_character('\t', &keystroke));
	EXPECT_INT(keystroke.qnum, qnum_of("tab"));
}

static void what_a_us_layout_lacks_cannot_be_typed(void)
{
	struct keystroke keystroke;

	EXPECT(!key_from_character(0, &keystroke));
	EXPECT(!key_from_character('\r', &keystroke));
	EXPECT(!key_from_character(0x1b, &keystroke));
	EXPECT(!key_from_character(0x7f, &keystroke));
	EXPECT(!key_from_character(0xe4, &keystroke));
	EXPECT(!key_from_character(0x20ac, &keystroke));
	EXPECT(!key_from_character('a' + 0x100, &keystroke));
}

static void expect_keysym(uint32_t keysym, const char *name, bool shift)
{
	struct keystroke keystroke;

	if (!key_from_keysym(keysym, &keystroke))
		test_fail(__FILE__, __LINE__, "keysym %#x is no key", keysym);
	EXPECT_STRING(key_name(keystroke.qnum), name);
	EXPECT_INT(keystroke.shift, shift);
}

static void keysyms_lead_to_the_keys_that_have_them(void)
{
	expect_keysym('a', "a", false);
	expect_keysym('A', "a", true);
	expect_keysym('+', "equal", true);
	expect_keysym(0x01000000 + '?', "slash", true);
	expect_keysym(0xff0d, "ret", false);
	expect_keysym(0xff8d, "kp_enter", false);
	expect_keysym(0xfe20, "tab", true);
	expect_keysym(0xffe7, "alt", false);
	expect_keysym(0xffeb, "meta_l", false);
	expect_keysym(0xfe03, "alt_r", false);
	expect_keysym(0xff67, "compose", false);
	expect_keysym(0xff95, "kp_7", false);
	expect_keysym(0xffb7, "kp_7", false);
	expect_keysym(0xffd5, "f24", false);
	expect_keysym(0x1008ff13, "volumeup", false);
}

static void keysyms_without_a_key_are_refused(void)
{
	struct keystroke keystroke;

	EXPECT(!key_from_keysym(0, &keystroke));
	EXPECT(!key_from_keysym('\n', &keystroke));
	EXPECT(!key_from_keysym(0x010020ac, &keystroke));
	EXPECT(!key_from_keysym(0x01000000 + '\n', &keystroke));
	EXPECT(!key_from_keysym(0xffffffff, &keystroke));
}

static void a_chord_is_keys_joined_by_plus_signs(void)
{
	struct chord chord;
	char wrong[32];

	EXPECT_INT(chord_parse("ctrl+alt+delete", &chord, wrong), 0);
	EXPECT_INT(chord.count, 3);
	EXPECT_INT(chord.qnums[0], qnum_of("ctrl"));
	EXPECT_INT(chord.qnums[1], qnum_of("alt"));
	EXPECT_INT(chord.qnums[2], qnum_of("delete"));
	EXPECT_INT(chord_parse("f1", &chord, wrong), 0);
	EXPECT_INT(chord.count, 1);
	EXPECT_INT(chord_parse("a+b+c+d+e+f+g+h", &chord, wrong), 0);
	EXPECT_INT(chord.count, CHORD_KEYS_MAX);
}

static void expect_wrong(const char *text, const char *expected)
{
	struct chord chord = {.count = 77};
	char wrong[32] = "untouched";

	EXPECT_INT(chord_parse(text, &chord, wrong), -EINVAL);
	EXPECT_STRING(wrong, expected);
	EXPECT_INT(chord.count, 77);
}

static void a_wrong_chord_names_what_is_wrong(void)
{
	expect_wrong("ctrl+hat+delete", "hat");
	expect_wrong("ctrl+", "ctrl+");
	expect_wrong("", "");
	expect_wrong("++", "++");
	expect_wrong("a+b+c+d+e+f+g+h+i", "a+b+c+d+e+f+g+h+i");
	expect_wrong("ctrl+a_word_that_is_longer_than_any_key_has",
		     "a_word_that_is_longer_than_any_");
}

int main(void)
{
	RUN_TEST(every_key_that_qemu_names_is_known);
	RUN_TEST(a_name_leads_to_a_number_and_back);
	RUN_TEST(there_are_no_keys_but_those);
	RUN_TEST(numbers_are_those_that_a_guest_was_seen_to_obey);
	RUN_TEST(people_may_call_keys_by_other_names);
	RUN_TEST(parts_of_names_and_shifted_characters_are_not_keys);
	RUN_TEST(each_printable_ascii_character_can_be_typed);
	RUN_TEST(what_a_us_layout_lacks_cannot_be_typed);
	RUN_TEST(keysyms_lead_to_the_keys_that_have_them);
	RUN_TEST(keysyms_without_a_key_are_refused);
	RUN_TEST(a_chord_is_keys_joined_by_plus_signs);
	RUN_TEST(a_wrong_chord_names_what_is_wrong);
	return 0;
}
