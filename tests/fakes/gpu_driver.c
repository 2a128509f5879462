/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/gpu_driver.h"

#include "tests/support/test.h"

#define COMMAND_SIZE_MAX 65536

void gpu_driver_init(struct gpu_driver *driver, struct vhost_front *front)
{
	driver->front = front;
	driver->command = guest_ram_take(front->ram, COMMAND_SIZE_MAX);
	driver->answer = guest_ram_take(front->ram, 4096);
}

uint32_t gpu_driver_exchange(struct gpu_driver *driver, unsigned queue, const void *command,
			     uint32_t size, void *ret_answer, uint32_t answer_size)
{
	struct vhost_front *front = driver->front;
	struct ring_part parts[] = {
		{driver->command, size, false},
		{driver->answer, answer_size, true},
	};
	uint32_t head, written;
	uint16_t sent;

	EXPECT(size <= COMMAND_SIZE_MAX);
	if (size > 0)
		memcpy(guest_ram_at(front->ram, driver->command), command, size);
	/* A byte that the device does not write shows. */
	memset(guest_ram_at(front->ram, driver->answer), 0xee, 4096);
	sent = driver_ring_submit(&front->rings[queue], parts, answer_size > 0 ? 2 : 1);
	vhost_front_kick(front, queue);
	EXPECT(vhost_front_wait_used(front, queue, &head, &written));
	EXPECT_INT(head, sent);
	EXPECT(written <= answer_size);
	if (answer_size > 0)
		memcpy(ret_answer, guest_ram_at(front->ram, driver->answer), answer_size);
	return written;
}

uint32_t gpu_driver_send(struct gpu_driver *driver, const void *command, uint32_t size)
{
	struct virtio_gpu_ctrl_hdr answer;

	EXPECT_INT(gpu_driver_exchange(driver, GPU_CONTROL_QUEUE, command, size, &answer,
				       sizeof(answer)),
		   sizeof(answer));
	return answer.type;
}

uint32_t gpu_driver_create(struct gpu_driver *driver, uint32_t id, uint32_t width, uint32_t height)
{
	struct virtio_gpu_resource_create_2d command = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.resource_id = id,
		.format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		.width = width,
		.height = height,
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_unref(struct gpu_driver *driver, uint32_t id)
{
	struct virtio_gpu_resource_unref command = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF,
		.resource_id = id,
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_attach(struct gpu_driver *driver, uint32_t id,
			   const struct virtio_gpu_mem_entry *entries, uint32_t count)
{
	struct {
		struct virtio_gpu_resource_attach_backing body;
		struct virtio_gpu_mem_entry entries[1024];
	} command = {
		.body.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
		.body.resource_id = id,
		.body.nr_entries = count,
	};

	EXPECT(count <= 1024);
	memcpy(command.entries, entries, count * sizeof(*entries));
	return gpu_driver_send(driver, &command,
			       (uint32_t)(sizeof(command.body) + count * sizeof(*entries)));
}

uint32_t gpu_driver_detach(struct gpu_driver *driver, uint32_t id)
{
	struct virtio_gpu_resource_detach_backing command = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
		.resource_id = id,
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_transfer(struct gpu_driver *driver, uint32_t id, struct virtio_gpu_rect rect,
			     uint64_t offset)
{
	struct virtio_gpu_transfer_to_host_2d command = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = rect,
		.offset = offset,
		.resource_id = id,
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_show(struct gpu_driver *driver, uint32_t output, uint32_t id,
			 struct virtio_gpu_rect rect)
{
	struct virtio_gpu_set_scanout command = {
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT,
		.r = rect,
		.scanout_id = output,
		.resource_id = id,
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint32_t gpu_driver_flush(struct gpu_driver *driver, uint32_t id, struct virtio_gpu_rect rect)
{
	struct virtio_gpu_resource_flush command = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH,
		.r = rect,
		.resource_id = id,
	};

	return gpu_driver_send(driver, &command, sizeof(command));
}

uint64_t gpu_driver_make(struct gpu_driver *driver, uint32_t id, uint32_t width, uint32_t height)
{
	uint32_t size = width * height * 4;
	uint64_t address = guest_ram_take(driver->front->ram, size);
	struct virtio_gpu_mem_entry entry = {.addr = address, .length = size};

	EXPECT_INT(gpu_driver_create(driver, id, width, height), VIRTIO_GPU_RESP_OK_NODATA);
	EXPECT_INT(gpu_driver_attach(driver, id, &entry, 1), VIRTIO_GPU_RESP_OK_NODATA);
	return address;
}

void gpu_driver_cursor(struct gpu_driver *driver, uint32_t type, uint32_t output, uint32_t id,
		       int32_t x, int32_t y, uint32_t hot)
{
	struct virtio_gpu_update_cursor command = {
		.hdr.type = type,
		.pos = {.scanout_id = output, .x = (uint32_t)x, .y = (uint32_t)y},
		.resource_id = id,
		.hot_x = hot,
		.hot_y = hot,
	};

	EXPECT_INT(
		gpu_driver_exchange(driver, GPU_CURSOR_QUEUE, &command, sizeof(command), NULL, 0),
		0);
}
