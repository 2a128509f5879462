/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/damage.h"

#include "tests/support/test.h"

static bool covers(const struct damage *damage, struct rect rect)
{
	for (int y = rect.y0; y < rect.y1; y++) {
		for (int x = rect.x0; x < rect.x1; x++) {
			bool found = false;

			for (int i = 0; i < damage->n_rects; i++)
				found = found || rect_contains(damage->rects[i], x, y);
			if (!found)
				return false;
		}
	}
	return true;
}

static void nothing_is_no_damage(void)
{
	struct damage damage = {0};

	damage_add(&damage, (struct rect){5, 5, 5, 9});
	EXPECT_INT(damage.n_rects, 0);
}

static void rectangles_that_overlap_become_one(void)
{
	struct damage damage = {0};

	damage_add(&damage, (struct rect){0, 0, 10, 10});
	damage_add(&damage, (struct rect){20, 0, 30, 10});
	EXPECT_INT(damage.n_rects, 2);
	damage_add(&damage, (struct rect){5, 5, 25, 6});
	EXPECT_INT(damage.n_rects, 1);
	EXPECT_INT(damage.rects[0].x1, 30);
}

static void whatever_is_added_stays_covered_and_the_list_stays_short(void)
{
	struct damage damage = {0};
	struct rect added[100];

	srand(7);
	for (int n = 0; n < 100; n++) {
		int x = rand() % 1900, y = rand() % 1000;

		added[n] = (struct rect){x, y, x + 1 + rand() % 9, y + 1 + rand() % 9};
		damage_add(&damage, added[n]);
		EXPECT(damage.n_rects <= DAMAGE_MAX_RECTS);
		for (int i = 0; i <= n; i++)
			EXPECT(covers(&damage, added[i]));
	}
}

int main(void)
{
	RUN_TEST(nothing_is_no_damage);
	RUN_TEST(rectangles_that_overlap_become_one);
	RUN_TEST(whatever_is_added_stays_covered_and_the_list_stays_short);
	return 0;
}
