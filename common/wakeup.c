/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wakeup.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>

#include "common/xalloc.h"

struct wakeup {
	int fd;
};

int wakeup_create(struct wakeup **ret_wakeup)
{
	struct wakeup *wakeup;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	wakeup = xcalloc(1, sizeof(*wakeup));
	wakeup->fd = fd;
	*ret_wakeup = wakeup;
	return 0;
}

void wakeup_destroy(struct wakeup *wakeup)
{
	if (!wakeup)
		return;
	close_fd(wakeup->fd);
	free(wakeup);
}

int wakeup_fd(struct wakeup *wakeup)
{
	return wakeup->fd;
}

void wakeup_signal(struct wakeup *wakeup)
{
	/* Full (EAGAIN) means signalled already. */
	eventfd_write(wakeup->fd, 1);
}

void wakeup_clear(struct wakeup *wakeup)
{
	eventfd_t count;

	/* Empty (EAGAIN) means clear already. */
	eventfd_read(wakeup->fd, &count);
}
