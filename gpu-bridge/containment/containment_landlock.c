/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/containment/containment_landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "common/cleanup.h"
#include "common/xalloc.h"

/*
 * The kernel's header may be older than the kernel: what Linux 5.13 has not had is written
 * down here. landlock(7), "Kernel interface".
 */
#define FS_REFER      (UINT64_C(1) << 13)
#define FS_TRUNCATE   (UINT64_C(1) << 14)
#define FS_IOCTL_DEV  (UINT64_C(1) << 15)
#define NET_TCP	      (UINT64_C(1) << 0 | UINT64_C(1) << 1)
#define SCOPE_SOCKETS (UINT64_C(1) << 0)
#define SCOPE_SIGNALS (UINT64_C(1) << 1)

/* struct landlock_ruleset_attr of today. An older kernel takes it where the rest is 0. */
struct ruleset {
	uint64_t files;
	uint64_t net;
	uint64_t scoped;
};

/* All that the first version knows: bits 0 to 12. */
#define FILES_FIRST ((UINT64_C(1) << 13) - 1)

#define READ  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define DRIVE (READ | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_IOCTL_DEV)

/* What a GPU's driver looks at after its start, as far as one can tell. */
static const struct {
	const char *path;
	uint64_t access;
} gpu_files[] = {
	{"/dev/dri", DRIVE},
	{"/proc", READ},
	{"/sys", READ},
	{"/usr/share/drirc.d", READ},
};

/* Whose version is too low for a right is not asked for it. */
static struct ruleset known_to(int version)
{
	struct ruleset known = {.files = FILES_FIRST};
	/* sd_notify() may have to reach a socket without a file. */
	const char *manager = getenv("NOTIFY_SOCKET");

	if (version >= 2)
		known.files |= FS_REFER;
	if (version >= 3)
		known.files |= FS_TRUNCATE;
	if (version >= 4)
		known.net = NET_TCP;
	if (version >= 5)
		known.files |= FS_IOCTL_DEV;
	if (version >= 6)
		known.scoped = SCOPE_SIGNALS | (manager && manager[0] == '@' ? 0 : SCOPE_SOCKETS);
	return known;
}

static int add_rule(int ruleset, const char *path, uint64_t access)
{
	CLEANUP(close_fdp) int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};

	if (fd < 0 ||
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return -errno;
	return 0;
}

/* A socket's file is removed from its folder, and Landlock gives that right for all files of a
 * folder or for none. */
static int let_remove(int ruleset, const char *socket)
{
	const char *slash = strrchr(socket, '/');
	CLEANUP(freep) char *folder = NULL;

	if (!slash)
		folder = xstrdup(".");
	else if (slash == socket)
		folder = xstrdup("/");
	else
		folder = xasprintf("%.*s", (int)(slash - socket), socket);
	return add_rule(ruleset, folder, LANDLOCK_ACCESS_FS_REMOVE_FILE);
}

/* Not every driver has all of them. */
static int add_gpu_rules(int ruleset, const struct ruleset *known)
{
	for (size_t i = 0; i < sizeof(gpu_files) / sizeof(gpu_files[0]); i++) {
		int r = add_rule(ruleset, gpu_files[i].path, gpu_files[i].access & known->files);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

static int add_rules(int ruleset, const struct ruleset *known,
		     const struct containment_needs *needs)
{
	int r = 0;

	for (unsigned i = 0; i < CONTAINMENT_SOCKETS_MAX && r == 0; i++)
		if (needs->sockets[i])
			r = let_remove(ruleset, needs->sockets[i]);
	if (needs->has_gpu && r == 0)
		r = add_gpu_rules(ruleset, known);
	/* For LLVM, which asks it anew for each shader on some processors. */
	if (needs->makes_code && r == 0)
		r = add_rule(ruleset, "/proc/cpuinfo", LANDLOCK_ACCESS_FS_READ_FILE);
#ifdef WINDSCREEN_SANITIZED
	if (r == 0)
		r = add_rule(ruleset, "/", READ);
#endif
	return r;
}

static int restrict_to(const struct ruleset *known, const struct containment_needs *needs)
{
	CLEANUP(close_fdp)
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, known, sizeof(*known), 0);
	int r;

	if (ruleset < 0)
		return -errno;
	r = add_rules(ruleset, known, needs);
	if (r < 0)
		return r;
	return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
}

int containment_landlock_start(const struct containment_needs *needs,
			       char ret_text[CONTAINMENT_LANDLOCK_TEXT_MAX])
{
	int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
				   LANDLOCK_CREATE_RULESET_VERSION);
	int error = -errno;
	struct ruleset known;
	int r;

	snprintf(ret_text, CONTAINMENT_LANDLOCK_TEXT_MAX, "none");
	if (version < 0)
		return error;
	known = known_to(version);
	r = restrict_to(&known, needs);
	if (r < 0)
		return r;
	snprintf(ret_text, CONTAINMENT_LANDLOCK_TEXT_MAX, "version %d, files%s%s%s", version,
		 known.net ? ", TCP" : "", known.scoped & SCOPE_SOCKETS ? ", abstract sockets" : "",
		 known.scoped & SCOPE_SIGNALS ? ", signals" : "");
	return 0;
}
