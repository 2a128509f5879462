/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fuzz stage
 *
 * A virtio-gpu whose front end and whose guest are the target's: memory, two rings and the
 * device, without a socket between them. It is made once and begun anew for each input, which
 * finds all of it as the one before did.
 *
 * What is checked whenever the device has run, besides what sanitizers see: that it uses no
 * more chains than were offered, and each for no more bytes than its writable part has; that
 * it writes to nothing of a ring but its used part; that pictures stay within the budget, and
 * that what is shown is there. At the end of an input nothing may be left: no picture, no
 * descriptor.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu-bridge/gpu/gpu_device.h"
#include "tests/fakes/driver_ring.h"
#include "tests/fuzz/descriptors.h"

#define STAGE_OUTPUTS	 3
#define STAGE_QUEUES	 2
#define STAGE_MEMORY_MAX (UINT64_C(1) << 20)
#define STAGE_RING_SIZE	 16
#define STAGE_RING_MAX	 256

/*
 * The guest's memory is one file: a page of nobody's, the first region, the second one, which
 * follows the first in the guest though not in the file, and the rings.
 */
#define STAGE_FIRST_OFFSET  0x1000
#define STAGE_FIRST_SIZE    0x7ff0
#define STAGE_SECOND_OFFSET 0x9000
#define STAGE_SECOND_SIZE   0x4000
#define STAGE_RINGS_OFFSET  0xd000
#define STAGE_RINGS_SIZE    0x4000
#define STAGE_FILE_SIZE	    0x11000

#define STAGE_GUEST	 (RAM_GUEST_START + STAGE_FIRST_OFFSET)
#define STAGE_GUEST_SIZE (STAGE_FIRST_SIZE + STAGE_SECOND_SIZE)

/* What of the file the guest has as memory. Unless it is open, no address of the guest's leads
 * to the rings. */
enum stage_layout {
	LAYOUT_WHOLE,
	LAYOUT_OPEN,	/* with the rings after the second region */
	LAYOUT_FIRST,	/* without the second region */
	LAYOUT_SWAPPED, /* the second region before the first */
	LAYOUT_NONE,
	LAYOUTS
};

struct stage_queue {
	struct virtqueue *virtqueue;
	struct driver_ring ring;
	bool is_started;
	bool is_plain;			   /* nothing but whole chains was ever put there */
	unsigned described;		   /* descriptors since it was empty */
	uint32_t writable[STAGE_RING_MAX]; /* bytes, by head, while it is plain */
};

/* The device that there is. */
struct stage_kind {
	const struct renderer_ops *(*renderer)(void);
	const struct vhost_device *device;

	/* Lets fences of the renderer's pass; NULL: that happens on the loop. */
	void (*pass)(uint32_t context, uint64_t number);

	/* It is only reset between inputs, since it takes long to be made, and what it opens is
	 * its own business, up to a bound. */
	bool is_kept;
};

struct fuzz_stage {
	const struct stage_kind *kind;
	struct loop *loop;
	struct guest_ram *ram;
	struct guest_memory *memory;
	enum stage_layout layout;
	struct display *display;
	struct display_watcher *watcher;
	struct display_watcher *late_watcher; /* NULL: none came */
	struct gpu_device *gpu;
	struct stage_queue queues[STAGE_QUEUES];
	bool rings_may_change; /* others than the driver write to them */
	size_t taken;	       /* of the first region, by fuzz_stage_take() */
	struct descriptors before;
};

/** Begins an input, with both rings started. There is one stage, and one kind of it. */
struct fuzz_stage *fuzz_stage_begin(const struct stage_kind *kind);

/** Ends it, and checks that nothing is left. */
void fuzz_stage_end(struct fuzz_stage *stage);

/** Takes `size` bytes of the guest's first region, the oldest ones again when they have all been
 * taken. Returns their guest address. */
uint64_t fuzz_stage_take(struct fuzz_stage *stage, size_t size);

/** Writes to the guest's memory, where there is some. */
void fuzz_stage_write(struct fuzz_stage *stage, uint64_t address, const void *bytes, size_t size);

/** Says that what is in the rings may be anything from now on, until they start anew. */
void fuzz_stage_distrust(struct fuzz_stage *stage);

/** Offers a chain. */
void fuzz_stage_submit(struct fuzz_stage *stage, unsigned queue, const struct ring_part *parts,
		       unsigned count, bool is_indirect);

/** Lets the device run, until it has left nothing, or for `turns` turns, and its renderer tell of
 * what it has done. */
void fuzz_stage_run(struct fuzz_stage *stage, unsigned queue, unsigned turns);

/** Lets a fence pass, and the context's earlier ones. */
void fuzz_stage_pass(struct fuzz_stage *stage, uint32_t context, uint64_t number);

/** Stops a ring, and starts it anew: of `size`, which may be wrong, at `base`, moved by `skew`
 * bytes, with those of the rings' `features`. */
void fuzz_stage_restart(struct fuzz_stage *stage, unsigned queue, uint32_t size, uint16_t base,
			uint64_t skew, uint64_t features);

/** Gives the guest other memory. */
void fuzz_stage_set_memory(struct fuzz_stage *stage, enum stage_layout layout);

/** Cuts the memory's file short at `size` while the device runs, and begins again. */
void fuzz_stage_shrink(struct fuzz_stage *stage, unsigned queue, size_t size);

/** The driver resets the device, or the front end says so. */
void fuzz_stage_reset(struct fuzz_stage *stage);

/** A watcher comes, or the one that came leaves. */
void fuzz_stage_watch(struct fuzz_stage *stage);
