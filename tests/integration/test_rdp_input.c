/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What RDP clients do reaches the guest: keys, characters, the mouse and fingers.
 */
#include <freerdp/input.h>

#include "tests/integration/rdp_stage.h"

static void keys_reach_the_guest(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);

	rdp_client_key(client, 0, 0x1e);
	rdp_client_key(client, KBD_FLAGS_RELEASE, 0x1e);
	rdp_client_key(client, KBD_FLAGS_EXTENDED, 0x1c);
	rdp_client_key(client, KBD_FLAGS_EXTENDED | KBD_FLAGS_RELEASE, 0x1c);
	rdp_client_pause_key(client);
	stage_expect_input(&stage, "key 1e down, key 1e up, key 9c down, key 9c up, "
				   "key c6 down, key c6 up");
}

static void characters_are_typed(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);

	/* With a release, without one, and what no key has. */
	rdp_client_unicode(client, 0, 'b');
	rdp_client_unicode(client, KBD_FLAGS_RELEASE, 'b');
	rdp_client_unicode(client, 0, 0x4e2d);
	rdp_client_unicode(client, 0, 'A');
	stage_expect_input(&stage, "key 30 down, key 30 up, "
				   "key 2a down, key 1e down, key 1e up, key 2a up");
}

static void a_key_held_when_the_client_leaves_or_loses_focus_is_let_go(void)
{
	STAGE(NULL);
	struct rdp_client *client = stage_connect(&stage, NULL);

	rdp_client_key(client, 0, 0x1d);
	rdp_client_synchronize(client, 0);
	stage_expect_input(&stage, "key 1d down, key 1d up");
	rdp_client_key(client, 0, 0x38);
	stage_expect_input(&stage, "key 38 down");
	rdp_client_destroy(client);
	stage_expect_input(&stage, "key 38 up");
}

static void the_mouse_reaches_the_guest(void)
{
	STAGE(NULL);
	CLIENT client = stage_connect(&stage, NULL);

	rdp_client_mouse(client, PTR_FLAGS_BUTTON1 | PTR_FLAGS_DOWN, 50, 60);
	rdp_client_mouse(client, PTR_FLAGS_BUTTON1, 50, 60);
	stage_expect_input(&stage, "motion 0 50,60, button 0 left down, "
				   "motion 0 50,60, button 0 left up");
	rdp_client_extended_mouse(client, PTR_XFLAGS_BUTTON2 | PTR_XFLAGS_DOWN, 50, 60);
	stage_expect_input(&stage, "motion 0 50,60, button 0 extra down");
	rdp_client_mouse(client, PTR_FLAGS_WHEEL | 60, 0, 0);
	rdp_client_mouse(client, PTR_FLAGS_WHEEL | 60, 0, 0);
	stage_expect_input(&stage, "button 0 wheel-up down, button 0 wheel-up up");
	rdp_client_mouse(client, PTR_FLAGS_WHEEL | PTR_FLAGS_WHEEL_NEGATIVE | (0x100 - 120), 0, 0);
	stage_expect_input(&stage, "button 0 wheel-down down, button 0 wheel-down up");
	rdp_client_relative_mouse(client, PTR_FLAGS_MOVE, -3, 4);
	stage_expect_input(&stage, "relative 0 -3,4");
}

static void touches_reach_the_guest(void)
{
	STAGE(NULL);
	struct rdp_client_options options = stage_client_options(&stage);

	options.has_touch = true;
	CLIENT client = stage_connect(&stage, &options);

	WAIT_UNTIL(&stage, rdp_client_has_touch(client));
	EXPECT(rdp_client_touch(client, RDP_CLIENT_TOUCH_DOWN, 1, 100, 50));
	stage_expect_input(&stage, "touch 0 slot 0 down 100,50");
	EXPECT(rdp_client_touch(client, RDP_CLIENT_TOUCH_MOVE, 1, 120, 60));
	stage_expect_input(&stage, "touch 0 slot 0 move 120,60");
	EXPECT(rdp_client_touch(client, RDP_CLIENT_TOUCH_UP, 1, 120, 60));
	stage_expect_input(&stage, "touch 0 slot 0 up 120,60");
}

int main(void)
{
	RUN_TEST(keys_reach_the_guest);
	RUN_TEST(characters_are_typed);
	RUN_TEST(a_key_held_when_the_client_leaves_or_loses_focus_is_let_go);
	RUN_TEST(the_mouse_reaches_the_guest);
	RUN_TEST(touches_reach_the_guest);
	return 0;
}
