/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/target.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/cleanup.h"
#include "common/xalloc.h"

static bool is_listening(const char *path)
{
	CLEANUP(close_fdp) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, path);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

/* Appends `path` to a list joined by spaces. */
static char *append(char *list, const char *path)
{
	char *longer = list ? xasprintf("%s %s", list, path) : xstrdup(path);

	free(list);
	return longer;
}

static enum find_result find(const char *pattern, char **ret_found)
{
	glob_t found = {0};
	enum find_result result = FIND_NONE;
	char *paths = NULL;
	size_t listening = 0;

	if (glob(pattern, GLOB_BRACE, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			if (found.gl_pathc > 1 && !is_listening(found.gl_pathv[i]))
				continue;
			paths = append(paths, found.gl_pathv[i]);
			listening++;
		}
		if (listening > 0)
			result = listening == 1 ? FIND_ONE : FIND_SEVERAL;
	}
	globfree(&found);
	if (paths)
		*ret_found = paths;
	return result;
}

enum find_result target_find_control(const char *user_dir, const char *system_dir, char **ret_found)
{
	CLEANUP(freep) char *users = xasprintf("%s/windscreen/*.sock", user_dir);
	CLEANUP(freep) char *systems = xasprintf("%s/windscreen/{*,*/*}.sock", system_dir);
	enum find_result result = find(users, ret_found);

	if (result == FIND_NONE)
		result = find(systems, ret_found);
	if (result == FIND_NONE)
		*ret_found = xasprintf("%s/windscreen or %s/windscreen", user_dir, system_dir);
	return result;
}
