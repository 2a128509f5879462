/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/viewers.h"

#include "tests/support/test.h"

static void viewers_are_listed_oldest_first_with_what_they_count(void)
{
	CLEANUP(viewers_destroyp) struct viewers *viewers = viewers_create();
	struct viewer *rdp = viewers_join(viewers, "rdp", "127.0.0.1:1");
	struct viewer *vnc = viewers_join(viewers, "vnc", "127.0.0.1:2");
	struct viewer_info list[VIEWERS_MAX];

	viewer_counters(vnc)->frames = 7;
	EXPECT_INT(viewers_list(viewers, list, VIEWERS_MAX), 2);
	EXPECT_STRING(list[0].protocol, "rdp");
	EXPECT_STRING(list[1].peer, "127.0.0.1:2");
	EXPECT_INT(list[1].frames, 7);
	EXPECT(list[0].id != list[1].id);

	viewer_leave(rdp, "test");
	EXPECT_INT(viewers_list(viewers, list, VIEWERS_MAX), 1);
	EXPECT_STRING(list[0].protocol, "vnc");
	viewer_leave(vnc, "test");
}

static void one_viewer_too_many_is_turned_away(void)
{
	CLEANUP(viewers_destroyp) struct viewers *viewers = viewers_create();
	struct viewer *all[VIEWERS_MAX];

	for (int i = 0; i < VIEWERS_MAX; i++)
		EXPECT((all[i] = viewers_join(viewers, "vnc", "")));
	EXPECT(!viewers_join(viewers, "vnc", ""));
	for (int i = 0; i < VIEWERS_MAX; i++)
		viewer_leave(all[i], "test");
}

int main(void)
{
	RUN_TEST(viewers_are_listed_oldest_first_with_what_they_count);
	RUN_TEST(one_viewer_too_many_is_turned_away);
}
