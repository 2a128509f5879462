/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "gateway/source/source.h"

static const struct {
	const char *prefix;
	enum source_transport transport;
} transports[] = {
	{"qmp:", SOURCE_QMP},
	{"display1:", SOURCE_DISPLAY1},
};

int source_address_parse(const char *text, struct source_address *ret_address)
{
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		size_t length = strlen(transports[i].prefix);
		const char *path = text + length;

		if (strncmp(text, transports[i].prefix, length) != 0)
			continue;
		/* A longer path than this is none that a socket can have. */
		if (!*path || strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
			return -EINVAL;
		ret_address->transport = transports[i].transport;
		ret_address->path = xstrdup(path);
		return 0;
	}
	return -EINVAL;
}
