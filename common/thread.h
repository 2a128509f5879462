/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Thread
 *
 * How every thread beside the loop's is started: no signal reaches it, since
 * those are the loop's, and it gives way to the loop and to the virtual machine
 * where processors are short. A viewer then sees fewer frames; the guest does
 * not draw fewer.
 */

#include <pthread.h>
#include <stdint.h>

/** How much nicer (nice(2)) than the process these threads are. */
#define THREAD_NICE 5

/**
 * Starts `run(data)`; `name` is a literal of at most 15 characters. The caller
 * joins the thread.
 *
 * Returns 0 or negative errno. `*ret_thread` may be written after the thread has begun.
 */
int thread_start(const char *name, void *(*run)(void *data), void *data, pthread_t *ret_thread);

/** How much processor time the calling thread has used, in microseconds. */
uint64_t thread_time_us(void);
