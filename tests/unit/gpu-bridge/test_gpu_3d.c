/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Virgl, by virglrenderer on whatever OpenGL this machine has. */
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "common/log.h"
#include "gpu-bridge/gpu/gpu_contexts.h"
#include "tests/fakes/gpu_driver_3d.h"
#include "tests/support/test.h"
#include "tests/unit/gpu-bridge/gpu_stage.h"

#define OK		 VIRTIO_GPU_RESP_OK_NODATA
#define UNSPEC		 VIRTIO_GPU_RESP_ERR_UNSPEC
#define OUT_OF_MEMORY	 VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define INVALID_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define INVALID_CONTEXT	 VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID
#define INVALID		 VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER

#define RECT(x, y, w, h) ((struct virtio_gpu_rect){x, y, w, h})
#define WHOLE		 RECT(0, 0, 64, 48)

#define RED   0xffff0000
#define GREEN 0xff00ff00
#define BLUE  0xff0000ff

/* Context 1 is there. */
static struct gpu_stage *stage_create(void)
{
	struct gpu_stage *stage = gpu_stage_create_with(renderer_of_gl());

	EXPECT_INT(gpu_driver_context_create(&stage->driver, 1), OK);
	return stage;
}

/* A texture of 64x48 with memory behind it, attached to context 1. Returns its memory. */
static uint32_t *make_texture(struct gpu_stage *stage, uint32_t id)
{
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_resource_create_3d texture = gpu_driver_texture(id, 64, 48);
	uint64_t memory = guest_ram_take(stage->front->ram, 64 * 48 * 4);
	struct virtio_gpu_mem_entry entry = {memory, 64 * 48 * 4, 0};

	EXPECT_INT(gpu_driver_create_3d(driver, &texture), OK);
	EXPECT_INT(gpu_driver_attach(driver, id, &entry, 1), OK);
	EXPECT_INT(gpu_driver_context_attach(driver, 1, id), OK);
	return guest_ram_at(stage->front->ram, memory);
}

static uint32_t shown_pixel(struct gpu_stage *stage, unsigned output, uint32_t x, uint32_t y)
{
	const struct display_surface *surface = &stage->watcher.surfaces[output];
	uint32_t pixel;

	EXPECT_INT(pread(surface->fd, &pixel, 4,
			 surface->offset + (off_t)y * surface->stride_bytes + (off_t)x * 4),
		   4);
	return pixel;
}

/* -- Capsets ----------------------------------------------------------------- */

static void virgl_is_offered_with_two_capsets(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	union vhost_payload payload = {.config = {.size = 16}};
	struct virtio_gpu_config config;

	EXPECT(vhost_front_get_number(stage->front, VHOST_GET_FEATURES) &
	       UINT64_C(1) << VIRTIO_GPU_F_VIRGL);
	vhost_front_send(stage->front, VHOST_GET_CONFIG, 0, &payload, VHOST_CONFIG_SIZE_MIN + 16,
			 NULL, 0);
	vhost_front_answer(stage->front, VHOST_GET_CONFIG, &payload);
	memcpy(&config, payload.config.bytes, sizeof(config));
	EXPECT_INT(config.num_capsets, 2);
}

static struct virtio_gpu_resp_capset_info ask_capset_info(struct gpu_stage *stage, uint32_t index)
{
	struct virtio_gpu_get_capset_info command = {
		.hdr.type = VIRTIO_GPU_CMD_GET_CAPSET_INFO,
		.capset_index = index,
	};
	struct virtio_gpu_resp_capset_info info;

	gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command), &info,
			    sizeof(info));
	return info;
}

static uint32_t ask_capset(struct gpu_stage *stage, uint32_t id, uint32_t version, void *answer,
			   uint32_t size)
{
	struct virtio_gpu_get_capset command = {
		.hdr.type = VIRTIO_GPU_CMD_GET_CAPSET,
		.capset_id = id,
		.capset_version = version,
	};
	struct virtio_gpu_ctrl_hdr header;

	gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command), answer,
			    size);
	memcpy(&header, answer, sizeof(header));
	return header.type;
}

static void capsets_are_whole_and_no_others_are_there(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	unsigned char answer[4096];

	for (uint32_t index = 0; index < 2; index++) {
		struct virtio_gpu_resp_capset_info info = ask_capset_info(stage, index);
		uint32_t size = sizeof(struct virtio_gpu_ctrl_hdr) + info.capset_max_size;

		EXPECT_INT(info.hdr.type, VIRTIO_GPU_RESP_OK_CAPSET_INFO);
		EXPECT_INT(info.capset_id, index + 1);
		EXPECT(info.capset_max_version >= 1);
		EXPECT(info.capset_max_size >= 308 && size <= sizeof(answer));
		EXPECT_INT(ask_capset(stage, index + 1, info.capset_max_version, answer, size),
			   VIRTIO_GPU_RESP_OK_CAPSET);
		/* It begins with its version. */
		EXPECT_INT(answer[sizeof(struct virtio_gpu_ctrl_hdr)], info.capset_max_version);
		EXPECT_INT(ask_capset(stage, index + 1, info.capset_max_version, answer, size - 1),
			   UNSPEC);
		EXPECT_INT(ask_capset(stage, index + 1, info.capset_max_version + 1, answer,
				      sizeof(answer)),
			   INVALID);
	}
	EXPECT_INT(ask_capset_info(stage, 2).hdr.type, INVALID);
	EXPECT_INT(ask_capset_info(stage, UINT32_MAX).hdr.type, INVALID);
	EXPECT_INT(ask_capset(stage, 0, 1, answer, sizeof(answer)), INVALID);
	EXPECT_INT(ask_capset(stage, 4, 0, answer, sizeof(answer)), INVALID); /* venus */
}

/* -- Drawing ----------------------------------------------------------------- */

static void what_a_context_draws_is_shown(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;

	make_texture(stage, 1);
	gpu_driver_fill(driver, 1, 1, 1, 0, 0);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, WHOLE), OK);
	gpu_stage_expect(stage, "surface0:64x48");
	EXPECT_INT(stage->watcher.surfaces[0].format, PIXMAN_a8r8g8b8);
	EXPECT_INT(shown_pixel(stage, 0, 0, 0), RED);
	EXPECT_INT(shown_pixel(stage, 0, 63, 47), RED);
	gpu_driver_fill(driver, 1, 1, 0, 0, 1);
	EXPECT_INT(gpu_driver_flush(driver, 1, WHOLE), OK);
	gpu_stage_expect(stage, "update0:64x48+0+0");
	EXPECT_INT(shown_pixel(stage, 0, 63, 47), BLUE);
}

static void only_what_is_flushed_is_fetched(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;

	make_texture(stage, 1);
	gpu_driver_fill(driver, 1, 1, 1, 0, 0);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, WHOLE), OK);
	gpu_driver_fill(driver, 1, 1, 0, 1, 0);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(10, 20, 5, 3)), OK);
	for (uint32_t y = 0; y < 48; y++)
		for (uint32_t x = 0; x < 64; x++)
			EXPECT_INT(shown_pixel(stage, 0, x, y),
				   x >= 10 && x < 15 && y >= 20 && y < 23 ? GREEN : RED);
}

/* Whether its first row is the top one or the last, what was put at the top is at the top. */
static void pictures_are_the_right_way_up(void)
{
	for (int is_y_0_top = 0; is_y_0_top < 2; is_y_0_top++) {
		CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
		struct gpu_driver *driver = &stage->driver;
		struct virtio_gpu_resource_create_3d texture = gpu_driver_texture(1, 64, 48);
		struct virtio_gpu_transfer_host_3d transfer = gpu_driver_whole(1, 1, 64, 48);
		uint64_t memory = guest_ram_take(stage->front->ram, 64 * 48 * 4);
		struct virtio_gpu_mem_entry entry = {memory, 64 * 48 * 4, 0};
		uint32_t *pixels = guest_ram_at(stage->front->ram, memory);

		texture.flags = is_y_0_top ? VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP : 0;
		EXPECT_INT(gpu_driver_create_3d(driver, &texture), OK);
		EXPECT_INT(gpu_driver_attach(driver, 1, &entry, 1), OK);
		EXPECT_INT(gpu_driver_context_attach(driver, 1, 1), OK);
		for (unsigned i = 0; i < 64 * 48; i++)
			pixels[i] = 0xff000000 | i;
		EXPECT_INT(gpu_driver_to_host(driver, &transfer), OK);
		EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(8, 4, 40, 30)), OK);
		for (uint32_t y = 0; y < 30; y++)
			EXPECT_INT(shown_pixel(stage, 0, 3, y), 0xff000000 | ((y + 4) * 64 + 11));
	}
}

static void formats_are_told_as_they_are(void)
{
	static const struct {
		uint32_t virtio;
		pixman_format_code_t told;
		uint32_t red;
	} formats[] = {
		{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, PIXMAN_a8r8g8b8, 0xffff0000},
		{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, PIXMAN_x8r8g8b8, 0xffff0000},
		{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, PIXMAN_a8b8g8r8, 0xff0000ff},
		{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, PIXMAN_x8b8g8r8, 0xff0000ff},
	};
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;

	for (uint32_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct virtio_gpu_resource_create_3d texture = gpu_driver_texture(i + 1, 64, 48);
		struct virgl_stream stream = {0};

		texture.format = formats[i].virtio;
		EXPECT_INT(gpu_driver_create_3d(driver, &texture), OK);
		EXPECT_INT(gpu_driver_context_attach(driver, 1, i + 1), OK);
		virgl_stream_surface(&stream, i + 1, i + 1, formats[i].virtio);
		virgl_stream_target(&stream, i + 1);
		virgl_stream_clear(&stream, 1, 0, 0, 1);
		EXPECT_INT(gpu_driver_submit(driver, 1, &stream), OK);
		EXPECT_INT(gpu_driver_show(driver, 0, i + 1, WHOLE), OK);
		EXPECT_INT(stage->watcher.surfaces[0].format, formats[i].told);
		EXPECT_INT(shown_pixel(stage, 0, 5, 5) | 0xff000000, formats[i].red);
	}
}

/* -- Flips ------------------------------------------------------------------- */

static ino_t file_of(const struct display_surface *surface)
{
	struct stat status;

	EXPECT_INT(fstat(surface->fd, &status), 0);
	return status.st_ino;
}

static void flips_between_two_pages_use_two_pictures(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	ino_t files[2];

	for (uint32_t page = 0; page < 2; page++) {
		make_texture(stage, page + 1);
		gpu_driver_fill(driver, 1, page + 1, page == 0, page == 1, 0);
		EXPECT_INT(gpu_driver_show(driver, 0, page + 1, WHOLE), OK);
		files[page] = file_of(&stage->watcher.surfaces[0]);
	}
	EXPECT(files[0] != files[1]);
	for (uint32_t i = 0; i < 20; i++) {
		EXPECT_INT(gpu_driver_show(driver, 0, i % 2 + 1, WHOLE), OK);
		EXPECT_INT(gpu_driver_flush(driver, i % 2 + 1, WHOLE), OK);
		EXPECT(file_of(&stage->watcher.surfaces[0]) == files[i % 2]);
		EXPECT_INT(shown_pixel(stage, 0, 9, 9), i % 2 == 0 ? RED : GREEN);
	}
}

/* In one go, as Linux's driver says it. */
static void a_flip_and_its_flush_are_told_at_once(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct vhost_front *front = stage->front;
	uint64_t address = guest_ram_take(front->ram, 4096);
	struct virtio_gpu_set_scanout *show = guest_ram_at(front->ram, address);
	struct virtio_gpu_resource_flush *flush = guest_ram_at(front->ram, address + 1024);
	struct ring_part first[] = {{address, sizeof(*show), false}, {address + 2048, 24, true}};
	struct ring_part second[] = {{address + 1024, sizeof(*flush), false},
				     {address + 3072, 24, true}};
	uint32_t head, written;

	make_texture(stage, 1);
	gpu_driver_fill(&stage->driver, 1, 1, 0, 1, 0);
	*show = (struct virtio_gpu_set_scanout){
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT, .r = WHOLE, .resource_id = 1};
	*flush = (struct virtio_gpu_resource_flush){
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH, .r = WHOLE, .resource_id = 1};
	driver_ring_submit(&front->rings[GPU_CONTROL_QUEUE], first, 2);
	driver_ring_submit(&front->rings[GPU_CONTROL_QUEUE], second, 2);
	vhost_front_kick(front, GPU_CONTROL_QUEUE);
	EXPECT(vhost_front_wait_used(front, GPU_CONTROL_QUEUE, &head, &written));
	EXPECT(vhost_front_wait_used(front, GPU_CONTROL_QUEUE, &head, &written));
	gpu_stage_expect(stage, "surface0:64x48");
	EXPECT_INT(shown_pixel(stage, 0, 9, 9), GREEN);
}

static void a_texture_that_is_shown_can_go(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virgl_stream stream = {0};

	make_texture(stage, 1);
	virgl_stream_surface(&stream, 1, 1, DRIVER_FORMAT);
	virgl_stream_target(&stream, 1);
	EXPECT_INT(gpu_driver_submit(driver, 1, &stream), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, WHOLE), OK);
	EXPECT_INT(gpu_driver_show(driver, 1, 1, RECT(0, 0, 32, 24)), OK);
	EXPECT_INT(gpu_driver_unref(driver, 1), OK);
	gpu_stage_expect(stage, "surface0:64x48 surface1:32x24 off0 off1");
	/* The context still draws on it. */
	stream = (struct virgl_stream){0};
	virgl_stream_clear(&stream, 1, 1, 1, 1);
	gpu_driver_submit(driver, 1, &stream);
	EXPECT_INT(gpu_driver_flush(driver, 1, WHOLE), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_context_destroy(driver, 1), OK);
}

static void what_cannot_be_shown_is_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_resource_create_3d depth = gpu_driver_texture(1, 64, 48);
	struct virtio_gpu_resource_create_3d buffer = gpu_driver_texture(2, 64, 1);
	struct virtio_gpu_resource_create_3d many = gpu_driver_texture(3, 64, 48);

	depth.format = 16; /* Z16 */
	depth.bind = 1;
	depth.flags = 0;
	EXPECT_INT(gpu_driver_create_3d(driver, &depth), OK);
	buffer.target = 0;
	buffer.format = 64; /* bytes */
	buffer.bind = 1 << 4;
	buffer.flags = 0;
	EXPECT_INT(gpu_driver_create_3d(driver, &buffer), OK);
	many.nr_samples = 4;
	EXPECT_INT(gpu_driver_create_3d(driver, &many), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), INVALID);
	EXPECT_INT(gpu_driver_show(driver, 0, 2, RECT(0, 0, 64, 1)), INVALID);
	EXPECT_INT(gpu_driver_show(driver, 0, 3, RECT(0, 0, 64, 48)), INVALID);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1, 0, 0, 0);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 2, 0, 0, 0);
}

static void a_cursor_can_be_a_texture(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;

	make_texture(stage, 1);
	gpu_driver_fill(driver, 1, 1, 0, 1, 0);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1, 3, 4, 0);
	gpu_stage_expect(stage, "cursor0 pointer0:3,4");
	EXPECT_INT(stage->watcher.cursor.pixels[0], GREEN);
	EXPECT_INT(stage->watcher.cursor.pixels[47 * 64 + 63], GREEN);
	EXPECT_INT(stage->watcher.cursor.pixels[48 * 64], 0);
}

/* -- Transfers --------------------------------------------------------------- */

static void textures_are_transferred_both_ways(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_transfer_host_3d transfer = gpu_driver_whole(1, 1, 64, 48);
	uint32_t *pixels = make_texture(stage, 1);

	gpu_driver_fill(driver, 1, 1, 0, 0, 1);
	EXPECT_INT(gpu_driver_from_host(driver, &transfer), OK);
	for (unsigned i = 0; i < 64 * 48; i++)
		EXPECT_INT(pixels[i], BLUE);

	/* A part of it, with rows of its own, and for no context. */
	transfer.hdr.ctx_id = 0;
	transfer.box = (struct virtio_gpu_box){.x = 60, .y = 40, .w = 4, .h = 8, .d = 1};
	transfer.stride = 32;
	transfer.offset = 64;
	for (unsigned i = 0; i < 64 * 48; i++)
		pixels[i] = GREEN;
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, WHOLE), OK);
	EXPECT_INT(shown_pixel(stage, 0, 60, 40), GREEN);
	EXPECT_INT(shown_pixel(stage, 0, 63, 47), GREEN);
	EXPECT_INT(shown_pixel(stage, 0, 59, 47), BLUE);
	EXPECT_INT(shown_pixel(stage, 0, 60, 39), BLUE);
}

static void transfers_that_cannot_be_are_refused(void)
{
	static const struct virtio_gpu_box boxes[] = {
		{0, 0, 0, 0, 48, 1},	      {0, 0, 0, 64, 0, 1},  {0, 0, 0, 64, 48, 0},
		{1, 0, 0, 64, 48, 1},	      {0, 1, 0, 64, 48, 1}, {0, 0, 1, 64, 48, 1},
		{0, 0, 0, 64, 48, 2},	      {64, 0, 0, 1, 1, 1},  {UINT32_MAX, 0, 0, 2, 1, 1},
		{1, 0, 0, UINT32_MAX, 48, 1}, {0, 0, 0, 64, 49, 1}, {0, 0, UINT32_MAX, 1, 1, 1},
	};
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_resource_create_3d bare = gpu_driver_texture(2, 64, 48);
	struct virtio_gpu_transfer_host_3d transfer;

	make_texture(stage, 1);
	for (unsigned i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
		transfer = gpu_driver_whole(1, 1, 64, 48);
		transfer.box = boxes[i];
		EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);
		EXPECT_INT(gpu_driver_from_host(driver, &transfer), INVALID);
	}
	transfer = gpu_driver_whole(1, 1, 64, 48);
	transfer.offset = 4;
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);
	transfer.offset = UINT64_MAX - 4;
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);
	transfer.offset = 0;
	transfer.stride = 252; /* less than a row */
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);
	transfer.stride = 0x80000000; /* two of these, cut to 32 bits, are nothing */
	transfer.box.h = 3;
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);
	transfer.box.h = 48;
	transfer.stride = 0;
	transfer.layer_stride = 4;
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);
	transfer.layer_stride = 0;
	transfer.level = 1;
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);
	transfer.level = UINT32_MAX;
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID);

	transfer = gpu_driver_whole(7, 1, 64, 48);
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID_CONTEXT);
	transfer = gpu_driver_whole(1, 7, 64, 48);
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_create_3d(driver, &bare), OK);
	transfer = gpu_driver_whole(0, 2, 64, 48);
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), UNSPEC); /* no memory */
	EXPECT_INT(gpu_driver_from_host(driver, &transfer), UNSPEC);
	transfer = gpu_driver_whole(1, 1, 64, 48);
	EXPECT_INT(gpu_driver_context_detach(driver, 1, 1), OK);
	EXPECT_INT(gpu_driver_to_host(driver, &transfer), INVALID); /* not the context's */
}

/* The library keeps pointers to it. */
static void memory_can_be_replaced_while_textures_have_it(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_transfer_host_3d transfer = gpu_driver_whole(1, 1, 64, 48);
	union vhost_payload half = {.memory = {.count = 1}};
	uint32_t *pixels;

	stage->front->ram->taken = stage->front->ram->size / 2;
	pixels = make_texture(stage, 1);
	vhost_front_share_memory(stage->front);
	gpu_driver_fill(driver, 1, 1, 1, 0, 0);
	EXPECT_INT(gpu_driver_from_host(driver, &transfer), OK);
	EXPECT_INT(pixels[64 * 48 - 1], RED);

	half.memory.regions[0] = (struct guest_region){RAM_GUEST_START, stage->front->ram->size / 2,
						       RAM_USER_START, 0};
	EXPECT_INT(vhost_front_ask(stage->front, VHOST_SET_MEM_TABLE, &half,
				   VHOST_MEMORY_SIZE_MIN + sizeof(struct guest_region),
				   &stage->front->ram->fd, 1),
		   0);
	EXPECT_INT(gpu_driver_from_host(driver, &transfer), INVALID);
	vhost_front_share_memory(stage->front);
	gpu_driver_fill(driver, 1, 1, 0, 1, 0);
	EXPECT_INT(gpu_driver_from_host(driver, &transfer), OK);
	EXPECT_INT(pixels[0], GREEN);
	EXPECT_INT(gpu_driver_detach(driver, 1), OK);
	EXPECT_INT(gpu_driver_from_host(driver, &transfer), UNSPEC);
}

/* -- Contexts and resources -------------------------------------------------- */

/* Regions that follow one another in the guest, and lie anywhere here. */
static void memory_may_cross_from_region_to_region_again_and_again(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct vhost_front *front = stage->front;
	uint64_t half = front->ram->size / 2;
	union vhost_payload payload = {.memory = {.count = 2}};
	const int fds[] = {front->ram->fd, front->ram->fd};
	struct virtio_gpu_resource_create_3d texture = gpu_driver_texture(1, 4, 64);
	struct virtio_gpu_transfer_host_3d transfer = gpu_driver_whole(1, 1, 4, 64);
	struct virtio_gpu_mem_entry rows[64];
	uint32_t *row;

	payload.memory.regions[0] = (struct guest_region){RAM_GUEST_START, half, RAM_USER_START, 0};
	payload.memory.regions[1] = (struct guest_region){RAM_GUEST_START + half, half,
							  RAM_USER_START + half, half};
	EXPECT_INT(vhost_front_ask(front, VHOST_SET_MEM_TABLE, &payload,
				   VHOST_MEMORY_SIZE_MIN + 2 * sizeof(struct guest_region), fds, 2),
		   0);
	row = guest_ram_at(front->ram, RAM_GUEST_START + half - 8);
	for (uint32_t x = 0; x < 4; x++)
		row[x] = 0xff000000 | x;
	for (unsigned y = 0; y < 64; y++)
		rows[y] = (struct virtio_gpu_mem_entry){RAM_GUEST_START + half - 8, 16, 0};

	EXPECT_INT(gpu_driver_create_3d(&stage->driver, &texture), OK);
	EXPECT_INT(gpu_driver_attach(&stage->driver, 1, rows, 64), OK);
	EXPECT_INT(gpu_driver_context_attach(&stage->driver, 1, 1), OK);
	EXPECT_INT(gpu_driver_to_host(&stage->driver, &transfer), OK);
	EXPECT_INT(gpu_driver_show(&stage->driver, 0, 1, RECT(0, 0, 4, 64)), OK);
	for (uint32_t y = 0; y < 64; y++)
		for (uint32_t x = 0; x < 4; x++)
			EXPECT_INT(shown_pixel(stage, 0, x, y), 0xff000000 | x);
}

static void contexts_are_told_apart(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virgl_stream stream = {0};

	EXPECT_INT(gpu_driver_context_create(driver, 0), INVALID_CONTEXT);
	EXPECT_INT(gpu_driver_context_create(driver, 1), INVALID_CONTEXT);
	EXPECT_INT(gpu_driver_context_create(driver, UINT32_MAX), OK);
	EXPECT_INT(gpu_driver_context_destroy(driver, UINT32_MAX), OK);
	EXPECT_INT(gpu_driver_context_destroy(driver, UINT32_MAX), INVALID_CONTEXT);
	EXPECT_INT(gpu_driver_context_destroy(driver, 0), INVALID_CONTEXT);
	EXPECT_INT(gpu_driver_context_attach(driver, 1, 5), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_context_detach(driver, 1, 5), INVALID_RESOURCE);
	make_texture(stage, 5);
	EXPECT_INT(gpu_driver_context_attach(driver, 2, 5), INVALID_CONTEXT);
	EXPECT_INT(gpu_driver_context_detach(driver, 2, 5), INVALID_CONTEXT);
	EXPECT_INT(gpu_driver_context_attach(driver, 1, 5), OK);

	virgl_stream_clear(&stream, 0, 0, 0, 0);
	EXPECT_INT(gpu_driver_submit(driver, 0, &stream), INVALID_CONTEXT);
	EXPECT_INT(gpu_driver_submit(driver, 2, &stream), INVALID_CONTEXT);
	/* What is another context's is none of this one's. */
	EXPECT_INT(gpu_driver_context_create(driver, 2), OK);
	stream = (struct virgl_stream){0};
	virgl_stream_surface(&stream, 1, 5, DRIVER_FORMAT);
	EXPECT_INT(gpu_driver_submit(driver, 2, &stream), INVALID);
	EXPECT_INT(gpu_driver_submit(driver, 1, &stream), OK);
}

static void there_is_a_bound_on_contexts(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;

	for (uint32_t id = 2; id <= GPU_CONTEXTS_MAX; id++)
		EXPECT_INT(gpu_driver_context_create(driver, id), OK);
	EXPECT_INT(gpu_driver_context_create(driver, 1000), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_context_destroy(driver, 7), OK);
	EXPECT_INT(gpu_driver_context_create(driver, 1000), OK);
}

static void submits_that_cannot_be_are_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virgl_stream stream = {0};
	struct {
		struct virtio_gpu_cmd_submit body;
		uint32_t words[4];
	} command = {.body.hdr = {.type = VIRTIO_GPU_CMD_SUBMIT_3D, .ctx_id = 1}};
	static const uint32_t sizes[] = {0, 1, 3, 18, 20, 4 << 20, UINT32_MAX, UINT32_MAX - 3};

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		command.body.size = sizes[i];
		EXPECT_INT(gpu_driver_send(driver, &command, sizeof(command)), INVALID);
	}
	command.body.size = 16;
	EXPECT_INT(gpu_driver_send(driver, &command, sizeof(command)), OK); /* of no commands */
	/* More of one command than there is. */
	command.words[0] = 7 | 0xffffu << 16;
	EXPECT_INT(gpu_driver_send(driver, &command, sizeof(command)), INVALID);
	/* The context is of no use any more to whoever said that; others are. */
	EXPECT_INT(gpu_driver_context_create(driver, 2), OK);
	make_texture(stage, 1);
	EXPECT_INT(gpu_driver_context_attach(driver, 2, 1), OK);
	gpu_driver_fill(driver, 2, 1, 1, 0, 0);
	virgl_stream_add_bare(&stream, 0xff);
	EXPECT_INT(gpu_driver_submit(driver, 2, &stream), INVALID);
	for (uint32_t i = 48; i < 50; i++) { /* resources beside the budget */
		stream.count = 0;
		virgl_stream_add_bare(&stream, i);
		EXPECT_INT(gpu_driver_submit(driver, 2, &stream), INVALID);
	}
}

#define CREATE_SUB_CONTEXT  29
#define DESTROY_SUB_CONTEXT 30
#define UNKNOWN_COMMAND	    99

static uint32_t change_sub(struct gpu_stage *stage, uint32_t context, uint32_t command, uint32_t id)
{
	struct virgl_stream stream = {0};

	virgl_stream_add(&stream, command, id);
	return gpu_driver_submit(&stage->driver, context, &stream);
}

static void there_is_a_bound_on_sub_contexts(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	uint32_t created = 0;

	for (uint32_t id = 1; id <= GPU_SUB_CONTEXTS_MAX; id++) {
		EXPECT_INT(change_sub(stage, 1, CREATE_SUB_CONTEXT, id), OK);
		EXPECT_INT(change_sub(stage, 1, CREATE_SUB_CONTEXT, id), OK);
	}
	EXPECT_INT(change_sub(stage, 1, CREATE_SUB_CONTEXT, 1000), INVALID);
	EXPECT_INT(change_sub(stage, 1, DESTROY_SUB_CONTEXT, 2000), OK);
	EXPECT_INT(change_sub(stage, 1, CREATE_SUB_CONTEXT, 1000), INVALID);
	EXPECT_INT(change_sub(stage, 1, DESTROY_SUB_CONTEXT, 5), OK);
	EXPECT_INT(change_sub(stage, 1, CREATE_SUB_CONTEXT, 1000), OK);
	EXPECT_INT(gpu_driver_context_destroy(&stage->driver, 1), OK);

	/* One that is destroyed and created again is one. */
	EXPECT_INT(gpu_driver_context_create(&stage->driver, 1), OK);
	for (unsigned i = 0; i < 2 * GPU_SUB_CONTEXTS_MAX; i++) {
		struct virgl_stream stream = {0};

		virgl_stream_add(&stream, CREATE_SUB_CONTEXT, 1);
		virgl_stream_add(&stream, DESTROY_SUB_CONTEXT, 1);
		virgl_stream_add(&stream, CREATE_SUB_CONTEXT, 1);
		EXPECT_INT(gpu_driver_submit(&stage->driver, 1, &stream), OK);
	}
	EXPECT_INT(change_sub(stage, 1, CREATE_SUB_CONTEXT, 2), OK);
	EXPECT_INT(gpu_driver_context_destroy(&stage->driver, 1), OK);

	/* And on those of all contexts. */
	for (uint32_t context = 1; context <= 10; context++) {
		EXPECT_INT(gpu_driver_context_create(&stage->driver, context), OK);
		for (uint32_t id = 1; id <= GPU_SUB_CONTEXTS_MAX; id++)
			created += change_sub(stage, context, CREATE_SUB_CONTEXT, id) == OK;
	}
	EXPECT_INT(created, GPU_ALL_SUB_CONTEXTS_MAX);
}

/* The library stops at the first command that it does not know. */
static void a_sub_context_whose_end_was_not_reached_counts(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	unsigned created = 0;

	for (uint32_t id = 1; id <= 2 * GPU_SUB_CONTEXTS_MAX; id++) {
		struct virgl_stream stream = {0};

		created += change_sub(stage, 1, CREATE_SUB_CONTEXT, id) == OK;
		virgl_stream_add(&stream, UNKNOWN_COMMAND, 0);
		virgl_stream_add(&stream, DESTROY_SUB_CONTEXT, id);
		EXPECT_INT(gpu_driver_submit(&stage->driver, 1, &stream), INVALID);
	}
	EXPECT_INT(created, GPU_SUB_CONTEXTS_MAX);
}

static void textures_that_cannot_be_are_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_resource_create_3d good = gpu_driver_texture(1, 64, 48);
	struct virtio_gpu_resource_create_3d bad;

#define REFUSED(member, value, answer) \
	do { \
		bad = good; \
		bad.member = value; \
		EXPECT_INT(gpu_driver_create_3d(driver, &bad), answer); \
	} while (0)

	REFUSED(resource_id, 0, INVALID_RESOURCE);
	REFUSED(width, 0, INVALID);
	REFUSED(height, 0, INVALID);
	REFUSED(depth, 0, INVALID);
	REFUSED(depth, 2, INVALID);
	REFUSED(array_size, 0, INVALID);
	REFUSED(array_size, 2, INVALID);
	REFUSED(array_size, UINT32_MAX, INVALID);
	REFUSED(width, UINT32_MAX, INVALID);
	REFUSED(width, 32769, INVALID);
	REFUSED(last_level, 31, INVALID);
	REFUSED(last_level, UINT32_MAX, INVALID);
	REFUSED(nr_samples, 33, INVALID);
	REFUSED(target, 9, INVALID);
	REFUSED(target, UINT32_MAX, INVALID);
	REFUSED(format, 0, INVALID);
	REFUSED(format, 1000, INVALID);
	REFUSED(bind, 0, INVALID);
	REFUSED(flags, UINT32_MAX, INVALID);
	bad = good;
	bad.width = 16384;
	bad.height = 16384;
	EXPECT_INT(gpu_driver_create_3d(driver, &bad), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_create_3d(driver, &good), OK);
	EXPECT_INT(gpu_driver_create_3d(driver, &good), INVALID_RESOURCE);
#undef REFUSED
}

static void textures_stay_within_the_budget(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_resource_create_3d half = gpu_driver_texture(1, 4096, 2048);
	struct virtio_gpu_resource_create_3d levels = gpu_driver_texture(2, 4096, 2048);
	struct virtio_gpu_resource_create_3d samples = gpu_driver_texture(3, 2048, 1024);

	EXPECT_INT(gpu_driver_create_3d(driver, &half), OK);
	levels.last_level = 11; /* a third more than what is left */
	levels.flags = 0;
	EXPECT_INT(gpu_driver_create_3d(driver, &levels), OUT_OF_MEMORY);
	samples.nr_samples = 8;
	EXPECT_INT(gpu_driver_create_3d(driver, &samples), OUT_OF_MEMORY);
	half.resource_id = 4;
	EXPECT_INT(gpu_driver_create_3d(driver, &half), OK);
	EXPECT_INT(gpu_driver_create(driver, 5, 1, 1), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_unref(driver, 4), OK);
	EXPECT_INT(gpu_driver_create(driver, 5, 1, 1), OK);
}

/* -- The log ----------------------------------------------------------------- */

/* Each of these makes virglrenderer say something. */
static void provoke(struct gpu_driver *driver, unsigned times)
{
	struct virtio_gpu_resource_create_3d bad = gpu_driver_texture(1, 64, 48);

	bad.bind = 0;
	for (unsigned i = 0; i < times; i++)
		EXPECT_INT(gpu_driver_create_3d(driver, &bad), INVALID);
}

static unsigned count_lines(FILE *file, const char *words)
{
	char line[1024];
	unsigned count = 0;

	rewind(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, words) != NULL;
	return count;
}

static void a_guest_cannot_flood_the_log_through_virglrenderer(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	int own = dup(STDERR_FILENO);
	FILE *log = tmpfile();
	unsigned lines;

	EXPECT(log && dup2(fileno(log), STDERR_FILENO) >= 0);
	log_open(LOG_LEVEL_DEBUG);
	provoke(&stage->driver, 500);
	log_open(LOG_LEVEL_INFO);
	dup2(own, STDERR_FILENO);
	close(own);
	lines = count_lines(log, "debug: virglrenderer: ");
	fclose(log);
	/* Some each second, of which this was not many. */
	EXPECT(lines > 0 && lines < 250);
}

/* -- Fences and resets ------------------------------------------------------- */

static void a_fence_passes_when_what_is_drawn_is_there(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_transfer_host_3d transfer = gpu_driver_whole(1, 1, 64, 48);
	uint32_t *pixels = make_texture(stage, 1);
	struct virtio_gpu_ctrl_hdr answer;

	for (uint64_t i = 0; i < 100; i++) {
		transfer.hdr.type = VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D;
		transfer.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
		transfer.hdr.ctx_id = i % 2;
		transfer.hdr.fence_id = UINT64_C(0xfffffffe) + i;
		gpu_driver_fill(driver, 1, 1, i % 2, 0, 0);
		gpu_driver_exchange(driver, GPU_CONTROL_QUEUE, &transfer, sizeof(transfer), &answer,
				    sizeof(answer));
		EXPECT_INT(answer.type, OK);
		EXPECT_INT(answer.flags, VIRTIO_GPU_FLAG_FENCE);
		EXPECT(answer.fence_id == transfer.hdr.fence_id);
		EXPECT_INT(answer.ctx_id, i % 2);
		EXPECT_INT(pixels[0], i % 2 ? RED : 0xff000000);
	}
}

/* Commands of which nobody waits for one: half of them with a fence. */
static void send_many(struct gpu_stage *stage, uint32_t context)
{
	struct guest_ram *ram = stage->front->ram;

	for (uint64_t i = 0; i < FRONT_RING_SIZE / 2; i++) {
		uint64_t address = guest_ram_take(ram, 256);
		struct virtio_gpu_ctx_resource *command = guest_ram_at(ram, address);
		struct ring_part parts[] = {{address, sizeof(*command), false},
					    {address + 128, 24, true}};

		command->hdr.type = VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE;
		command->hdr.flags = i % 2 ? VIRTIO_GPU_FLAG_FENCE : 0;
		command->hdr.ctx_id = context;
		command->hdr.fence_id = i;
		command->resource_id = 1;
		driver_ring_submit(&stage->front->rings[GPU_CONTROL_QUEUE], parts, 2);
	}
	vhost_front_kick(stage->front, GPU_CONTROL_QUEUE);
}

static void a_guest_may_reset_in_mid_fence(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;

	for (unsigned i = 0; i < 10; i++) {
		make_texture(stage, 1);
		gpu_driver_fill(driver, 1, 1, 1, 0, 0);
		EXPECT_INT(gpu_driver_show(driver, 0, 1, WHOLE), OK);
		send_many(stage, 1);
		vhost_front_send(stage->front, VHOST_RESET_DEVICE, 0, NULL, 0, NULL, 0);
		vhost_front_sync(stage->front);
		vhost_front_start(stage->front, GPU_STAGE_FEATURES);
		gpu_driver_init(driver, stage->front);
		EXPECT_INT(gpu_driver_context_create(driver, 1), OK);
		EXPECT_INT(gpu_driver_context_attach(driver, 1, 1), INVALID_RESOURCE);
	}
}

static void a_context_may_go_in_mid_fence(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct gpu_driver *driver = &stage->driver;
	uint32_t head, written;

	make_texture(stage, 1);
	for (uint32_t round = 0; round < 10; round++) {
		uint64_t address = guest_ram_take(stage->front->ram, 256);
		struct virtio_gpu_ctx_destroy *destroy = guest_ram_at(stage->front->ram, address);
		struct ring_part parts[] = {{address, sizeof(*destroy), false},
					    {address + 128, 24, true}};

		EXPECT_INT(gpu_driver_context_create(driver, 2), OK);
		send_many(stage, round % 2 + 1);
		destroy->hdr.type = VIRTIO_GPU_CMD_CTX_DESTROY;
		destroy->hdr.ctx_id = 2;
		driver_ring_submit(&stage->front->rings[GPU_CONTROL_QUEUE], parts, 2);
		vhost_front_kick(stage->front, GPU_CONTROL_QUEUE);
		for (unsigned i = 0; i < FRONT_RING_SIZE / 2 + 1; i++)
			EXPECT(vhost_front_wait_used(stage->front, GPU_CONTROL_QUEUE, &head,
						     &written));
	}
}

static void a_vm_may_pause_in_mid_fence(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	uint32_t head, written;

	make_texture(stage, 1);
	for (unsigned round = 0; round < 10; round++) {
		send_many(stage, 1);
		vhost_front_stop(stage->front);
		vhost_front_continue(stage->front);
		for (unsigned i = 0; i < FRONT_RING_SIZE / 2; i++)
			EXPECT(vhost_front_wait_used(stage->front, GPU_CONTROL_QUEUE, &head,
						     &written));
	}
}

int main(void)
{
	RUN_TEST(virgl_is_offered_with_two_capsets);
	RUN_TEST(capsets_are_whole_and_no_others_are_there);
	RUN_TEST(what_a_context_draws_is_shown);
	RUN_TEST(only_what_is_flushed_is_fetched);
	RUN_TEST(pictures_are_the_right_way_up);
	RUN_TEST(formats_are_told_as_they_are);
	RUN_TEST(flips_between_two_pages_use_two_pictures);
	RUN_TEST(a_flip_and_its_flush_are_told_at_once);
	RUN_TEST(a_texture_that_is_shown_can_go);
	RUN_TEST(what_cannot_be_shown_is_refused);
	RUN_TEST(a_cursor_can_be_a_texture);
	RUN_TEST(textures_are_transferred_both_ways);
	RUN_TEST(transfers_that_cannot_be_are_refused);
	RUN_TEST(memory_can_be_replaced_while_textures_have_it);
	RUN_TEST(memory_may_cross_from_region_to_region_again_and_again);
	RUN_TEST(contexts_are_told_apart);
	RUN_TEST(there_is_a_bound_on_contexts);
	RUN_TEST(submits_that_cannot_be_are_refused);
	RUN_TEST(there_is_a_bound_on_sub_contexts);
	RUN_TEST(a_sub_context_whose_end_was_not_reached_counts);
	RUN_TEST(textures_that_cannot_be_are_refused);
	RUN_TEST(textures_stay_within_the_budget);
	RUN_TEST(a_guest_cannot_flood_the_log_through_virglrenderer);
	RUN_TEST(a_fence_passes_when_what_is_drawn_is_there);
	RUN_TEST(a_guest_may_reset_in_mid_fence);
	RUN_TEST(a_context_may_go_in_mid_fence);
	RUN_TEST(a_vm_may_pause_in_mid_fence);
	return 0;
}
