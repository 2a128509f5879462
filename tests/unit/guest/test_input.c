/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/guest/cockpit/input.h"

#include "tests/support/test.h"

/* As QEMU's qemu_input_scale_axis() does it. */
static int sent_by_qemu(int pixel, int size)
{
	return (long long)pixel * 0x7fff / size;
}

static void every_pixel_comes_back_as_it_was_sent(void)
{
	static const int sizes[] = {1, 2, 601, 640, 720, 801, 1080, 1920, 3840, 8192};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (int pixel = 0; pixel < sizes[i]; pixel++) {
			struct input_axis axis = {sent_by_qemu(pixel, sizes[i]), 0x7fff};

			EXPECT_INT(input_pixel(axis, sizes[i]), pixel);
		}
	}
}

static void a_position_stays_on_the_screen(void)
{
	EXPECT_INT(input_pixel((struct input_axis){0x7fff, 0x7fff}, 1920), 1919);
	EXPECT_INT(input_pixel((struct input_axis){99999, 0x7fff}, 1920), 1919);
	EXPECT_INT(input_pixel((struct input_axis){-5, 0x7fff}, 1920), 0);
}

int main(void)
{
	RUN_TEST(every_pixel_comes_back_as_it_was_sent);
	RUN_TEST(a_position_stays_on_the_screen);
	return 0;
}
