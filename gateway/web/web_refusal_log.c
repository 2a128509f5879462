/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_refusal_log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/log.h"
#include "common/loop.h"

#define LINES_A_MINUTE 30
#define LINE_MAX       300

#define MINUTE_US (60 * UINT64_C(1000000))

static bool has_room(struct web_refusal_log *log)
{
	uint64_t minute = loop_now_us() / MINUTE_US;

	if (minute != log->minute) {
		if (log->left_out > 0)
			log_warning("refused %u more web requests in a minute", log->left_out);
		*log = (struct web_refusal_log){.minute = minute};
	}
	if (log->lines >= LINES_A_MINUTE) {
		log->left_out++;
		return false;
	}
	log->lines++;
	return true;
}

void web_refusal_log_write(struct web_refusal_log *log, const char *peer, const char *format, ...)
{
	const struct log_subject subject = {.protocol = "web", .peer = peer};
	char line[LINE_MAX];
	va_list arguments;

	if (!has_room(log))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* The client chose some of it. */
	for (char *c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	log_write(LOG_LEVEL_WARNING, &subject, "refused %s", line);
}
