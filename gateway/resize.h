/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Resize requests
 *
 * Where a head has `resize=viewer`, the newest explicit request of a viewer
 * changes the guest's mode. Requests are debounced: a window being dragged
 * asks dozens of times a second.
 */

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/head.h"

struct heads;
struct resize;

/* What a viewer may ask for. */
#define RESIZE_SIDE_MIN 200
#define RESIZE_SIDE_MAX 8192

/** `on_resize` is called on the loop thread with the size to ask of the guest. */
struct resize *resize_create(struct loop *loop, struct heads *heads,
			     void (*on_resize)(void *data, unsigned head, struct size size),
			     void *data);

/** Accepts NULL. Loop thread; nobody may request any more. */
void resize_destroy(struct resize *resize);

/**
 * A viewer wants head `head` to have this size. Any thread.
 *
 * Returns 0 when it will be asked of the guest, which may still choose
 * another; -EPERM when the configuration fixes the size; -EINVAL for a size
 * out of bounds; -ENODEV for a head that is not there.
 */
int resize_request(struct resize *resize, unsigned head, struct size size);

DEFINE_CLEANUP(struct resize *, resize_destroy)
