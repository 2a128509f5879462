/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/input/input_keys.h"

#include <linux/input-event-codes.h>

#include "gateway/input/keys.h"
#include "tests/support/test.h"

static void every_key_that_a_gateway_knows_is_one(void)
{
	for (unsigned qnum = 0; qnum <= UINT8_MAX; qnum++)
		if (key_is_known((uint8_t)qnum))
			EXPECT(input_key_from_qnum((uint8_t)qnum));
}

static void keys_have_linuxs_codes(void)
{
	static const struct {
		const char *name;
		uint16_t code;
	} keys[] = {
		{"esc", KEY_ESC},
		{"a", KEY_A},
		{"kp_decimal", KEY_KPDOT},
		{"print", KEY_SYSRQ},
		{"less", KEY_102ND},
		{"f12", KEY_F12},
		{"f24", KEY_F24},
		{"ctrl_r", KEY_RIGHTCTRL},
		{"up", KEY_UP},
		{"delete", KEY_DELETE},
		{"meta_l", KEY_LEFTMETA},
		{"compose", KEY_COMPOSE},
		{"pause", KEY_PAUSE},
		{"katakanahiragana", KEY_KATAKANAHIRAGANA},
		{"lang1", KEY_HANGEUL},
		{"volumeup", KEY_VOLUMEUP},
		{"mediaselect", KEY_MEDIA},
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint8_t qnum;

		EXPECT(key_from_name(keys[i].name, &qnum));
		EXPECT_INT(input_key_from_qnum(qnum), keys[i].code);
	}
}

static void there_are_numbers_without_a_key(void)
{
	EXPECT_INT(input_key_from_qnum(0), 0);
	EXPECT_INT(input_key_from_qnum(0x80), 0);
	EXPECT_INT(input_key_from_qnum(0xff), 0);
}

int main(void)
{
	RUN_TEST(every_key_that_a_gateway_knows_is_one);
	RUN_TEST(keys_have_linuxs_codes);
	RUN_TEST(there_are_numbers_without_a_key);
	return 0;
}
