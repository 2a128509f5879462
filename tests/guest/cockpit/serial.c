/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "commands.h"

#define MAX_LINE_OUT 320

struct serial {
	int fd;
	char unsent[SERIAL_MAX_UNSENT];
	int n_unsent;
	int lost; /* lines */
	char line[COMMAND_MAX_LENGTH + 2];
	int line_length;
};

struct serial *serial_open(const char *path)
{
	struct serial *serial = calloc(1, sizeof(*serial));
	struct termios mode;

	if (!serial)
		abort();
	serial->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (serial->fd >= 0 && tcgetattr(serial->fd, &mode) == 0) {
		cfmakeraw(&mode);
		tcsetattr(serial->fd, TCSANOW, &mode);
	}
	return serial;
}

int serial_fd(const struct serial *serial)
{
	return serial->fd;
}

bool serial_has_unsent(const struct serial *serial)
{
	return serial->n_unsent > 0;
}

static bool queue(struct serial *serial, const char *line, int length)
{
	if (serial->n_unsent + length > SERIAL_MAX_UNSENT)
		return false;
	memcpy(serial->unsent + serial->n_unsent, line, length);
	serial->n_unsent += length;
	return true;
}

void serial_printf(struct serial *serial, const char *format, ...)
{
	char line[MAX_LINE_OUT];
	va_list arguments;
	int length;

	if (serial->lost) {
		length = snprintf(line, sizeof(line), "lost %d\n", serial->lost);
		if (queue(serial, line, length))
			serial->lost = 0;
	}
	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	if (serial->lost || !queue(serial, line, length))
		serial->lost++;
}

void serial_flush(struct serial *serial)
{
	ssize_t written;

	if (!serial->n_unsent)
		return;
	written = write(serial->fd, serial->unsent, serial->n_unsent);
	if (written < 0 && errno != EAGAIN)
		written = serial->n_unsent; /* nobody there */
	if (written > 0) {
		serial->n_unsent -= written;
		memmove(serial->unsent, serial->unsent + written, serial->n_unsent);
	}
}

void serial_read(struct serial *serial, void (*on_line)(void *data, const char *line), void *data)
{
	char bytes[256];
	ssize_t length = read(serial->fd, bytes, sizeof(bytes));

	for (ssize_t i = 0; i < length; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r') {
			serial->line[serial->line_length] = 0;
			if (serial->line_length)
				on_line(data, serial->line);
			serial->line_length = 0;
		} else if (serial->line_length < COMMAND_MAX_LENGTH + 1) {
			serial->line[serial->line_length++] = bytes[i];
		}
	}
}
