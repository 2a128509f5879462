/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/placeholder.h"
#include "tests/support/test.h"

#define WIDTH  641
#define HEIGHT 487
#define GREY   0xffaaaaaa

static const uint8_t text[][16] = {
#include "tests/fakes/placeholder_text.inc"
};
#define LENGTH (sizeof(text) / sizeof(text[0]))

static uint32_t picture[HEIGHT][WIDTH];

/* QEMU's way: on a grid of characters, in the middle. */
static void draw(void)
{
	size_t column = (WIDTH / 8 - LENGTH) / 2, row = (HEIGHT / 16 - 1) / 2;

	memset(picture, 0, sizeof(picture));
	for (size_t i = 0; i < LENGTH; i++)
		for (size_t y = 0; y < 16; y++)
			for (size_t x = 0; x < 8; x++)
				if (text[i][y] & 0x80 >> x)
					picture[row * 16 + y][(column + i) * 8 + x] = GREY;
}

static bool is_placeholder(uint32_t width, uint32_t height)
{
	struct pixels pixels = {picture, width, height, sizeof(picture[0]), PIXMAN_x8r8g8b8};

	return placeholder_is(&pixels);
}

static void qemu_s_message_is_a_placeholder(void)
{
	draw();
	EXPECT(is_placeholder(WIDTH, HEIGHT));
}

static void a_black_screen_is_none(void)
{
	memset(picture, 0, sizeof(picture));
	EXPECT(!is_placeholder(WIDTH, HEIGHT));
	EXPECT(!is_placeholder(8, 8));
	EXPECT(!is_placeholder(1, 1));
}

static void the_message_with_anything_beside_it_is_the_guest_s(void)
{
	static const struct {
		size_t x, y;
	} places[] = {
		{0, 0}, {WIDTH - 1, HEIGHT - 1}, {0, HEIGHT / 2}, {WIDTH - 1, 232}, {320, 230}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		draw();
		picture[places[i].y][places[i].x] ^= 0x010000;
		EXPECT(!is_placeholder(WIDTH, HEIGHT));
	}
}

static void the_guest_s_own_memory_needs_no_look(void)
{
	EXPECT(!placeholder_may_be_in("/memfd:virtio-gpu res (deleted)"));
	EXPECT(placeholder_may_be_in("/memfd:displaysurface (deleted)"));
	EXPECT(placeholder_may_be_in(NULL));
}

int main(void)
{
	RUN_TEST(qemu_s_message_is_a_placeholder);
	RUN_TEST(a_black_screen_is_none);
	RUN_TEST(the_message_with_anything_beside_it_is_the_guest_s);
	RUN_TEST(the_guest_s_own_memory_needs_no_look);
	return 0;
}
