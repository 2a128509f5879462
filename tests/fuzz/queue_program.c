/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/queue_program.h"

#include <linux/virtio_gpu.h>
#include <string.h>

#include "gpu-bridge/display.h"
#include "tests/fakes/gpu_driver.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/other_cpu.h"

/* Enough for the longest answer. */
#define ROOM_MAX 2048

#define UNTIL_DONE 32

/* An input's share of what takes long. */
#define MAPPINGS_MAX 4

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum shape {
	SHAPE_OTHER_QUEUE = 0x01,
	SHAPE_INDIRECT = 0x02,
	SHAPE_FENCE = 0x04,
	SHAPE_PIECES = 0x08,
	SHAPE_ACROSS = 0x10,
	SHAPE_LATER = 0x20,
	SHAPE_ROOM = 0x40,
	SHAPE_HEADER = 0x80,
};

struct program {
	struct fuzz_stage *stage;
	struct fuzz_input input;
	unsigned queue; /* whose target this is */
	uint64_t fence; /* the next one */
	uint32_t made_id;
	uint32_t made_width;
	uint32_t made_height;
	unsigned mappings; /* how many more times memory may be mapped, which takes long */
};

static const uint32_t types[] = {
	VIRTIO_GPU_CMD_GET_DISPLAY_INFO,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
	VIRTIO_GPU_CMD_RESOURCE_UNREF,
	VIRTIO_GPU_CMD_SET_SCANOUT,
	VIRTIO_GPU_CMD_RESOURCE_FLUSH,
	VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
	VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
	VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
	VIRTIO_GPU_CMD_GET_CAPSET_INFO,
	VIRTIO_GPU_CMD_GET_CAPSET,
	VIRTIO_GPU_CMD_GET_EDID,
	VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
	VIRTIO_GPU_CMD_UPDATE_CURSOR,
	VIRTIO_GPU_CMD_MOVE_CURSOR,
	VIRTIO_GPU_CMD_CTX_CREATE,
	VIRTIO_GPU_CMD_CTX_DESTROY,
	VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE,
	VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE,
	VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
	VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
	VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
	VIRTIO_GPU_CMD_SUBMIT_3D,
};

/* -- Reading ----------------------------------------------------------------- */

static uint64_t read_place(struct fuzz_input *input)
{
	switch (fuzz_u8(input) % 8) {
	case 4:
		return STAGE_GUEST + STAGE_FIRST_SIZE - fuzz_u8(input);
	case 5:
		return STAGE_GUEST + STAGE_GUEST_SIZE - fuzz_u8(input);
	case 6:
		return fuzz_u64(input);
	case 7:
		return UINT64_MAX - fuzz_u8(input);
	default:
		return STAGE_GUEST + fuzz_u16(input);
	}
}

static struct vring_desc read_descriptor(struct fuzz_input *input)
{
	struct vring_desc descriptor = {.addr = read_place(input)};

	descriptor.len = fuzz_number(input);
	descriptor.flags = fuzz_u8(input);
	descriptor.next = fuzz_u8(input);
	return descriptor;
}

/* -- Commands ---------------------------------------------------------------- */

/* A command, at its address in the guest, and room for an answer. */
static void submit(struct program *program, uint8_t shape, const void *command, uint32_t size,
		   uint32_t room)
{
	struct fuzz_stage *stage = program->stage;
	unsigned queue = program->queue ^ (shape & SHAPE_OTHER_QUEUE);
	uint64_t address = fuzz_stage_take(stage, size);
	uint64_t answer = fuzz_stage_take(stage, room);
	struct ring_part parts[4];
	unsigned count = 0;

	if (shape & SHAPE_ACROSS)
		address = STAGE_GUEST + STAGE_FIRST_SIZE - size / 2;
	fuzz_stage_write(stage, address, command, size);
	if (shape & SHAPE_PIECES && size > 1) {
		parts[count++] = (struct ring_part){address, size / 2, false};
		parts[count++] = (struct ring_part){address + size / 2, size - size / 2, false};
	} else {
		parts[count++] = (struct ring_part){address, size, false};
	}
	if (shape & SHAPE_PIECES && room > 1) {
		parts[count++] = (struct ring_part){answer, 1, true};
		parts[count++] = (struct ring_part){answer + 1, room - 1, true};
	} else if (room > 0) {
		parts[count++] = (struct ring_part){answer, room, true};
	}
	fuzz_stage_submit(stage, queue, parts, count, shape & SHAPE_INDIRECT);
	if (!(shape & SHAPE_LATER))
		fuzz_stage_run(stage, queue, UNTIL_DONE);
}

/* What a driver sends that does nothing strange. */
static void send(struct program *program, const void *command, uint32_t size)
{
	uint8_t shape = SHAPE_INDIRECT |
			(program->queue == GPU_CONTROL_QUEUE ? 0 : SHAPE_OTHER_QUEUE);

	submit(program, shape, command, size, ROOM_MAX);
}

static struct virtio_gpu_ctrl_hdr read_header(struct program *program, uint8_t shape)
{
	struct fuzz_input *input = &program->input;
	struct virtio_gpu_ctrl_hdr header = {0};
	unsigned type = fuzz_u8(input) % (COUNT(types) + 1);

	header.type = type < COUNT(types) ? types[type] : fuzz_u32(input);
	if (shape & SHAPE_FENCE) {
		header.flags = VIRTIO_GPU_FLAG_FENCE;
		header.fence_id = ++program->fence;
	}
	if (shape & SHAPE_HEADER) {
		header.flags |= fuzz_number(input);
		header.fence_id = fuzz_u64(input);
		header.ctx_id = fuzz_number(input);
	}
	return header;
}

static void run_command(struct program *program)
{
	struct fuzz_input *input = &program->input;
	uint8_t shape = fuzz_u8(input);
	struct {
		struct virtio_gpu_ctrl_hdr header;
		uint32_t words[16];
	} command = {.header = read_header(program, shape)};
	uint32_t room = ROOM_MAX;
	uint32_t size;
	uint8_t count;

	if (shape & SHAPE_ROOM)
		room = fuzz_number(input) % (ROOM_MAX + 1);
	count = fuzz_u8(input);
	for (unsigned i = 0; i < count % 16u; i++)
		command.words[i] = fuzz_number(input);
	size = (uint32_t)sizeof(command.header) + count % 16u * (uint32_t)sizeof(uint32_t);
	submit(program, shape, &command, size - count / 16u, room);
}

static void run_attach(struct program *program)
{
	struct fuzz_input *input = &program->input;
	struct {
		struct virtio_gpu_resource_attach_backing body;
		struct virtio_gpu_mem_entry entries[16];
	} command = {.body.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING};
	uint32_t claimed, count;

	command.body.resource_id = fuzz_number(input);
	claimed = fuzz_u8(input);
	count = fuzz_u8(input) % COUNT(command.entries);
	command.body.nr_entries = claimed ?: count;
	for (uint32_t i = 0; i < count; i++) {
		command.entries[i].addr = read_place(input);
		command.entries[i].length = fuzz_number(input);
	}
	send(program, &command,
	     (uint32_t)(sizeof(command.body) + count * sizeof(command.entries[0])));
}

/* All of it is the guest's first region, again and again. */
static void send_backing(struct program *program, uint32_t resource, uint64_t size)
{
	struct {
		struct virtio_gpu_resource_attach_backing body;
		struct virtio_gpu_mem_entry entries[STAGE_MEMORY_MAX / STAGE_FIRST_SIZE + 1];
	} attach = {.body.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING};
	uint32_t count = 0;

	while (size > 0 && count < COUNT(attach.entries)) {
		uint32_t length = size < STAGE_FIRST_SIZE ? (uint32_t)size : STAGE_FIRST_SIZE;

		attach.entries[count++] = (struct virtio_gpu_mem_entry){STAGE_GUEST, length, 0};
		size -= length;
	}
	attach.body.resource_id = resource;
	attach.body.nr_entries = count;
	send(program, &attach, (uint32_t)(sizeof(attach.body) + count * sizeof(attach.entries[0])));
}

static void run_make(struct program *program)
{
	static const uint32_t formats[] = {
		VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM,
		VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM,
		VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM,
	};
	struct fuzz_input *input = &program->input;
	struct virtio_gpu_resource_create_2d create = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
	};

	program->made_id = create.resource_id = fuzz_number(input);
	program->made_width = create.width = fuzz_number(input);
	program->made_height = create.height = fuzz_number(input);
	create.format = formats[fuzz_u8(input) % COUNT(formats)];
	send(program, &create, sizeof(create));

	send_backing(program, create.resource_id, (uint64_t)create.width * create.height * 4);
}

static void run_show(struct program *program)
{
	struct virtio_gpu_rect whole = {0, 0, program->made_width, program->made_height};
	struct virtio_gpu_transfer_to_host_2d transfer = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = whole,
		.resource_id = program->made_id,
	};
	struct virtio_gpu_set_scanout show = {
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT,
		.r = whole,
		.scanout_id = fuzz_u8(&program->input) % (STAGE_OUTPUTS + 1),
		.resource_id = program->made_id,
	};
	struct virtio_gpu_resource_flush flush = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH,
		.r = whole,
		.resource_id = program->made_id,
	};

	send(program, &transfer, sizeof(transfer));
	send(program, &show, sizeof(show));
	send(program, &flush, sizeof(flush));
}

/* -- 3D ---------------------------------------------------------------------- */

static void run_context(struct program *program)
{
	uint8_t shape = fuzz_u8(&program->input);
	struct virtio_gpu_ctx_create command = {
		.hdr.type = VIRTIO_GPU_CMD_CTX_CREATE,
		.hdr.ctx_id = fuzz_number(&program->input),
		.nlen = fuzz_number(&program->input),
		.debug_name = "a guest's program",
	};

	submit(program, shape, &command, sizeof(command), ROOM_MAX);
}

static void run_submit(struct program *program)
{
	struct fuzz_input *input = &program->input;
	uint8_t shape = fuzz_u8(input);
	struct {
		struct virtio_gpu_cmd_submit body;
		uint32_t words[64];
	} command = {.body.hdr.type = VIRTIO_GPU_CMD_SUBMIT_3D};
	uint32_t count;

	command.body.hdr.ctx_id = fuzz_number(input);
	if (shape & SHAPE_FENCE) {
		command.body.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
		command.body.hdr.fence_id = ++program->fence;
	}
	count = fuzz_u8(input) % COUNT(command.words);
	for (uint32_t i = 0; i < count; i++)
		command.words[i] = fuzz_u32(input);
	command.body.size = count * (uint32_t)sizeof(uint32_t);
	submit(program, shape, &command, (uint32_t)sizeof(command.body) + command.body.size,
	       ROOM_MAX);
}

static void run_pass(struct program *program)
{
	uint32_t context = fuzz_number(&program->input);
	uint32_t number = fuzz_number(&program->input);

	fuzz_stage_pass(program->stage, context, number);
}

static void run_texture(struct program *program)
{
	struct fuzz_input *input = &program->input;
	struct virtio_gpu_resource_create_3d create = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
		.hdr.ctx_id = fuzz_number(input),
		.resource_id = fuzz_number(input),
		.target = 2,
		.format = fuzz_number(input),
		.bind = 1 << 1 | 1 << 3,
		.width = fuzz_number(input),
		.height = fuzz_number(input),
		.depth = 1,
		.array_size = 1,
	};
	struct virtio_gpu_ctx_resource join = {
		.hdr.type = VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE,
		.hdr.ctx_id = create.hdr.ctx_id,
		.resource_id = create.resource_id,
	};

	program->made_id = create.resource_id;
	program->made_width = create.width;
	program->made_height = create.height;
	send(program, &create, sizeof(create));
	send_backing(program, create.resource_id, (uint64_t)create.width * create.height * 4);
	send(program, &join, sizeof(join));
}

/* -- Memory and rings -------------------------------------------------------- */

static void run_write(struct program *program)
{
	struct fuzz_input *input = &program->input;
	uint16_t where = fuzz_u16(input);
	uint8_t size = fuzz_u8(input) % 64;
	uint8_t bytes[64];

	fuzz_bytes(input, bytes, size);
	fuzz_stage_distrust(program->stage);
	fuzz_stage_write(program->stage, STAGE_GUEST + where, bytes, size);
}

static void run_table(struct program *program)
{
	struct fuzz_input *input = &program->input;
	uint64_t address = STAGE_GUEST + fuzz_u16(input);
	unsigned count = fuzz_u8(input) % 8;

	fuzz_stage_distrust(program->stage);
	for (unsigned i = 0; i < count; i++) {
		struct vring_desc descriptor = read_descriptor(input);

		fuzz_stage_write(program->stage, address + i * sizeof(descriptor), &descriptor,
				 sizeof(descriptor));
	}
}

static struct driver_ring *read_ring(struct program *program, uint8_t *ret_rest)
{
	uint8_t which = fuzz_u8(&program->input);

	*ret_rest = which / STAGE_QUEUES;
	return &program->stage->queues[program->queue ^ (which % STAGE_QUEUES)].ring;
}

static void run_describe(struct program *program)
{
	uint8_t index;
	struct driver_ring *ring = read_ring(program, &index);
	struct vring_desc descriptor = read_descriptor(&program->input);

	fuzz_stage_distrust(program->stage);
	driver_ring_describe(ring, (uint16_t)(index % ring->size), descriptor.addr, descriptor.len,
			     descriptor.flags, descriptor.next);
}

static void run_offer(struct program *program)
{
	uint8_t rest;
	struct driver_ring *ring = read_ring(program, &rest);

	fuzz_stage_distrust(program->stage);
	driver_ring_offer(ring, (uint16_t)fuzz_number(&program->input));
}

static void run_index(struct program *program)
{
	struct fuzz_input *input = &program->input;
	uint16_t more = fuzz_u16(input);
	uint8_t rest;
	struct driver_ring *ring = read_ring(program, &rest);
	struct vring_avail *available = guest_ram_at(ring->ram, ring->available);

	fuzz_stage_distrust(program->stage);
	available->idx = (uint16_t)(ring->next_available + more);
	available->flags = fuzz_u8(input);
	driver_ring_set_used_event(ring, fuzz_u16(input));
}

static void run_run(struct program *program)
{
	struct fuzz_input *input = &program->input;
	unsigned queue = program->queue ^ (fuzz_u8(input) % STAGE_QUEUES);

	fuzz_stage_run(program->stage, queue, fuzz_u8(input) ?: UNTIL_DONE);
}

static void run_race(struct program *program)
{
	struct fuzz_stage *stage = program->stage;
	struct fuzz_input *input = &program->input;
	uint8_t turns = fuzz_u8(input);
	uint16_t where = fuzz_u16(input);
	uint8_t size = fuzz_u8(input) % OTHER_CPU_BYTES_MAX;
	uint8_t bytes[OTHER_CPU_BYTES_MAX];
	bool is_ring = where & 0x8000;
	size_t offset = where & 0x7fff;

	fuzz_bytes(input, bytes, size);
	offset = is_ring ? STAGE_RINGS_OFFSET + offset % (STAGE_RINGS_SIZE - OTHER_CPU_BYTES_MAX)
			 : STAGE_FIRST_OFFSET + offset % (STAGE_FIRST_SIZE - OTHER_CPU_BYTES_MAX);
	fuzz_stage_distrust(stage);
	if (is_ring)
		stage->rings_may_change = true;
	other_cpu_plan(turns, stage->ram->bytes + offset, bytes, size);
}

/* -- The front end, and viewers ---------------------------------------------- */

static void run_reset(struct program *program)
{
	fuzz_stage_reset(program->stage);
}

static void run_restart(struct program *program)
{
	struct fuzz_input *input = &program->input;
	unsigned queue = program->queue ^ (fuzz_u8(input) % STAGE_QUEUES);
	uint32_t size = fuzz_number(input);
	uint16_t base = fuzz_u16(input);
	uint32_t skew = fuzz_number(input);
	uint64_t features = (uint64_t)fuzz_u8(input) << VIRTIO_RING_F_INDIRECT_DESC;

	fuzz_stage_restart(program->stage, queue, size, base, skew, features);
}

static void run_memory(struct program *program)
{
	enum stage_layout layout = fuzz_u8(&program->input) % LAYOUTS;

	if (program->mappings == 0)
		return;
	program->mappings--;
	fuzz_stage_set_memory(program->stage, layout);
}

static void run_shrink(struct program *program)
{
	struct fuzz_input *input = &program->input;
	unsigned queue = program->queue ^ (fuzz_u8(input) % STAGE_QUEUES);
	size_t pages = fuzz_u8(input) % (STAGE_FILE_SIZE / 4096 + 1);

	if (program->mappings < MAPPINGS_MAX / 2)
		return;
	program->mappings -= MAPPINGS_MAX / 2;
	fuzz_stage_shrink(program->stage, queue, pages * 4096);
}

static void run_request(struct program *program)
{
	struct fuzz_input *input = &program->input;
	unsigned output = fuzz_u8(input) % (STAGE_OUTPUTS + 1);
	struct display_mode mode = {.width = fuzz_number(input)};

	mode.height = fuzz_number(input);
	mode.width_mm = (uint16_t)fuzz_number(input);
	mode.height_mm = mode.width_mm / 2;
	display_request_mode(program->stage->display, output, &mode);
}

static void run_watch(struct program *program)
{
	fuzz_stage_watch(program->stage);
}

/* -- Programs ---------------------------------------------------------------- */

static void (*const operations[])(struct program *program) = {
	run_command, run_attach,  run_make,  run_show,	 run_write, run_table,	 run_describe,
	run_offer,   run_index,	  run_run,   run_race,	 run_reset, run_restart, run_memory,
	run_shrink,  run_request, run_watch, run_submit, run_pass,  run_context, run_texture,
};

void queue_program_run(struct fuzz_stage *stage, unsigned queue, const uint8_t *bytes, size_t size)
{
	struct program program = {
		.stage = stage,
		.input = {bytes, size},
		.queue = queue,
		.mappings = MAPPINGS_MAX,
	};

	while (!fuzz_input_ended(&program.input))
		operations[fuzz_u8(&program.input) % COUNT(operations)](&program);
	for (unsigned i = 0; i < STAGE_QUEUES; i++)
		fuzz_stage_run(stage, i, UNTIL_DONE);
}
