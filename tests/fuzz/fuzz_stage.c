/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz_stage.h"

#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/vhost/guest_memory.h"
#include "gpu-bridge/vhost/virtqueue.h"
#include "tests/fuzz/counted_renderer.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/other_cpu.h"

#define PAGE 4096

/* More than any input of a sensible size has work for. */
#define TURNS_MAX 64

#define RINGS_EACH (STAGE_RINGS_SIZE / STAGE_QUEUES)

/* -- Memory ------------------------------------------------------------------ */

/* The bytes of a mapping that are no region's. */
struct fence {
	unsigned char *start;
	size_t size;
};

static struct fence fences[2 * GUEST_REGIONS_MAX];
static unsigned fences_count;

static void add_fence(unsigned char *start, size_t size)
{
	if (size == 0)
		return;
	ASAN_POISON_MEMORY_REGION(start, size);
	fences[fences_count++] = (struct fence){start, size};
}

static void remove_fences(void)
{
	for (unsigned i = 0; i < fences_count; i++)
		ASAN_UNPOISON_MEMORY_REGION(fences[i].start, fences[i].size);
	fences_count = 0;
}

static void add_fences(const struct guest_memory *memory, const struct guest_region *region)
{
	unsigned char *start = guest_memory_of_user(memory, region->user_address, 1);
	size_t in_last_page = (region->file_offset + region->size) % PAGE;

	add_fence(start - region->file_offset, region->file_offset);
	add_fence(start + region->size, in_last_page > 0 ? PAGE - in_last_page : 0);
}

static struct guest_region region_at(uint64_t guest_address, size_t file_offset, size_t size)
{
	return (struct guest_region){guest_address, size, RAM_USER_START + file_offset,
				     file_offset};
}

/* The rings lie where another region is, which comes first, unless they are open. */
static unsigned lay_out(enum stage_layout layout, struct guest_region regions[GUEST_REGIONS_MAX])
{
	bool is_swapped = layout == LAYOUT_SWAPPED;
	unsigned count = 0;

	if (layout == LAYOUT_NONE)
		return 0;
	regions[count++] = region_at(STAGE_GUEST + (is_swapped ? STAGE_SECOND_SIZE : 0),
				     STAGE_FIRST_OFFSET, STAGE_FIRST_SIZE);
	if (layout != LAYOUT_FIRST)
		regions[count++] = region_at(STAGE_GUEST + (is_swapped ? 0 : STAGE_FIRST_SIZE),
					     STAGE_SECOND_OFFSET, STAGE_SECOND_SIZE);
	regions[count++] = region_at(STAGE_GUEST + (layout == LAYOUT_OPEN ? STAGE_GUEST_SIZE : 0),
				     STAGE_RINGS_OFFSET, STAGE_RINGS_SIZE);
	return count;
}

static void map_memory(struct fuzz_stage *stage, enum stage_layout layout)
{
	struct guest_region regions[GUEST_REGIONS_MAX];
	unsigned count = lay_out(layout, regions);
	int fds[GUEST_REGIONS_MAX];

	for (unsigned i = 0; i < count; i++)
		fds[i] = stage->ram->fd;
	if (stage->gpu)
		stage->kind->device->on_memory_goes(stage->gpu);
	remove_fences();
	CHECK(guest_memory_set(stage->memory, regions, fds, count) == 0);
	for (unsigned i = 0; i < count; i++)
		add_fences(stage->memory, &regions[i]);
	stage->layout = layout;
	if (stage->gpu)
		stage->kind->device->on_memory(stage->gpu, stage->memory);
}

void fuzz_stage_set_memory(struct fuzz_stage *stage, enum stage_layout layout)
{
	map_memory(stage, layout);
	/* What a chain has there is not what was put there. */
	fuzz_stage_distrust(stage);
	if (layout == LAYOUT_OPEN)
		stage->rings_may_change = true;
	for (unsigned i = 0; i < STAGE_QUEUES; i++)
		if (virtqueue_remap(stage->queues[i].virtqueue) < 0)
			stage->queues[i].is_started = false;
}

uint64_t fuzz_stage_take(struct fuzz_stage *stage, size_t size)
{
	size_t offset = stage->taken;

	CHECK(size <= STAGE_FIRST_SIZE);
	if (offset + size > STAGE_FIRST_SIZE) {
		offset = 0;
		fuzz_stage_distrust(stage);
	}
	stage->taken = (offset + size + 63) & ~(size_t)63;
	return STAGE_GUEST + offset;
}

/* What byte `offset` of both regions, as one, is here. */
static void *byte_at(struct fuzz_stage *stage, size_t offset)
{
	if (offset < STAGE_FIRST_SIZE)
		return stage->ram->bytes + STAGE_FIRST_OFFSET + offset;
	return stage->ram->bytes + STAGE_SECOND_OFFSET + (offset - STAGE_FIRST_SIZE);
}

void fuzz_stage_write(struct fuzz_stage *stage, uint64_t address, const void *bytes, size_t size)
{
	uint64_t offset = address - STAGE_GUEST;

	while (size > 0 && offset < STAGE_GUEST_SIZE) {
		size_t end = offset < STAGE_FIRST_SIZE ? STAGE_FIRST_SIZE : STAGE_GUEST_SIZE;
		size_t length = size < end - offset ? size : end - offset;

		memcpy(byte_at(stage, offset), bytes, length);
		bytes = (const unsigned char *)bytes + length;
		offset += length;
		size -= length;
	}
}

/* -- Rings ------------------------------------------------------------------- */

static struct vring_used *used_of(struct stage_queue *queue)
{
	return guest_ram_at(queue->ring.ram, queue->ring.used);
}

static struct vring_avail *available_of(struct stage_queue *queue)
{
	return guest_ram_at(queue->ring.ram, queue->ring.available);
}

static bool has_3d(const struct fuzz_stage *stage)
{
	return stage->kind->device == &gpu_vhost_device_3d;
}

static bool has_begun(const struct fuzz_stage *stage)
{
	return stage->queues[STAGE_QUEUES - 1].is_started;
}

void fuzz_stage_restart(struct fuzz_stage *stage, unsigned index, uint32_t size, uint16_t base,
			uint64_t skew, uint64_t features)
{
	struct stage_queue *queue = &stage->queues[index];
	struct guest_ram *ram = stage->ram;
	size_t start = STAGE_RINGS_OFFSET + index * RINGS_EACH;
	bool is_sane = size > 0 && size <= STAGE_RING_MAX;
	struct virtqueue_layout layout = {.size = size};

	/* As vhost_user does; answers that wait would be given to a driver that goes on. */
	if (virtqueue_stop(queue->virtqueue) != base && index == 0)
		stage->kind->device->on_reset(stage->gpu);
	else if (has_3d(stage) && has_begun(stage))
		stage->rings_may_change = true;
	memset(ram->bytes + start, 0, RINGS_EACH);
	ram->taken = start;
	driver_ring_init(&queue->ring, ram, is_sane ? size : STAGE_RING_SIZE);
	CHECK(ram->taken <= start + RINGS_EACH);
	queue->is_plain = stage->layout != LAYOUT_SWAPPED;
	queue->described = 0;
	queue->ring.next_available = base;
	available_of(queue)->idx = base;
	used_of(queue)->idx = base;

	layout.descriptors = driver_ring_user(queue->ring.descriptors) + skew;
	layout.available = driver_ring_user(queue->ring.available) + skew;
	layout.used = driver_ring_user(queue->ring.used) + skew;
	/* What it reads and writes then is not where the driver has it. */
	if (skew > 0 || !is_sane)
		stage->rings_may_change = true;
	queue->is_started = virtqueue_start(queue->virtqueue, &layout, base,
					    features & UINT64_C(1) << VIRTIO_RING_F_INDIRECT_DESC,
					    features & UINT64_C(1) << VIRTIO_RING_F_EVENT_IDX) == 0;
}

static void start_rings(struct fuzz_stage *stage)
{
	for (unsigned i = 0; i < STAGE_QUEUES; i++)
		fuzz_stage_restart(stage, i, STAGE_RING_SIZE, 0, 0,
				   UINT64_C(1) << VIRTIO_RING_F_INDIRECT_DESC);
}

void fuzz_stage_distrust(struct fuzz_stage *stage)
{
	for (unsigned i = 0; i < STAGE_QUEUES; i++)
		stage->queues[i].is_plain = false;
}

void fuzz_stage_submit(struct fuzz_stage *stage, unsigned index, const struct ring_part *parts,
		       unsigned count, bool is_indirect)
{
	struct stage_queue *queue = &stage->queues[index];
	uint32_t writable = 0;
	uint16_t head;

	for (unsigned i = 0; i < count; i++)
		writable += parts[i].is_writable ? parts[i].length : 0;
	if (is_indirect) {
		uint64_t table = fuzz_stage_take(stage, count * sizeof(struct vring_desc));

		stage->ram->taken = table - RAM_GUEST_START;
		head = driver_ring_submit_indirect(&queue->ring, parts, count);
	} else {
		head = driver_ring_submit(&queue->ring, parts, count);
	}
	/* More than there are, and some of those in use were used again. */
	queue->described += is_indirect ? 1 : count;
	if (queue->described > queue->ring.size)
		queue->is_plain = false;
	queue->writable[head] = writable;
}

/* -- Checks ------------------------------------------------------------------ */

/* What the driver wrote to a ring, and how far the device had come. */
struct snapshot {
	unsigned char driver_part[STAGE_RING_MAX * sizeof(struct vring_desc)];
	size_t size;
	uint16_t offered;
	uint16_t used;
};

static void take_snapshot(struct stage_queue *queue, struct snapshot *snapshot)
{
	snapshot->size = queue->ring.size * sizeof(struct vring_desc);
	memcpy(snapshot->driver_part, guest_ram_at(queue->ring.ram, queue->ring.descriptors),
	       snapshot->size);
	snapshot->used = used_of(queue)->idx;
	snapshot->offered = (uint16_t)(available_of(queue)->idx - snapshot->used);
}

static void check_ring(const struct fuzz_stage *stage, struct stage_queue *queue,
		       const struct snapshot *before)
{
	struct vring_used *used = used_of(queue);
	uint16_t count = (uint16_t)(used->idx - before->used);

	CHECK(memcmp(before->driver_part, guest_ram_at(queue->ring.ram, queue->ring.descriptors),
		     before->size) == 0);
	/* While answers wait, a driver may go back on what it offered. */
	if (has_3d(stage) && !queue->is_plain)
		return;
	CHECK(count <= before->offered && count <= queue->ring.size);
	for (uint16_t i = 0; i < count; i++) {
		const struct vring_used_elem *element =
			&used->ring[(uint16_t)(before->used + i) % queue->ring.size];

		CHECK(element->id < queue->ring.size);
		if (queue->is_plain)
			CHECK(element->len <= queue->writable[element->id]);
	}
	if (used->idx == available_of(queue)->idx)
		queue->described = 0;
}

/* Whoever shows it reads all of it. */
static void touch(const struct display_surface *surface)
{
	const volatile unsigned char *first = surface->pixels;

	CHECK(surface->offset % 4 == 0 && surface->stride_bytes % 4 == 0);
	CHECK(surface->fd >= 0 && surface->width * UINT64_C(4) <= surface->stride_bytes);
	(void)first[0];
	(void)first[(size_t)(surface->height - 1) * surface->stride_bytes + surface->width * 4 - 1];
}

static void check_display(const struct fuzz_stage *stage)
{
	CHECK(counted_bytes() <= STAGE_MEMORY_MAX);
	for (unsigned i = 0; i < STAGE_OUTPUTS; i++) {
		const struct display_surface *surface = display_surface(stage->display, i);

		if (surface)
			touch(surface);
	}
}

/* -- Watchers ---------------------------------------------------------------- */

static void on_mode(void *data, unsigned output, const struct display_mode *mode)
{
	CHECK(output < STAGE_OUTPUTS);
}

static void on_surface(void *data, unsigned output, const struct display_surface *surface)
{
	CHECK(output < STAGE_OUTPUTS);
	touch(surface);
}

static void on_update(void *data, unsigned output, const struct display_rect *rect)
{
	const struct fuzz_stage *stage = data;
	const struct display_surface *surface = display_surface(stage->display, output);

	CHECK(surface && rect->width > 0 && rect->height > 0);
	CHECK(rect->x < surface->width && rect->width <= surface->width - rect->x);
	CHECK(rect->y < surface->height && rect->height <= surface->height - rect->y);
}

static void on_disable(void *data, unsigned output)
{
	CHECK(output < STAGE_OUTPUTS);
}

static void on_cursor(void *data, unsigned output, const struct display_cursor *cursor)
{
	CHECK(cursor->hot_x < DISPLAY_CURSOR_SIDE && cursor->hot_y < DISPLAY_CURSOR_SIDE);
}

static void on_pointer(void *data, unsigned output, const struct display_pointer *pointer)
{
	CHECK(output < STAGE_OUTPUTS);
}

static const struct display_watcher_ops watcher_ops = {
	.on_mode = on_mode,
	.on_surface = on_surface,
	.on_update = on_update,
	.on_disable = on_disable,
	.on_cursor = on_cursor,
	.on_pointer = on_pointer,
};

void fuzz_stage_watch(struct fuzz_stage *stage)
{
	if (stage->late_watcher)
		display_unwatch(TAKE(stage->late_watcher));
	else
		stage->late_watcher = display_watch(stage->display, &watcher_ops, stage);
}

/* -- Running ----------------------------------------------------------------- */

/* As the front end that connects next does. */
static void begin_again(struct fuzz_stage *stage)
{
	fuzz_stage_reset(stage);
	map_memory(stage, LAYOUT_WHOLE);
	start_rings(stage);
}

/* Fences pass on the loop. */
static bool turn(struct fuzz_stage *stage, unsigned index)
{
	struct virtqueue *virtqueue = stage->queues[index].virtqueue;

	if (stage->kind->is_kept)
		CHECK(sd_event_run(loop_event(stage->loop), 0) >= 0);
	return stage->kind->device->on_queue(stage->gpu, index, virtqueue, stage->memory);
}

void fuzz_stage_run(struct fuzz_stage *stage, unsigned index, unsigned turns)
{
	struct stage_queue *queue = &stage->queues[index];
	bool has_more = true;

	for (unsigned i = 0; i < turns && i < TURNS_MAX && has_more; i++) {
		struct snapshot before;

		if (!virtqueue_is_running(queue->virtqueue))
			return;
		take_snapshot(queue, &before);
		has_more = turn(stage, index);
		if (!stage->rings_may_change)
			check_ring(stage, queue, &before);
		check_display(stage);
	}
}

void fuzz_stage_pass(struct fuzz_stage *stage, uint32_t context, uint64_t number)
{
	struct snapshot before;

	if (!stage->kind->pass)
		return;
	take_snapshot(&stage->queues[0], &before);
	stage->kind->pass(context, number);
	if (!stage->rings_may_change)
		check_ring(stage, &stage->queues[0], &before);
}

/* Nothing here may touch the file meanwhile. */
void fuzz_stage_shrink(struct fuzz_stage *stage, unsigned index, size_t size)
{
	other_cpu_forget();
	CHECK(ftruncate(stage->ram->fd, (off_t)size) == 0);
	stage->kind->device->on_queue(stage->gpu, index, stage->queues[index].virtqueue,
				      stage->memory);
	check_display(stage);
	CHECK(ftruncate(stage->ram->fd, STAGE_FILE_SIZE) == 0);
	begin_again(stage);
}

void fuzz_stage_reset(struct fuzz_stage *stage)
{
	stage->kind->device->on_reset(stage->gpu);
	CHECK(counted_images() == 0 && counted_bytes() == 0);
	for (unsigned i = 0; i < STAGE_OUTPUTS; i++)
		CHECK(!display_surface(stage->display, i));
}

/* -- Life -------------------------------------------------------------------- */

static struct fuzz_stage *the_stage(void)
{
	static struct fuzz_stage stage;

	if (!stage.ram) {
		/* Whatever a guest does is no reason to write a line for each input. */
		log_open(LOG_LEVEL_ERROR);
		CHECK(loop_create(&stage.loop) == 0);
		stage.ram = guest_ram_create(STAGE_FILE_SIZE);
		stage.memory = guest_memory_create();
		for (unsigned i = 0; i < STAGE_QUEUES; i++)
			stage.queues[i].virtqueue = virtqueue_create(stage.memory);
		map_memory(&stage, LAYOUT_WHOLE);
	}
	return &stage;
}

static void create_device(struct fuzz_stage *stage)
{
	stage->display = display_create(STAGE_OUTPUTS);
	CHECK(gpu_device_create(stage->loop, stage->display,
				counted_renderer(stage->kind->renderer()), STAGE_MEMORY_MAX,
				&stage->gpu) == 0);
}

static void destroy_device(struct fuzz_stage *stage)
{
	gpu_device_destroy(TAKE(stage->gpu));
	display_destroy(TAKE(stage->display));
	CHECK(counted_images() == 0 && counted_bytes() == 0);
}

struct fuzz_stage *fuzz_stage_begin(const struct stage_kind *kind)
{
	struct fuzz_stage *stage = the_stage();

	stage->kind = kind;
	if (kind->is_kept && !stage->gpu)
		create_device(stage);
	stage->before = descriptors_now();
	stage->rings_may_change = false;
	stage->taken = 0;
	memset(stage->ram->bytes, 0, STAGE_FILE_SIZE);
	if (!kind->is_kept)
		create_device(stage);
	display_set_mode(stage->display, 0, &(struct display_mode){.width = 64, .height = 48});
	display_set_mode(stage->display, 1, &(struct display_mode){.width = 32, .height = 24});
	display_set_mode(stage->display, 2, &(struct display_mode){0});
	stage->watcher = display_watch(stage->display, &watcher_ops, stage);
	start_rings(stage);
	return stage;
}

void fuzz_stage_end(struct fuzz_stage *stage)
{
	uint8_t config[64];

	other_cpu_forget();
	stage->kind->device->read_config(stage->gpu, config, sizeof(config));
	for (unsigned i = 0; i < STAGE_QUEUES; i++) {
		virtqueue_stop(stage->queues[i].virtqueue);
		stage->queues[i].is_started = false;
	}
	if (stage->kind->is_kept)
		fuzz_stage_reset(stage);
	display_unwatch(TAKE(stage->late_watcher));
	display_unwatch(TAKE(stage->watcher));
	if (!stage->kind->is_kept)
		destroy_device(stage);
	if (stage->layout != LAYOUT_WHOLE || guest_memory_is_broken(stage->memory))
		map_memory(stage, LAYOUT_WHOLE);
	if (stage->kind->is_kept)
		descriptors_check_bound();
	else
		descriptors_check(&stage->before);
}
