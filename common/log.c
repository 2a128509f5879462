/* SPDX-License-Identifier: GPL-3.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "common/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#define LINE_MAX_BYTES 1024

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", LOG_ERR},
	[LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
	[LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

static enum log_level most_detailed = LOG_LEVEL_INFO;
static bool to_journal;

/* systemd.exec(5): $JOURNAL_STREAM names the device and inode of the stream
 * that it connected; standard error may have been redirected since. */
static bool stderr_is_the_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat status;

	return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	       fstat(2, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

void log_open(enum log_level level)
{
	most_detailed = level;
	to_journal = stderr_is_the_journal();
}

bool log_level_from_name(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*ret_level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void write_to_journal(enum log_level level, const struct log_subject *subject,
			     const char *line)
{
	static const struct log_subject nobody;

	if (!subject)
		subject = &nobody;
	sd_journal_send("MESSAGE=%s", line, "PRIORITY=%d", levels[level].priority,
			"VIEWER=%" PRIu64, subject->viewer, "PROTOCOL=%s",
			subject->protocol ? subject->protocol : "", "PEER=%s",
			subject->peer ? subject->peer : "", NULL);
}

static void write_to_stderr(enum log_level level, const struct log_subject *subject,
			    const char *line)
{
	char about[160] = "";

	if (subject && subject->viewer)
		snprintf(about, sizeof(about), "viewer %" PRIu64 " (%s %s): ", subject->viewer,
			 subject->protocol ? subject->protocol : "?",
			 subject->peer ? subject->peer : "?");
	else if (subject && subject->protocol)
		snprintf(about, sizeof(about), "%s %s: ", subject->protocol,
			 subject->peer ? subject->peer : "?");
	fprintf(stderr, "%s: %s%s\n", levels[level].name, about, line);
}

void log_write(enum log_level level, const struct log_subject *subject, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list arguments;

	if (level > most_detailed)
		return;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);

	/* What a peer sent may be in the line: it stays one line. */
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';

	if (to_journal)
		write_to_journal(level, subject, line);
	else
		write_to_stderr(level, subject, line);
}
