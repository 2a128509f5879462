/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/serial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gateway/source/attempts.h"
#include "gateway/source/peer_socket.h"

/* How much is read in a turn of the loop. */
#define READ_MAX 65536

struct serial {
	struct loop *loop;
	char *path; /* NULL: others open the line */
	int fd;	    /* -1: not connected */
	sd_event_source *source;
	struct attempts *attempts; /* NULL without a path */

	uint8_t *kept;	  /* SERIAL_KEPT_MAX bytes: byte n is at n modulo that */
	uint64_t end;	  /* the number of bytes that came */
	uint8_t *waiting; /* SERIAL_WAITING_MAX bytes */
	size_t waiting_size;

	void (*on_output)(void *data);
	void *data;
};

/* -- What the guest said --------------------------------------------------------- */

static void keep(struct serial *serial, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		size_t at = serial->end % SERIAL_KEPT_MAX;
		size_t part = SERIAL_KEPT_MAX - at;

		if (part > size)
			part = size;
		memcpy(serial->kept + at, bytes, part);
		serial->end += part;
		bytes += part;
		size -= part;
	}
}

size_t serial_read(const struct serial *serial, uint64_t since, size_t max, uint64_t *ret_start,
		   uint8_t **ret_bytes)
{
	uint64_t oldest = serial->end > SERIAL_KEPT_MAX ? serial->end - SERIAL_KEPT_MAX : 0;
	uint64_t start = since < oldest ? oldest : since > serial->end ? serial->end : since;
	size_t size = (size_t)(serial->end - start);
	uint8_t *bytes;

	if (size > max)
		size = max;
	bytes = xcalloc(1, size + 1);
	for (size_t done = 0; done < size;) {
		size_t at = (start + done) % SERIAL_KEPT_MAX;
		size_t part = SERIAL_KEPT_MAX - at;

		if (part > size - done)
			part = size - done;
		memcpy(bytes + done, serial->kept + at, part);
		done += part;
	}
	*ret_start = start;
	*ret_bytes = bytes;
	return size;
}

uint64_t serial_end(const struct serial *serial)
{
	return serial->end;
}

/* -- The line ---------------------------------------------------------------------- */

static void hang_up(struct serial *serial)
{
	char reason[ATTEMPTS_REASON_MAX];

	sd_event_source_disable_unref(serial->source);
	serial->source = NULL;
	serial->fd = close_fd(serial->fd);
	/* It was for the guest that was there. */
	serial->waiting_size = 0;
	if (!serial->path) {
		log_warning("QEMU closed the guest's serial line");
		return;
	}
	snprintf(reason, sizeof(reason), "The guest's serial line at %s was closed", serial->path);
	attempts_fail(serial->attempts, reason, false);
	attempts_again(serial->attempts);
}

/* Returns false when the line is gone. */
static bool take_output(struct serial *serial)
{
	uint8_t bytes[READ_MAX];
	ssize_t size = recv(serial->fd, bytes, sizeof(bytes), 0);

	if (size < 0)
		return errno == EAGAIN || errno == EINTR;
	if (size == 0)
		return false;
	keep(serial, bytes, (size_t)size);
	if (serial->on_output)
		serial->on_output(serial->data);
	return true;
}

static bool send_waiting(struct serial *serial)
{
	ssize_t size = send(serial->fd, serial->waiting, serial->waiting_size, MSG_NOSIGNAL);

	if (size < 0)
		return errno == EAGAIN || errno == EINTR;
	serial->waiting_size -= (size_t)size;
	memmove(serial->waiting, serial->waiting + size, serial->waiting_size);
	return true;
}

static void watch(struct serial *serial)
{
	sd_event_source_set_io_events(serial->source,
				      serial->waiting_size > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static int handle_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct serial *serial = data;

	if ((events & EPOLLOUT && serial->waiting_size > 0 && !send_waiting(serial)) ||
	    (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !take_output(serial)))
		hang_up(serial);
	else
		watch(serial);
	return 0;
}

/* Takes `fd`. */
static int begin(struct serial *serial, int fd)
{
	int r = sd_event_add_io(loop_event(serial->loop), &serial->source, fd, EPOLLIN, handle_io,
				serial);

	if (r < 0) {
		close_fd(fd);
		return r;
	}
	serial->fd = fd;
	return 0;
}

static void handle_attempt(void *data)
{
	struct serial *serial = data;
	char reason[ATTEMPTS_REASON_MAX];
	const char *why = NULL;
	int r = peer_socket_connect(serial->path, &why);

	if (r >= 0)
		r = begin(serial, r);
	if (r >= 0) {
		attempts_succeed(serial->attempts);
		log_info("the guest's serial line is at %s", serial->path);
		return;
	}
	snprintf(reason, sizeof(reason), "The guest's serial line at %s is not there: %s",
		 serial->path, why ?: strerror(-r));
	attempts_fail(serial->attempts, reason, peer_socket_is_absence(r));
	attempts_again(serial->attempts);
}

/* -- The interface ------------------------------------------------------------------- */

int serial_create(struct loop *loop, const char *path, struct serial **ret_serial)
{
	CLEANUP(serial_destroyp) struct serial *serial = xcalloc(1, sizeof(*serial));
	char reason[ATTEMPTS_REASON_MAX];
	int r;

	serial->loop = loop;
	serial->path = path ? xstrdup(path) : NULL;
	serial->fd = -1;
	serial->kept = xcalloc(1, SERIAL_KEPT_MAX);
	serial->waiting = xcalloc(1, SERIAL_WAITING_MAX);
	if (path) {
		snprintf(reason, sizeof(reason), "Connecting to the guest's serial line at %s",
			 path);
		r = attempts_create(loop, handle_attempt, serial, reason, &serial->attempts);
		if (r < 0)
			return r;
	}
	*ret_serial = TAKE(serial);
	return 0;
}

void serial_destroy(struct serial *serial)
{
	if (!serial)
		return;
	sd_event_source_disable_unref(serial->source);
	close_fd(serial->fd);
	attempts_destroy(serial->attempts);
	free(serial->kept);
	free(serial->waiting);
	free(serial->path);
	free(serial);
}

void serial_adopt(struct serial *serial, int fd)
{
	int r;

	if (serial->fd >= 0)
		hang_up(serial);
	r = begin(serial, fd);
	if (r < 0)
		log_error("the guest's serial line cannot be watched: %s", strerror(-r));
	else
		log_info("QEMU has handed the guest's serial line over");
}

const char *serial_reason(const struct serial *serial)
{
	if (serial->fd >= 0)
		return NULL;
	return serial->path ? attempts_reason(serial->attempts)
			    : "QEMU has not handed the guest's serial line over";
}

int serial_write(struct serial *serial, const void *bytes, size_t size)
{
	if (serial->fd < 0)
		return -ENOTCONN;
	if (size > SERIAL_WAITING_MAX - serial->waiting_size)
		return -EAGAIN;
	memcpy(serial->waiting + serial->waiting_size, bytes, size);
	serial->waiting_size += size;
	watch(serial);
	return 0;
}

void serial_observe(struct serial *serial, void (*on_output)(void *data), void *data)
{
	serial->on_output = on_output;
	serial->data = data;
}
