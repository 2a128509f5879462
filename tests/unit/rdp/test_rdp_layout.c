/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_layout.h"

#include "tests/support/test.h"

static const struct size ivi = {1920, 1080};
static const struct size cluster = {1920, 720};

static struct rdp_layout two_heads(void)
{
	struct rdp_choice choice;
	struct rdp_layout layout;

	rdp_choose_all(&choice, 2);
	rdp_layout_arrange(&layout, &choice, (struct size[]){ivi, cluster});
	return layout;
}

static void heads_lie_left_to_right_with_their_tops_aligned(void)
{
	struct rdp_layout layout = two_heads();

	EXPECT_INT(layout.count, 2);
	EXPECT_INT(layout.places[0].x, 0);
	EXPECT_INT(layout.places[1].x, 1920);
	EXPECT_INT(layout.places[1].y, 0);
	EXPECT_INT(layout.size.width, 3840);
	EXPECT_INT(layout.size.height, 1080);
}

static void a_client_with_one_monitor_gets_head_0(void)
{
	struct rdp_choice choice;

	rdp_choose_by_monitors(&choice, (int32_t[]){0}, 1, 2);
	EXPECT_INT(choice.count, 1);
	EXPECT_INT(choice.heads[0], 0);

	rdp_choose_by_monitors(&choice, NULL, 0, 2);
	EXPECT_INT(choice.count, 1);
	EXPECT_INT(choice.heads[0], 0);
}

static void heads_follow_the_order_of_the_clients_monitors(void)
{
	struct rdp_choice choice;

	/* The first monitor, the primary one, stands to the right of the second. */
	rdp_choose_by_monitors(&choice, (int32_t[]){0, -1920}, 2, 2);
	EXPECT_INT(choice.count, 2);
	EXPECT_INT(choice.heads[0], 1);
	EXPECT_INT(choice.heads[1], 0);
	EXPECT_INT(choice.monitor_heads[0], 0);
	EXPECT_INT(choice.monitor_heads[1], 1);
}

static void more_monitors_than_heads_show_each_head_once(void)
{
	struct rdp_choice choice;

	rdp_choose_by_monitors(&choice, (int32_t[]){0, 1920, 3840}, 3, 2);
	EXPECT_INT(choice.count, 2);
	EXPECT_INT(choice.monitors, 2);
}

static void a_head_beyond_the_widest_desktop_is_left_out(void)
{
	struct rdp_choice choice;
	struct rdp_layout layout;
	struct size wide = {20000, 100};

	rdp_choose_all(&choice, 3);
	rdp_layout_arrange(&layout, &choice, (struct size[]){wide, wide, wide});
	EXPECT_INT(layout.count, 1);
	EXPECT_INT(layout.size.width, 20000);
}

static void no_more_heads_are_placed_than_monitors_can_be_told(void)
{
	struct rdp_choice choice;
	struct rdp_layout layout;
	struct size sizes[HEADS_MAX];

	for (unsigned i = 0; i < HEADS_MAX; i++)
		sizes[i] = (struct size){100, 100};
	rdp_choose_all(&choice, HEADS_MAX);
	rdp_layout_arrange(&layout, &choice, sizes);
	EXPECT_INT(layout.count, RDP_PLACES_MAX);
}

static void expect_found(const struct rdp_layout *layout, int32_t x, int32_t y, unsigned head,
			 int32_t on_x, int32_t on_y)
{
	const struct rdp_place *place = rdp_layout_find(layout, &x, &y);

	EXPECT_INT(place->head, head);
	EXPECT_INT(x, on_x);
	EXPECT_INT(y, on_y);
}

static void a_position_is_found_on_the_head_under_it(void)
{
	struct rdp_layout layout = two_heads();

	expect_found(&layout, 0, 0, 0, 0, 0);
	expect_found(&layout, 1919, 1079, 0, 1919, 1079);
	expect_found(&layout, 1920, 5, 1, 0, 5);
}

static void a_position_beside_all_heads_is_moved_onto_the_nearest(void)
{
	struct rdp_layout layout = two_heads();

	expect_found(&layout, -5, -7, 0, 0, 0);
	expect_found(&layout, 2000, 1000, 1, 80, 719);
	expect_found(&layout, 65535, 65535, 1, 1919, 719);
}

int main(void)
{
	RUN_TEST(heads_lie_left_to_right_with_their_tops_aligned);
	RUN_TEST(a_client_with_one_monitor_gets_head_0);
	RUN_TEST(heads_follow_the_order_of_the_clients_monitors);
	RUN_TEST(more_monitors_than_heads_show_each_head_once);
	RUN_TEST(a_head_beyond_the_widest_desktop_is_left_out);
	RUN_TEST(no_more_heads_are_placed_than_monitors_can_be_told);
	RUN_TEST(a_position_is_found_on_the_head_under_it);
	RUN_TEST(a_position_beside_all_heads_is_moved_onto_the_nearest);
	return 0;
}
