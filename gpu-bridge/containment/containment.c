/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/containment/containment.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/log.h"
#include "gpu-bridge/containment/containment_filter.h"
#include "gpu-bridge/containment/containment_landlock.h"

static const char *const names[] = {
	[CONTAINMENT_AUTO] = "auto",
	[CONTAINMENT_FULL] = "full",
	[CONTAINMENT_JIT] = "jit",
	[CONTAINMENT_OFF] = "off",
};

bool containment_from_name(const char *name, enum containment *ret_containment)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0) {
			*ret_containment = (enum containment)i;
			return true;
		}
	}
	return false;
}

static enum containment decide(enum containment wanted, const struct containment_needs *needs)
{
	if (wanted != CONTAINMENT_AUTO)
		return wanted;
	return needs->makes_code ? CONTAINMENT_JIT : CONTAINMENT_FULL;
}

static int refuse(const char *what, int error)
{
	log_error("%s: %s; --containment off does without", what, strerror(-error));
	return error;
}

int containment_start(enum containment wanted, const struct containment_needs *needs)
{
	enum containment level = decide(wanted, needs);
	char files[CONTAINMENT_LANDLOCK_TEXT_MAX];
	int r;

	if (level == CONTAINMENT_OFF) {
		log_warning("not contained: whoever takes this process over has its user's rights");
		return 0;
	}
	/* The compiler in Mesa aborts when it gets no memory for its code. */
	if (level == CONTAINMENT_FULL && needs->makes_code) {
		log_error("--containment full: there is no GPU, and Mesa's software renderer makes "
			  "code for the processor: use jit");
		return -EINVAL;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return refuse("cannot do without new privileges", -errno);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return refuse("cannot hide the guest's memory", -errno);
	r = containment_landlock_start(needs, files);
	if (r < 0)
		log_warning("no Landlock: %s; the filter of system calls alone keeps files shut",
			    strerror(-r));
	r = containment_filter_start(level, needs);
	if (r < 0)
		return refuse("cannot filter system calls", r);
	log_info("contained (%s): system calls are filtered; Landlock: %s", names[level], files);
	return 0;
}
