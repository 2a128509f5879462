/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * KMS
 *
 * The outputs of the first DRM device, by raw ioctls: every connected
 * connector shows its preferred mode from dumb buffers of its own, by page flips
 * or by damage clips. Head N is the N-th connector.
 */

#include <stdbool.h>

#include "canvas.h"
#include "damage.h"

#define KMS_MAX_HEADS 4
#define KMS_MAX_SIZE  8192 /* pixels, of a mode's side */

enum present {
	PRESENT_FLIP,	/* two buffers, page flips: declares everything as damaged */
	PRESENT_DAMAGE, /* one buffer, DIRTYFB with clips */
};

struct kms;

struct kms_listener {
	/* Head `head` has a new mode, or is off at 0 by 0. */
	void (*on_mode)(void *data, int head, int width, int height);
};

/**
 * Opens the device and becomes its master. The listener must outlive it.
 *
 * Returns 0 or a negative errno.
 */
int kms_open(const struct kms_listener *listener, void *data, struct kms **ret_kms);

/** How many heads the device has, at most KMS_MAX_HEADS; some may be off. */
int kms_heads(const struct kms *kms);

/** To be polled for reading, then kms_handle_events(). */
int kms_fd(const struct kms *kms);
void kms_handle_events(struct kms *kms);

/** Looks at the connectors again and follows what changed. */
void kms_probe(struct kms *kms);

/** True when the head is on and its last flip is done. */
bool kms_can_present(const struct kms *kms, int head);

/**
 * Where the head's next picture is to be drawn.
 *
 * `damage` says where it differs from the one before; it is extended to all that
 * this buffer lacks, since it may be older. The canvas is valid until kms_present().
 */
const struct canvas *kms_next_buffer(struct kms *kms, int head, enum present present,
				     struct damage *damage);

/** Shows that buffer, once everything in `damage` is drawn. Returns 0 or a negative errno. */
int kms_present(struct kms *kms, int head, enum present present, const struct damage *damage);

/** Waits until the device has carried out all that was presented. */
void kms_flush(struct kms *kms);

/** Gives the head a 64 by 64 premultiplied ARGB cursor; NULL hides it. */
void kms_set_cursor(struct kms *kms, int head, const uint32_t *pixels, int hot_x, int hot_y);

/** Moves the hot spot to (x, y). */
void kms_move_cursor(struct kms *kms, int head, int x, int y);
