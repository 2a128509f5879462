/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/virgl_log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <virglrenderer.h>

#include "common/log.h"
#include "common/loop.h"

#define LINES_PER_SECOND 20
#define LINE_MAX	 256
#define SECOND_US	 UINT64_C(1000000)

static struct {
	pthread_mutex_t lock;
	/* protected by lock: */
	uint64_t second_start_us;
	unsigned lines;
} rate = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Returns whether a line may be written, and how many were not in the second that ended now. */
static bool take_turn(unsigned *ret_dropped)
{
	uint64_t now_us = loop_now_us();
	bool may_write;

	*ret_dropped = 0;
	pthread_mutex_lock(&rate.lock);
	if (now_us - rate.second_start_us >= SECOND_US) {
		if (rate.lines > LINES_PER_SECOND)
			*ret_dropped = rate.lines - LINES_PER_SECOND;
		rate.second_start_us = now_us;
		rate.lines = 0;
	}
	may_write = rate.lines++ < LINES_PER_SECOND;
	pthread_mutex_unlock(&rate.lock);
	return may_write;
}

__attribute__((format(printf, 1, 0))) static void handle_line(const char *format, va_list arguments)
{
	char line[LINE_MAX];
	unsigned dropped;

	if (!take_turn(&dropped))
		return;
	if (dropped > 0)
		log_debug("virglrenderer: %u lines more", dropped);
	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	if (line[0])
		log_debug("virglrenderer: %s", line);
}

void virgl_log_open(void)
{
	virgl_set_debug_callback(handle_line);
}
