/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Vhost front end
 *
 * Plays QEMU to a back end in the same process, on the same loop: the socket, the
 * guest's memory, and a driver's end of two rings. It says what the test wants
 * said, right or wrong, and turns the loop while it waits for an answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/loop.h"
#include "gpu-bridge/vhost/vhost_message.h"
#include "tests/fakes/driver_ring.h"

#define FRONT_QUEUES	2
#define FRONT_RING_SIZE 64

struct vhost_front {
	struct loop *loop;
	int socket;
	struct guest_ram *ram;
	unsigned ring_size;
	struct driver_ring rings[FRONT_QUEUES];
	uint16_t bases[FRONT_QUEUES]; /* where they stopped */
	int kick_fds[FRONT_QUEUES];
	int call_fds[FRONT_QUEUES];
	int gpu_socket; /* our end */
};

/** Connects to a back end that listens at `path`; its guest has `ram_size` bytes. */
struct vhost_front *vhost_front_connect(struct loop *loop, const char *path, size_t ram_size);

/** Listens at `path` for a back end that connects, and waits for it. */
struct vhost_front *vhost_front_listen(struct loop *loop, const char *path, size_t ram_size);

/** Gives the rings another size than FRONT_RING_SIZE; before they start. */
void vhost_front_set_ring_size(struct vhost_front *front, unsigned size);

/** Leaves. Accepts NULL. */
void vhost_front_destroy(struct vhost_front *front);

/** Sends bytes as they are, with `count` descriptors, which stay the caller's. */
void vhost_front_send_raw(struct vhost_front *front, const void *bytes, size_t size, const int *fds,
			  unsigned count);

/** Sends one message. `flags` are added to the version's. */
void vhost_front_send(struct vhost_front *front, uint32_t request, uint32_t flags,
		      const void *payload, uint32_t size, const int *fds, unsigned count);

/** Waits for the answer to `request`, whose payload replaces `*ret_payload`. Returns its size, or
 * -1 when the back end closed the connection. */
int vhost_front_answer(struct vhost_front *front, uint32_t request,
		       union vhost_payload *ret_payload);

/** Sends a message that wants to be acknowledged. Returns what it was: 0 is well; -1: closed. */
int64_t vhost_front_ask(struct vhost_front *front, uint32_t request, const void *payload,
			uint32_t size, const int *fds, unsigned count);

/** Asks for a number, such as the features. */
uint64_t vhost_front_get_number(struct vhost_front *front, uint32_t request);

/** What QEMU says when the VM is made. */
void vhost_front_set_up(struct vhost_front *front);

/** Passes the guest's memory. */
void vhost_front_share_memory(struct vhost_front *front);

/** Starts one ring where it is. */
void vhost_front_start_ring(struct vhost_front *front, unsigned index);

/** What QEMU says when the driver is there (DRIVER_OK), with rings laid out anew; `features` are
 * those that the driver took. */
void vhost_front_start(struct vhost_front *front, uint64_t features);

/** Stops the rings, as when the VM is paused. */
void vhost_front_stop(struct vhost_front *front);

/** Starts them again where they stopped. */
void vhost_front_continue(struct vhost_front *front);

/** Says that there is something in a ring. */
void vhost_front_kick(struct vhost_front *front, unsigned index);

/** Whether the back end interrupted the guest since the last time. */
bool vhost_front_was_called(struct vhost_front *front, unsigned index);

/** Waits until a chain of the ring came back. Returns false after the tests' deadline. */
bool vhost_front_wait_used(struct vhost_front *front, unsigned index, uint32_t *ret_head,
			   uint32_t *ret_written);

/** Whether the back end closed the connection; waits for it, up to the tests' deadline. */
bool vhost_front_wait_closed(struct vhost_front *front);

/** Turns the loop until the back end has read and answered all that was sent before. */
void vhost_front_sync(struct vhost_front *front);

DEFINE_CLEANUP(struct vhost_front *, vhost_front_destroy)
