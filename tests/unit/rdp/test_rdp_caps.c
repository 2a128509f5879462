/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_caps.h"

#include "tests/support/test.h"

#define COUNT(sets) (sizeof(sets) / sizeof((sets)[0]))

static RDPGFX_CAPSET set(UINT32 version, UINT32 flags)
{
	return (RDPGFX_CAPSET){.version = version, .length = 4, .flags = flags};
}

static void the_newest_version_is_chosen(void)
{
	RDPGFX_CAPSET sets[] = {
		set(RDPGFX_CAPVERSION_8, 0),
		set(RDPGFX_CAPVERSION_104, RDPGFX_CAPS_FLAG_AVC_DISABLED),
		set(RDPGFX_CAPVERSION_10, RDPGFX_CAPS_FLAG_AVC_DISABLED),
	};

	EXPECT_INT(rdp_caps_choose(sets, COUNT(sets), false)->version, RDPGFX_CAPVERSION_104);
	EXPECT_INT(rdp_caps_choose(sets, COUNT(sets), true)->version, RDPGFX_CAPVERSION_104);
}

static void a_version_with_video_is_preferred_where_video_is_wanted(void)
{
	RDPGFX_CAPSET sets[] = {
		set(RDPGFX_CAPVERSION_81, RDPGFX_CAPS_FLAG_AVC420_ENABLED),
		set(RDPGFX_CAPVERSION_107, RDPGFX_CAPS_FLAG_AVC_DISABLED),
	};

	EXPECT_INT(rdp_caps_choose(sets, COUNT(sets), true)->version, RDPGFX_CAPVERSION_81);
	EXPECT_INT(rdp_caps_choose(sets, COUNT(sets), false)->version, RDPGFX_CAPVERSION_107);
}

static void old_versions_have_video_when_they_say_so_and_new_ones_unless_they_deny_it(void)
{
	RDPGFX_CAPSET oldest = set(RDPGFX_CAPVERSION_8, RDPGFX_CAPS_FLAG_AVC420_ENABLED);
	RDPGFX_CAPSET older = set(RDPGFX_CAPVERSION_81, 0);
	RDPGFX_CAPSET old = set(RDPGFX_CAPVERSION_81, RDPGFX_CAPS_FLAG_AVC420_ENABLED);
	RDPGFX_CAPSET fresh = set(RDPGFX_CAPVERSION_106, RDPGFX_CAPS_FLAG_SMALL_CACHE);
	RDPGFX_CAPSET denying = set(RDPGFX_CAPVERSION_106, RDPGFX_CAPS_FLAG_AVC_DISABLED);

	EXPECT(!rdp_caps_have_video(&oldest));
	EXPECT(!rdp_caps_have_video(&older));
	EXPECT(rdp_caps_have_video(&old));
	EXPECT(rdp_caps_have_video(&fresh));
	EXPECT(!rdp_caps_have_video(&denying));
}

static void version_10_1_which_has_no_flags_promises_no_video(void)
{
	RDPGFX_CAPSET sets[] = {
		set(RDPGFX_CAPVERSION_81, RDPGFX_CAPS_FLAG_AVC420_ENABLED),
		set(RDPGFX_CAPVERSION_101, 0),
	};

	EXPECT_INT(rdp_caps_choose(sets, COUNT(sets), true)->version, RDPGFX_CAPVERSION_81);
}

static void unknown_versions_are_passed_over(void)
{
	RDPGFX_CAPSET sets[] = {set(0x000b0000, 0), set(RDPGFX_CAPVERSION_8, 0)};

	EXPECT_INT(rdp_caps_choose(sets, COUNT(sets), true)->version, RDPGFX_CAPVERSION_8);
	EXPECT(!rdp_caps_choose(sets, 1, true));
	EXPECT(!rdp_caps_choose(NULL, 0, true));
}

int main(void)
{
	RUN_TEST(the_newest_version_is_chosen);
	RUN_TEST(a_version_with_video_is_preferred_where_video_is_wanted);
	RUN_TEST(old_versions_have_video_when_they_say_so_and_new_ones_unless_they_deny_it);
	RUN_TEST(version_10_1_which_has_no_flags_promises_no_video);
	RUN_TEST(unknown_versions_are_passed_over);
	return 0;
}
