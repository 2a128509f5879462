/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Heads
 *
 * The guest's heads, in order. It begins with head 0, whether or not a guest
 * is there, and grows as the source finds more; it never shrinks, so that a
 * viewer keeps its head across a restart of the guest.
 */

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/head.h"

struct heads;

/**
 * Creates head 0. `policies` has HEADS_MAX entries and must outlive the heads;
 * `budget_bytes` bounds the memory for all heads' frames. Loop thread.
 */
struct heads *heads_create(struct loop *loop, uint64_t budget_bytes,
			   const struct head_policy *policies);

/** Accepts NULL. */
void heads_destroy(struct heads *heads);

/**
 * Makes sure that there are `count` heads; more than HEADS_MAX are left out.
 * Each new one begins with `notice`. Loop thread.
 */
void heads_grow(struct heads *heads, unsigned count, const char *notice);

/** How many there are, at least 1. Any thread. */
unsigned heads_count(struct heads *heads);

/** Head `index`, or NULL beyond the last. Any thread; valid until heads_destroy(). */
struct head *heads_get(struct heads *heads, unsigned index);

/**
 * Has `equip(head, data)` called on the loop thread for each head, those that are there
 * now and, before anybody can see them, those that are added later: for what each
 * head is to have before it has viewers. One such function; for the gateway's life.
 */
void heads_equip(struct heads *heads, void (*equip)(struct head *head, void *data), void *data);

/**
 * Has `on_added(head, data)` called on the loop thread for each head that was
 * added. At most HEADS_OBSERVERS_MAX; for the gateway's life.
 */
#define HEADS_OBSERVERS_MAX 8
void heads_observe(struct heads *heads, void (*on_added)(struct head *head, void *data),
		   void *data);

DEFINE_CLEANUP(struct heads *, heads_destroy)
