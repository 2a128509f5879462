/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_device.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "gpu-bridge/gpu/edid.h"
#include "gpu-bridge/gpu/gpu_resource.h"
#include "tests/support/test.h"
#include "tests/unit/gpu-bridge/gpu_stage.h"

#define OK		 VIRTIO_GPU_RESP_OK_NODATA
#define UNSPEC		 VIRTIO_GPU_RESP_ERR_UNSPEC
#define OUT_OF_MEMORY	 VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define INVALID_SCANOUT	 VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define INVALID_RESOURCE VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define INVALID		 VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER

#define RECT(x, y, w, h) ((struct virtio_gpu_rect){x, y, w, h})

static uint32_t *guest_pixels(struct gpu_stage *stage, uint64_t address)
{
	return guest_ram_at(stage->front->ram, address);
}

static uint32_t shown_pixel(struct gpu_stage *stage, unsigned output, uint32_t x, uint32_t y)
{
	const struct display_surface *surface = &stage->watcher.surfaces[output];
	const unsigned char *row = (const unsigned char *)surface->pixels +
				   (size_t)y * surface->stride_bytes;
	uint32_t mapped, passed;

	memcpy(&mapped, row + (size_t)x * 4, 4);
	/* What others map is the same. */
	EXPECT_INT(pread(surface->fd, &passed, 4,
			 surface->offset + (off_t)y * surface->stride_bytes + (off_t)x * 4),
		   4);
	EXPECT_INT(passed, mapped);
	return mapped;
}

/* -- Showing ----------------------------------------------------------------- */

static void what_is_transferred_and_flushed_is_shown(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	uint32_t *pixels = guest_pixels(stage, gpu_driver_make(driver, 1, 64, 48));

	for (unsigned i = 0; i < 64 * 48; i++)
		pixels[i] = i;
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 64, 48), 0), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(0, 0, 64, 48)), OK);
	gpu_stage_expect(stage, "surface0:64x48 update0:64x48+0+0");
	EXPECT_INT(stage->watcher.surfaces[0].format, PIXMAN_x8r8g8b8);
	EXPECT_INT(shown_pixel(stage, 0, 0, 0), 0);
	EXPECT_INT(shown_pixel(stage, 0, 63, 47), 64 * 48 - 1);
}

static void only_the_rectangle_is_transferred(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	uint32_t *pixels = guest_pixels(stage, gpu_driver_make(driver, 1, 64, 48));

	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	for (unsigned i = 0; i < 64 * 48; i++)
		pixels[i] = i;
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(10, 20, 5, 3), (20 * 64 + 10) * 4), OK);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(10, 20, 5, 3)), OK);
	gpu_stage_expect(stage, "surface0:64x48 update0:5x3+10+20");
	EXPECT_INT(shown_pixel(stage, 0, 10, 20), 20 * 64 + 10);
	EXPECT_INT(shown_pixel(stage, 0, 14, 22), 22 * 64 + 14);
	EXPECT_INT(shown_pixel(stage, 0, 9, 20), 0);
	EXPECT_INT(shown_pixel(stage, 0, 15, 20), 0);
	EXPECT_INT(shown_pixel(stage, 0, 10, 23), 0);
}

static void scattered_memory_is_gathered(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_mem_entry entries[64];
	uint64_t memory = guest_ram_take(stage->front->ram, sizeof(uint32_t) * 64 * 48);

	/* Each of 48 pixels, the last one first. */
	for (unsigned i = 0; i < 64; i++) {
		entries[i] = (struct virtio_gpu_mem_entry){memory + (63 - i) * 192, 192, 0};
		for (unsigned k = 0; k < 48; k++)
			guest_pixels(stage, entries[i].addr)[k] = i * 48 + k;
	}
	EXPECT_INT(gpu_driver_create(driver, 1, 64, 48), OK);
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 64), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 64, 47), 0), OK);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(3, 47, 60, 1), (47 * 64 + 3) * 4), OK);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(0, 0, 64, 48)), OK);
	for (unsigned i = 3; i < 63; i++) {
		EXPECT_INT(shown_pixel(stage, 0, i, 20), 20 * 64 + i);
		EXPECT_INT(shown_pixel(stage, 0, i, 47), 47 * 64 + i);
	}
	EXPECT_INT(shown_pixel(stage, 0, 2, 47), 0);
}

static void memory_of_many_spans_is_gathered(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_mem_entry entries[30 * 30];
	uint64_t memory = guest_ram_take(stage->front->ram, sizeof(uint32_t) * 30 * 30);

	/* A pixel each, the last one first. */
	for (uint32_t i = 0; i < 30 * 30; i++) {
		entries[i] = (struct virtio_gpu_mem_entry){memory + (30 * 30 - 1 - i) * 4, 4, 0};
		*guest_pixels(stage, entries[i].addr) = i;
	}
	EXPECT_INT(gpu_driver_create(driver, 1, 30, 30), OK);
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 30 * 30), OK);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 30, 30), 0), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 30, 30)), OK);
	for (uint32_t i = 0; i < 30 * 30; i++)
		EXPECT_INT(shown_pixel(stage, 0, i % 30, i / 30), i);
}

static void one_resource_on_two_outputs_updates_both(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;

	gpu_driver_make(driver, 1, 96, 48);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	EXPECT_INT(gpu_driver_show(driver, 1, 1, RECT(64, 8, 32, 24)), OK);
	EXPECT_INT(stage->watcher.surfaces[1].offset, (8 * 96 + 64) * 4);
	EXPECT_INT(stage->watcher.surfaces[1].stride_bytes, 96 * 4);
	gpu_stage_expect(stage, "surface0:64x48 surface1:32x24");
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(60, 0, 8, 10)), OK);
	gpu_stage_expect(stage, "update0:4x10+60+0 update1:4x2+0+0");
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(0, 0, 4, 4)), OK);
	gpu_stage_expect(stage, "update0:4x4+0+0");
	EXPECT_INT(gpu_driver_unref(driver, 1), OK);
	gpu_stage_expect(stage, "off0 off1");
}

static void a_page_flip_is_another_surface(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;

	gpu_driver_make(driver, 1, 64, 48);
	gpu_driver_make(driver, 2, 64, 48);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 2, RECT(0, 0, 64, 48)), OK);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(0, 0, 64, 48)), OK); /* nobody shows it */
	gpu_stage_expect(stage, "surface0:64x48 surface0:64x48");
	EXPECT_INT(gpu_driver_show(driver, 0, 0, RECT(0, 0, 0, 0)), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 0, RECT(0, 0, 0, 0)), OK);
	gpu_stage_expect(stage, "off0");
}

static void watchers_can_neither_write_nor_cut_short(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	CLEANUP(close_fdp) int fd = -1;
	void *map;

	gpu_driver_make(&stage->driver, 1, 64, 48);
	EXPECT_INT(gpu_driver_show(&stage->driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	fd = dup(stage->watcher.surfaces[0].fd);
	EXPECT(ftruncate(fd, 0) < 0);
	EXPECT(pwrite(fd, "x", 1, 0) < 0);
	EXPECT(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	EXPECT(map != MAP_FAILED);
	munmap(map, 4096);
}

/* -- Refusing ---------------------------------------------------------------- */

static void resources_that_cannot_be_are_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	/* The host's GL has none that are wider. */
	uint32_t widest = gpu_stage_has_gl() ? 16384 : 65535;
	struct virtio_gpu_resource_create_2d odd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.resource_id = 1,
		.format = 5,
		.width = 1,
		.height = 1,
	};

	EXPECT_INT(gpu_driver_create(driver, 0, 64, 48), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_create(driver, 1, 0, 48), INVALID);
	EXPECT_INT(gpu_driver_create(driver, 1, 64, 0), INVALID);
	EXPECT_INT(gpu_driver_create(driver, 1, 65535, 65535), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_create(driver, 1, 32769, 32768), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_create(driver, 1, 65536, 1), INVALID);
	EXPECT_INT(gpu_driver_create(driver, 1, UINT32_MAX, UINT32_MAX), INVALID);
	EXPECT_INT(gpu_driver_send(driver, &odd, sizeof(odd)), INVALID);
	EXPECT_INT(gpu_driver_create(driver, 1, widest, 1), OK);
	EXPECT_INT(gpu_driver_create(driver, 1, 64, 48), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_unref(driver, 1), OK);
	EXPECT_INT(gpu_driver_unref(driver, 1), INVALID_RESOURCE);
}

static void a_guest_stays_within_its_budget(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_mem_entry entry = {RAM_GUEST_START, 4096, 0};

	EXPECT_INT(gpu_driver_create(driver, 1, 4096, 2048), OK); /* half of it */
	EXPECT_INT(gpu_driver_create(driver, 2, 4096, 2049), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_create(driver, 2, 4096, 2048), OK); /* all of it */
	EXPECT_INT(gpu_driver_create(driver, 3, 1, 1), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_attach(driver, 1, &entry, 1), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_unref(driver, 1), OK);
	for (int i = 0; i < 100; i++) {
		EXPECT_INT(gpu_driver_create(driver, 3, 4096, 2048), OK);
		EXPECT_INT(gpu_driver_unref(driver, 3), OK);
	}
}

static void there_is_a_bound_on_small_resources_too(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	uint32_t id = 1;

	while (gpu_driver_create(&stage->driver, id, 1, 1) == OK)
		id++;
	/* Each has a descriptor, or else takes a page of the budget at least. */
	EXPECT(id > 500 && id <= (gpu_stage_has_gl() ? STAGE_MEMORY_MAX / 4096 + 1 : 4097));
	EXPECT_INT(gpu_driver_create(&stage->driver, id, 1, 1), OUT_OF_MEMORY);
	EXPECT_INT(gpu_driver_unref(&stage->driver, 1), OK);
	EXPECT_INT(gpu_driver_create(&stage->driver, id, 1, 1), OK);
}

static void backing_that_cannot_be_is_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	uint64_t end = RAM_GUEST_START + stage->front->ram->size;
	struct virtio_gpu_mem_entry entries[] = {{RAM_GUEST_START, 4096, 0}, {end - 8, 9, 0}};
	struct virtio_gpu_resource_attach_backing claim = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
		.resource_id = 1,
		.nr_entries = 1,
	};

	EXPECT_INT(gpu_driver_create(driver, 1, 64, 48), OK);
	EXPECT_INT(gpu_driver_attach(driver, 2, entries, 1), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 0), INVALID);
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 2), INVALID);
	entries[1] = (struct virtio_gpu_mem_entry){UINT64_MAX - 3, 8, 0};
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 2), INVALID);
	entries[1] = (struct virtio_gpu_mem_entry){RAM_GUEST_START, 0, 0};
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 2), INVALID);
	/* More entries than were sent, by one and by many. */
	EXPECT_INT(gpu_driver_send(driver, &claim, sizeof(claim)), INVALID);
	claim.nr_entries = UINT32_MAX;
	EXPECT_INT(gpu_driver_send(driver, &claim, sizeof(claim)), INVALID);

	EXPECT_INT(gpu_driver_detach(driver, 1), UNSPEC);
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 1), OK);
	EXPECT_INT(gpu_driver_attach(driver, 1, entries, 1), UNSPEC);
	EXPECT_INT(gpu_driver_detach(driver, 1), OK);
	EXPECT_INT(gpu_driver_detach(driver, 2), INVALID_RESOURCE);
}

static void transfers_that_cannot_be_are_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;

	EXPECT_INT(gpu_driver_create(driver, 2, 64, 48), OK);
	EXPECT_INT(gpu_driver_transfer(driver, 2, RECT(0, 0, 1, 1), 0), UNSPEC); /* no backing */
	EXPECT_INT(gpu_driver_transfer(driver, 3, RECT(0, 0, 1, 1), 0), INVALID_RESOURCE);
	gpu_driver_make(driver, 1, 64, 48);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 0, 1), 0), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 65, 1), 0), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(64, 0, 1, 1), 0), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(1, 0, UINT32_MAX, 1), 0), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(UINT32_MAX, 0, 1, 1), 0), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 47, 1, 2), 0), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 64, 48), 4), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 1, 1), UINT64_MAX - 2), INVALID);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(63, 47, 1, 1), 64 * 48 * 4 - 4), OK);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(63, 47, 1, 1), 64 * 48 * 4 - 3), INVALID);
}

static void backing_whose_memory_went_is_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	union vhost_payload half = {.memory = {.count = 1}};

	stage->front->ram->taken = stage->front->ram->size / 2;
	gpu_driver_make(driver, 1, 64, 48);
	half.memory.regions[0] = (struct guest_region){RAM_GUEST_START, stage->front->ram->size / 2,
						       RAM_USER_START, 0};
	EXPECT_INT(vhost_front_ask(stage->front, VHOST_SET_MEM_TABLE, &half,
				   VHOST_MEMORY_SIZE_MIN + sizeof(struct guest_region),
				   &stage->front->ram->fd, 1),
		   0);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 64, 48), 0), INVALID);
	vhost_front_share_memory(stage->front);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 64, 48), 0), OK);
}

static void scanouts_and_flushes_that_cannot_be_are_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;

	gpu_driver_make(driver, 1, 64, 48);
	EXPECT_INT(gpu_driver_show(driver, 2, 1, RECT(0, 0, 64, 48)), INVALID_SCANOUT);
	EXPECT_INT(gpu_driver_show(driver, UINT32_MAX, 0, RECT(0, 0, 0, 0)), INVALID_SCANOUT);
	EXPECT_INT(gpu_driver_show(driver, 0, 2, RECT(0, 0, 64, 48)), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 65, 48)), INVALID);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 0, 0)), INVALID);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(1, 1, UINT32_MAX, UINT32_MAX)), INVALID);
	EXPECT_INT(gpu_driver_flush(driver, 2, RECT(0, 0, 1, 1)), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(0, 0, 65, 1)), INVALID);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(0, 49, 1, 1)), INVALID);
	gpu_stage_expect(stage, "");
}

/* -- Chains ------------------------------------------------------------------ */

static void commands_that_are_cut_short_are_refused(void)
{
	static const struct {
		uint32_t type;
		uint32_t size;
	} commands[] = {
		{VIRTIO_GPU_CMD_GET_EDID, sizeof(struct virtio_gpu_cmd_get_edid)},
		{VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, sizeof(struct virtio_gpu_resource_create_2d)},
		{VIRTIO_GPU_CMD_RESOURCE_UNREF, sizeof(struct virtio_gpu_resource_unref)},
		{VIRTIO_GPU_CMD_SET_SCANOUT, sizeof(struct virtio_gpu_set_scanout)},
		{VIRTIO_GPU_CMD_RESOURCE_FLUSH, sizeof(struct virtio_gpu_resource_flush)},
		{VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, sizeof(struct virtio_gpu_transfer_to_host_2d)},
		{VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
		 sizeof(struct virtio_gpu_resource_attach_backing)},
		{VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
		 sizeof(struct virtio_gpu_resource_detach_backing)},
		{VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
		 sizeof(struct virtio_gpu_resource_assign_uuid)},
	};
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct virtio_gpu_ctrl_hdr none;

	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		unsigned char bytes[128] = {0};

		memcpy(bytes, &commands[i].type, sizeof(commands[i].type));
		EXPECT_INT(gpu_driver_send(&stage->driver, bytes, commands[i].size - 1), INVALID);
	}
	EXPECT_INT(gpu_driver_send(&stage->driver, commands, 3), INVALID);
	EXPECT_INT(gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, NULL, 0, &none,
				       sizeof(none)),
		   sizeof(none));
	EXPECT_INT(none.type, UNSPEC);
	gpu_stage_expect(stage, "");
}

static void unknown_commands_and_those_of_the_other_queue_are_refused(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct virtio_gpu_update_cursor command = {0};

	for (uint32_t type = 0; type < 0x400; type++) {
		bool is_2d = type >= VIRTIO_GPU_CMD_GET_DISPLAY_INFO &&
			     type <= VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID &&
			     type != VIRTIO_GPU_CMD_GET_CAPSET_INFO &&
			     type != VIRTIO_GPU_CMD_GET_CAPSET;
		bool is_3d = type == VIRTIO_GPU_CMD_GET_CAPSET_INFO ||
			     type == VIRTIO_GPU_CMD_GET_CAPSET ||
			     (type >= VIRTIO_GPU_CMD_CTX_CREATE &&
			      type <= VIRTIO_GPU_CMD_SUBMIT_3D);

		command.hdr.type = type;
		if (!is_2d && !(is_3d && gpu_stage_has_gl()))
			EXPECT_INT(gpu_driver_send(&stage->driver, &command, sizeof(command)),
				   UNSPEC);
	}
}

static void an_answer_that_has_no_room_is_no_half_answer(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct virtio_gpu_ctrl_hdr command = {.type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO};
	struct virtio_gpu_resp_display_info info;
	unsigned char *bytes = (unsigned char *)&info;

	EXPECT_INT(gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command),
				       &info, sizeof(info) - 1),
		   sizeof(command));
	EXPECT_INT(info.hdr.type, UNSPEC);
	EXPECT_INT(gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command),
				       &info, sizeof(command) - 1),
		   0);
	EXPECT_INT(bytes[0], 0xee);
	EXPECT_INT(gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command),
				       NULL, 0),
		   0);
}

static void a_fence_passes_whole(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct virtio_gpu_ctrl_hdr command = {
		.type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO,
		.flags = VIRTIO_GPU_FLAG_FENCE,
		.fence_id = UINT64_C(0x123456789abcdef0),
		.ctx_id = 7,
	};
	struct virtio_gpu_ctrl_hdr answer;

	for (int fails = 0; fails < 2; fails++) {
		command.type = fails ? 0 : VIRTIO_GPU_CMD_GET_DISPLAY_INFO;
		gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command),
				    &answer, sizeof(answer));
		EXPECT_INT(answer.type, UNSPEC); /* no room for it, or no such command */
		EXPECT_INT(answer.flags, VIRTIO_GPU_FLAG_FENCE);
		EXPECT(answer.fence_id == command.fence_id);
		EXPECT_INT(answer.ctx_id, 7);
	}
}

static void many_commands_at_once_are_answered_in_their_order(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct vhost_front *front = stage->front;
	uint64_t address = guest_ram_take(front->ram, 4096);
	struct virtio_gpu_ctrl_hdr *command = guest_ram_at(front->ram, address);
	uint32_t head, written;
	uint16_t heads[FRONT_RING_SIZE];

	command->type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO;
	for (unsigned i = 0; i < FRONT_RING_SIZE; i++) {
		struct ring_part parts[] = {{address, sizeof(*command), false},
					    {address + 1024, 408, true}};

		heads[i] = driver_ring_submit_indirect(&front->rings[0], parts, 2);
	}
	vhost_front_kick(front, 0);
	for (unsigned i = 0; i < FRONT_RING_SIZE; i++) {
		EXPECT(vhost_front_wait_used(front, 0, &head, &written));
		EXPECT_INT(head, heads[i]);
		EXPECT_INT(written, 408);
	}
}

/* -- Outputs ----------------------------------------------------------------- */

static void the_guest_is_told_modes_and_monitors(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct virtio_gpu_cmd_get_edid command = {.hdr.type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO};
	struct virtio_gpu_resp_display_info info;
	struct virtio_gpu_resp_edid edid;

	EXPECT_INT(gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command,
				       sizeof(command.hdr), &info, sizeof(info)),
		   408);
	EXPECT_INT(info.hdr.type, VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
	EXPECT_INT(info.pmodes[1].enabled, 1);
	EXPECT_INT(info.pmodes[1].r.x, 64);
	EXPECT_INT(info.pmodes[1].r.width, 32);
	EXPECT_INT(info.pmodes[2].enabled, 0);

	command.hdr.type = VIRTIO_GPU_CMD_GET_EDID;
	command.scanout = 1;
	EXPECT_INT(gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command),
				       &edid, sizeof(edid)),
		   sizeof(edid));
	EXPECT_INT(edid.hdr.type, VIRTIO_GPU_RESP_OK_EDID);
	EXPECT_INT(edid.size, 128);
	EXPECT_INT(edid.edid[54 + 2], 32);
	EXPECT(memcmp(edid.edid + 77, "Virtual-2", 9) == 0);
	command.scanout = 2;
	EXPECT_INT(gpu_driver_send(&stage->driver, &command, sizeof(command)), INVALID_SCANOUT);
}

static void a_mode_can_be_requested(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct virtio_gpu_ctrl_hdr command = {.type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO};
	struct virtio_gpu_resp_display_info info;
	struct display_mode wide = {.width = 801, .height = 603, .width_mm = 300};

	EXPECT_INT(display_request_mode(stage->display, 0, &wide), 0);
	EXPECT_INT(display_request_mode(stage->display, 0, &wide), 0);
	gpu_stage_expect(stage, "mode0:801x603");
	gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command), &info,
			    sizeof(info));
	EXPECT_INT(info.pmodes[0].r.width, 801);
	EXPECT_INT(display_request_mode(stage->display, 1, &(struct display_mode){0}), 0);
	gpu_driver_exchange(&stage->driver, GPU_CONTROL_QUEUE, &command, sizeof(command), &info,
			    sizeof(info));
	EXPECT_INT(info.pmodes[1].enabled, 0);

	wide.width = EDID_SIDE_MAX + 1;
	EXPECT_INT(display_request_mode(stage->display, 0, &wide), -EINVAL);
	wide.width = 0;
	EXPECT_INT(display_request_mode(stage->display, 0, &wide), -EINVAL);
	EXPECT_INT(display_request_mode(stage->display, 2, &(struct display_mode){0}), -EINVAL);
}

static void the_configuration_says_how_many_outputs(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	union vhost_payload payload = {.config = {.size = 16}};
	struct virtio_gpu_config config;

	vhost_front_send(stage->front, VHOST_GET_CONFIG, 0, &payload, VHOST_CONFIG_SIZE_MIN + 16,
			 NULL, 0);
	EXPECT_INT(vhost_front_answer(stage->front, VHOST_GET_CONFIG, &payload),
		   VHOST_CONFIG_SIZE_MIN + 16);
	memcpy(&config, payload.config.bytes, sizeof(config));
	EXPECT_INT(config.num_scanouts, STAGE_OUTPUTS);
	EXPECT_INT(config.num_capsets, gpu_stage_has_gl() ? 2 : 0);
}

static void a_resource_has_one_uuid(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct virtio_gpu_resource_assign_uuid command = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
		.resource_id = 1,
	};
	struct virtio_gpu_resp_resource_uuid first, again, other;

	EXPECT_INT(gpu_driver_send(&stage->driver, &command, sizeof(command)), INVALID_RESOURCE);
	gpu_driver_create(&stage->driver, 1, 1, 1);
	gpu_driver_create(&stage->driver, 2, 1, 1);
	gpu_driver_exchange(&stage->driver, 0, &command, sizeof(command), &first, sizeof(first));
	gpu_driver_exchange(&stage->driver, 0, &command, sizeof(command), &again, sizeof(again));
	command.resource_id = 2;
	gpu_driver_exchange(&stage->driver, 0, &command, sizeof(command), &other, sizeof(other));
	EXPECT_INT(first.hdr.type, VIRTIO_GPU_RESP_OK_RESOURCE_UUID);
	EXPECT(memcmp(first.uuid, again.uuid, 16) == 0);
	EXPECT(memcmp(first.uuid, other.uuid, 16) != 0);
}

/* -- Cursor ------------------------------------------------------------------ */

static void the_cursor_is_drawn_moved_and_hidden(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct virtio_gpu_resource_create_2d create = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.resource_id = 1,
		.format = VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM,
		.width = 64,
		.height = 64,
	};
	uint64_t memory = guest_ram_take(stage->front->ram, 64 * 64 * 4);
	struct virtio_gpu_mem_entry entry = {memory, 64 * 64 * 4, 0};

	EXPECT_INT(gpu_driver_send(driver, &create, sizeof(create)), OK);
	EXPECT_INT(gpu_driver_attach(driver, 1, &entry, 1), OK);
	guest_pixels(stage, memory)[65] = 0x80402010;
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 64, 64), 0), OK);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 1, 1, 5, -6, 4);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_MOVE_CURSOR, 1, 1, 7, 8, 0);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 1, 0, 0, 0, 0);
	gpu_stage_expect(stage, "cursor1 pointer1:5,-6 pointer1:7,8 pointer1:hidden");
	EXPECT_INT(stage->watcher.cursor.pixels[65], 0x80402010);
	EXPECT_INT(stage->watcher.cursor.hot_x, 4);
}

static void cursors_that_cannot_be_are_ignored(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;

	gpu_driver_make(driver, 1, 65, 1);
	gpu_driver_make(driver, 2, 3, 2);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1, 0, 0, 0);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 99, 0, 0, 0);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 16, 2, 0, 0, 0);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_MOVE_CURSOR, 16, 2, 0, 0, 0);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_RESOURCE_UNREF, 0, 2, 0, 0, 0);
	gpu_stage_expect(stage, "");
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 2, 1, 1, UINT32_MAX);
	gpu_stage_expect(stage, "cursor0 pointer0:1,1");
	EXPECT_INT(stage->watcher.cursor.hot_x, 63);
	EXPECT_INT(stage->watcher.cursor.pixels[2], 0xff000000); /* black, where the picture is */
	EXPECT_INT(stage->watcher.cursor.pixels[3], 0);
}

/* -- Resets ------------------------------------------------------------------ */

static void a_reset_drops_everything(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;
	struct ring_part command = {driver->command, 24, false};

	gpu_driver_make(driver, 1, 64, 48);
	EXPECT_INT(gpu_driver_create(driver, 3, 4096, 2048), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	gpu_driver_cursor(driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1, 1, 1, 0);
	fake_watcher_forget(&stage->watcher);
	/* In the middle of commands that nobody will see answered. */
	for (unsigned i = 0; i < FRONT_RING_SIZE; i++)
		driver_ring_submit(&stage->front->rings[0], &command, 1);
	vhost_front_kick(stage->front, 0);
	vhost_front_send(stage->front, VHOST_RESET_DEVICE, 0, NULL, 0, NULL, 0);
	vhost_front_sync(stage->front);
	gpu_stage_expect(stage, "off0 pointer0:hidden");

	vhost_front_start(stage->front, GPU_STAGE_FEATURES);
	gpu_driver_init(driver, stage->front);
	EXPECT_INT(gpu_driver_unref(driver, 1), INVALID_RESOURCE);
	EXPECT_INT(gpu_driver_create(driver, 1, 4096, 4096), OK); /* the whole budget */
}

static void a_pause_drops_nothing(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;

	gpu_driver_make(driver, 1, 64, 48);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	vhost_front_stop(stage->front);
	vhost_front_continue(stage->front);
	EXPECT_INT(gpu_driver_transfer(driver, 1, RECT(0, 0, 64, 48), 0), OK);
	EXPECT_INT(gpu_driver_flush(driver, 1, RECT(0, 0, 64, 48)), OK);
	gpu_stage_expect(stage, "surface0:64x48 update0:64x48+0+0");
}

static void a_front_end_that_leaves_takes_the_picture_along(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = gpu_stage_create();
	struct gpu_driver *driver = &stage->driver;

	gpu_driver_make(driver, 1, 64, 48);
	EXPECT_INT(gpu_driver_show(driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	vhost_front_destroy(TAKE(stage->front));
	stage->front = vhost_front_connect(stage->loop, stage->path, 1 << 20);
	vhost_front_set_up(stage->front);
	vhost_front_start(stage->front, GPU_STAGE_FEATURES);
	gpu_stage_expect(stage, "surface0:64x48 off0");
}

int main(void)
{
	RUN_TEST(what_is_transferred_and_flushed_is_shown);
	RUN_TEST(only_the_rectangle_is_transferred);
	RUN_TEST(scattered_memory_is_gathered);
	RUN_TEST(memory_of_many_spans_is_gathered);
	RUN_TEST(one_resource_on_two_outputs_updates_both);
	RUN_TEST(a_page_flip_is_another_surface);
	RUN_TEST(watchers_can_neither_write_nor_cut_short);
	RUN_TEST(resources_that_cannot_be_are_refused);
	RUN_TEST(a_guest_stays_within_its_budget);
	RUN_TEST(there_is_a_bound_on_small_resources_too);
	RUN_TEST(backing_that_cannot_be_is_refused);
	RUN_TEST(transfers_that_cannot_be_are_refused);
	RUN_TEST(backing_whose_memory_went_is_refused);
	RUN_TEST(scanouts_and_flushes_that_cannot_be_are_refused);
	RUN_TEST(commands_that_are_cut_short_are_refused);
	RUN_TEST(unknown_commands_and_those_of_the_other_queue_are_refused);
	RUN_TEST(an_answer_that_has_no_room_is_no_half_answer);
	RUN_TEST(a_fence_passes_whole);
	RUN_TEST(many_commands_at_once_are_answered_in_their_order);
	RUN_TEST(the_guest_is_told_modes_and_monitors);
	RUN_TEST(a_mode_can_be_requested);
	RUN_TEST(the_configuration_says_how_many_outputs);
	RUN_TEST(a_resource_has_one_uuid);
	RUN_TEST(the_cursor_is_drawn_moved_and_hidden);
	RUN_TEST(cursors_that_cannot_be_are_ignored);
	RUN_TEST(a_reset_drops_everything);
	RUN_TEST(a_pause_drops_nothing);
	RUN_TEST(a_front_end_that_leaves_takes_the_picture_along);
	return 0;
}
