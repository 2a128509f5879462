/* SPDX-License-Identifier: GPL-3.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "common/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include "common/xalloc.h"

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

/* Only what is known becomes a field: who asks the journal for one viewer's
 * lines gets no others. */
static void write_to_journal(enum log_level level, const struct log_subject *subject,
			     const char *line)
{
	struct iovec fields[5];
	int count = 0;
	char *texts[] = {
		xasprintf("MESSAGE=%s", line),
		xasprintf("PRIORITY=%d", levels[level].priority),
		subject && subject->viewer ? xasprintf("VIEWER=%" PRIu64, subject->viewer) : NULL,
		subject && subject->protocol ? xasprintf("PROTOCOL=%s", subject->protocol) : NULL,
		subject && subject->peer ? xasprintf("PEER=%s", subject->peer) : NULL,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i])
			fields[count++] = (struct iovec){texts[i], strlen(texts[i])};
	sd_journal_sendv(fields, count);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
}

/* "viewer 3 (vnc 127.0.0.1:5): ", what of it is known, or "". */
static void describe(const struct log_subject *subject, char *text, size_t size)
{
	const char *protocol = subject && subject->protocol ? subject->protocol : "";
	const char *peer = subject && subject->peer ? subject->peer : "";
	const char *gap = *protocol && *peer ? " " : "";

	text[0] = '\0';
	if (subject && subject->viewer)
		snprintf(text, size, "viewer %" PRIu64 " (%s%s%s): ", subject->viewer, protocol,
			 gap, peer);
	else if (*protocol || *peer)
		snprintf(text, size, "%s%s%s: ", protocol, gap, peer);
}

void log_write(enum log_level level, const struct log_subject *subject, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	size_t about;
	va_list arguments;

	if (level > most_detailed)
		return;

	describe(subject, line, sizeof(line));
	about = strlen(line);
	va_start(arguments, format);
	vsnprintf(line + about, sizeof(line) - about, format, arguments);
	va_end(arguments);

	/* What a peer sent may be in the line: it stays one line. */
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';

	if (to_journal)
		write_to_journal(level, subject, line);
	else
		fprintf(stderr, "%s: %s\n", levels[level].name, line);
}
