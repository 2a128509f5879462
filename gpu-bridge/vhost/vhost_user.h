/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Vhost-user
 *
 * The back end of one virtio device: it takes the guest's memory and rings from the
 * front end, and hands the device its queues when the driver has put something
 * there. What kind of device it is, it does not know.
 *
 * Not offered, and why:
 * - CONFIGURE_MEM_SLOTS: with it, QEMU gives a bridge that takes over no memory.
 * - STATUS: QEMU sets the status to 0 also when the VM is paused, upon which a
 *   device would have to forget everything. RESET_DEVICE comes at resets only.
 *
 * A device is therefore not reset when its rings stop, but when it is told so,
 * when the front end leaves, and when its first ring does not go on where it stopped
 * (QEMU before 9.1 tells nothing).
 *
 * Threads: the loop's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/vhost/vhost_connection.h"

struct guest_memory;
struct vhost_user;
struct virtqueue;

#define VHOST_QUEUES_MAX 4

struct vhost_device {
	const char *name;  /* in the log */
	uint64_t features; /* of the device's own: rings' are added */
	unsigned queues;   /* at most VHOST_QUEUES_MAX */

	/* The driver may have put chains into a queue, or the ring has just been enabled. Returns
	 * whether it left some there, to be called again after others had their turn. The queue
	 * lasts as long as the vhost_user: chains may be pushed later. */
	bool (*on_queue)(void *data, unsigned index, struct virtqueue *queue,
			 const struct guest_memory *memory);

	/* Writes the first `size` bytes of the configuration. What it has not is zero. */
	void (*read_config)(void *data, void *config, size_t size);

	/* The driver wrote `size` bytes of the configuration at `offset`, neither of which is
	 * checked against what it has. NULL: that is the front end's business. */
	void (*write_config)(void *data, const void *bytes, size_t offset, size_t size);

	/* Drops all that the driver made it hold. */
	void (*on_reset)(void *data);

	/* The guest's memory is about to change, and has changed: for a device that keeps pointers
	 * into it. Either may be NULL. What goes for good goes after on_reset. */
	void (*on_memory_goes)(void *data);
	void (*on_memory)(void *data, const struct guest_memory *memory);
};

/**
 * Serves `device`, called with `data`, at `address`; all outlive this. Returns 0
 * or negative errno, as vhost_connection_create() does.
 */
int vhost_user_create(struct loop *loop, const struct vhost_address *address,
		      const struct vhost_device *device, void *data, struct vhost_user **ret_vhost);

/**
 * Who speaks on the front end's own socket for displays, where it has one. The handler is called
 * with each that comes, which stays ours and open until the next call; -1: there is none any more.
 */
void vhost_user_on_gpu_socket(struct vhost_user *vhost, void (*on_gpu_socket)(void *data, int fd),
			      void *data);

/** Does not reset the device any more, and calls nobody. Accepts NULL. */
void vhost_user_destroy(struct vhost_user *vhost);

/** Whether there is a driver at a queue's other end, and the VM is not paused. */
bool vhost_user_is_running(const struct vhost_user *vhost, unsigned index);

/** Has on_queue called soon, if the queue runs: the device has something for the driver. Not from
 * within that queue's on_queue, which says so by what it returns. */
void vhost_user_wake(struct vhost_user *vhost, unsigned index);

DEFINE_CLEANUP(struct vhost_user *, vhost_user_destroy)
