/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_texture.h"

#include "gpu-bridge/gpu/gpu_format.h"
#include "tests/support/test.h"

#define FORMAT_BGRA 1
#define FORMAT_R8   64
#define FORMAT_DXT1 105

static struct gpu_texture texture_2d(uint32_t width, uint32_t height)
{
	return (struct gpu_texture){
		.target = GPU_TARGET_2D,
		.format = FORMAT_BGRA,
		.width = width,
		.height = height,
		.depth = 1,
		.layers = 1,
	};
}

static void expect_format(uint32_t number, unsigned width, unsigned height, unsigned bytes)
{
	struct gpu_format format;

	EXPECT(gpu_format_find(number, &format));
	EXPECT_INT(format.block_width, width);
	EXPECT_INT(format.block_height, height);
	EXPECT_INT(format.block_bytes, bytes);
}

static void formats_have_sizes(void)
{
	struct gpu_format format;

	expect_format(FORMAT_BGRA, 1, 1, 4);
	expect_format(7, 1, 1, 2);   /* B5G6R5 */
	expect_format(31, 1, 1, 16); /* R32G32B32A32_FLOAT */
	expect_format(30, 1, 1, 12); /* R32G32B32_FLOAT */
	expect_format(FORMAT_R8, 1, 1, 1);
	expect_format(94, 1, 1, 8); /* R16G16B16A16_FLOAT */
	expect_format(FORMAT_DXT1, 4, 4, 8);
	expect_format(292, 12, 12, 16); /* ASTC_12x12 */
	expect_format(126, 1, 1, 8);	/* Z32_FLOAT_S8X24 */
	EXPECT(!gpu_format_find(0, &format));
	EXPECT(!gpu_format_find(166, &format)); /* NV12 */
	EXPECT(!gpu_format_find(322, &format));
	EXPECT(!gpu_format_find(UINT32_MAX, &format));
}

static void a_size_counts_levels_layers_and_samples(void)
{
	struct gpu_texture texture = texture_2d(1024, 512);
	uint64_t one = gpu_texture_size(&texture);

	EXPECT_INT(one, 1024 * 512 * 4);
	texture.last_level = 10;
	EXPECT(gpu_texture_size(&texture) > one * 4 / 3 - 4);
	EXPECT(gpu_texture_size(&texture) < one * 3 / 2);
	texture.last_level = 0;
	texture.samples = 4;
	EXPECT_INT(gpu_texture_size(&texture), one * 4);
	texture.samples = 0;
	texture.layers = 6;
	EXPECT_INT(gpu_texture_size(&texture), one * 6);
	texture.format = FORMAT_DXT1;
	EXPECT_INT(gpu_texture_size(&texture), one * 6 / 8);
	/* Less than a row is a row. */
	texture = texture_2d(1, 1);
	EXPECT(gpu_texture_size(&texture) >= 64);
}

static void the_largest_size_is_counted_in_full(void)
{
	struct gpu_texture texture = {
		.target = GPU_TARGET_3D,
		.format = 27, /* 32 bytes */
		.width = 32768,
		.height = 32768,
		.depth = 32768,
		.layers = 1,
	};

	EXPECT(gpu_texture_is_sane(&texture));
	EXPECT(gpu_texture_size(&texture) == UINT64_C(1) << 50);
	texture.last_level = 15;
	EXPECT(gpu_texture_size(&texture) > UINT64_C(1) << 50);
	texture.layers = 2048;
	texture.samples = 32;
	EXPECT(gpu_texture_size(&texture) == UINT64_MAX);
}

static void a_box_must_lie_in_its_level(void)
{
	struct gpu_texture texture = texture_2d(100, 50);
	struct gpu_transfer transfer = {.box = {90, 40, 0, 10, 10, 1}};

	texture.last_level = 2;
	EXPECT(gpu_texture_has(&texture, &transfer));
	transfer.box.x = 91;
	EXPECT(!gpu_texture_has(&texture, &transfer));
	/* Of 50x25, 25x12. */
	transfer.box = (struct gpu_box){0, 0, 0, 50, 25, 1};
	transfer.level = 1;
	EXPECT(gpu_texture_has(&texture, &transfer));
	transfer.level = 2;
	EXPECT(!gpu_texture_has(&texture, &transfer));
	transfer.box = (struct gpu_box){0, 0, 0, 25, 12, 1};
	EXPECT(gpu_texture_has(&texture, &transfer));
	transfer.level = 3;
	EXPECT(!gpu_texture_has(&texture, &transfer));
}

static void slices_get_fewer_by_level_and_layers_do_not(void)
{
	struct gpu_texture texture = texture_2d(64, 64);
	struct gpu_transfer transfer = {.level = 1, .box = {0, 0, 4, 1, 1, 4}};

	texture.last_level = 1;
	texture.target = GPU_TARGET_3D;
	texture.depth = 8;
	EXPECT(!gpu_texture_has(&texture, &transfer));
	transfer.box.z = 0;
	EXPECT(gpu_texture_has(&texture, &transfer));
	texture.target = GPU_TARGET_2D_ARRAY;
	texture.depth = 1;
	texture.layers = 8;
	transfer.box.z = 4;
	EXPECT(gpu_texture_has(&texture, &transfer));
	transfer.box.z = 5;
	EXPECT(!gpu_texture_has(&texture, &transfer));
}

static void a_transfer_ends_with_its_last_pixel(void)
{
	struct gpu_texture texture = texture_2d(100, 50);
	struct gpu_transfer transfer = {.offset = 7, .box = {0, 0, 0, 10, 3, 1}};

	EXPECT_INT(gpu_texture_transfer_end(&texture, &transfer), 7 + 2 * 400 + 40);
	transfer.stride = 40;
	EXPECT_INT(gpu_texture_transfer_end(&texture, &transfer), 7 + 3 * 40);
	transfer.stride = 39;
	EXPECT(!gpu_texture_has(&texture, &transfer));
	transfer.stride = 0;
	transfer.offset = UINT64_MAX - 100;
	EXPECT(gpu_texture_transfer_end(&texture, &transfer) == UINT64_MAX);

	/* More than 32 bits count. */
	transfer.offset = 0;
	transfer.stride = UINT32_MAX;
	EXPECT(gpu_texture_has(&texture, &transfer));
	EXPECT(gpu_texture_transfer_end(&texture, &transfer) == UINT64_C(2) * UINT32_MAX + 40);
	texture.layers = 2048;
	transfer.box.depth = 2048;
	transfer.layer_stride = UINT32_MAX;
	EXPECT(!gpu_texture_has(&texture, &transfer));
	transfer.stride = 400;
	EXPECT(gpu_texture_has(&texture, &transfer));
	EXPECT(gpu_texture_transfer_end(&texture, &transfer) ==
	       UINT64_C(2047) * UINT32_MAX + 2 * 400 + 40);
}

static void blocks_are_not_cut(void)
{
	struct gpu_texture texture = texture_2d(16, 16);
	struct gpu_transfer transfer = {.box = {0, 0, 0, 5, 5, 1}};

	texture.format = FORMAT_DXT1;
	EXPECT(gpu_texture_has(&texture, &transfer));
	EXPECT_INT(gpu_texture_transfer_end(&texture, &transfer), 4 * 8 + 2 * 8);
}

static void buffers_are_one_row(void)
{
	struct gpu_texture buffer = texture_2d(1 << 30, 1);

	EXPECT(!gpu_texture_is_sane(&buffer));
	buffer.target = GPU_TARGET_BUFFER;
	buffer.format = FORMAT_R8;
	EXPECT(gpu_texture_is_sane(&buffer));
	EXPECT_INT(gpu_texture_size(&buffer), 1 << 30);
	buffer.height = 2;
	EXPECT(!gpu_texture_is_sane(&buffer));
}

int main(void)
{
	RUN_TEST(formats_have_sizes);
	RUN_TEST(a_size_counts_levels_layers_and_samples);
	RUN_TEST(the_largest_size_is_counted_in_full);
	RUN_TEST(a_box_must_lie_in_its_level);
	RUN_TEST(slices_get_fewer_by_level_and_layers_do_not);
	RUN_TEST(a_transfer_ends_with_its_last_pixel);
	RUN_TEST(blocks_are_not_cut);
	RUN_TEST(buffers_are_one_row);
	return 0;
}
