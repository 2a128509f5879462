/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * windscreen-gateway: one guest's screens, for every viewer.
 */

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "common/loop.h"
#include "gateway/config.h"
#include "gateway/session.h"

#define DESCRIPTORS_MAX 4096

/* Frames, pictures and encoders' memory, and not what comes and goes with each frame. */
#define LARGE_BLOCK_BYTES (512 << 10)

/* As the command line's page in the manual has them. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_USAGE = 2,
	EXIT_COULD_NOT = 3,
};

static int handle_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct loop *loop = data;

	log_info("stopping: %s", strsignal((int)info->ssi_signo));
	sd_notify(0, "STOPPING=1");
	loop_stop(loop);
	return 0;
}

/* Before any other thread is there, so that none of them gets the signals. */
static int take_signals(struct loop *loop)
{
	static const int stops[] = {SIGTERM, SIGINT};
	sigset_t mask;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		sigaddset(&mask, stops[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);

	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		int r = sd_event_add_signal(loop_event(loop), NULL, stops[i], handle_stop, loop);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Large blocks go back to the system when they are freed. By itself the C library moves them into
 * its heaps, one for each thread, after the first was freed, and those keep the holes: a
 * quarter of all that is resident with two heads and 16 viewers. */
static void keep_large_blocks_apart(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
}

/* Enough for as many connections as all listeners take; the usual 1024 are not. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int could_not(const char *what, int error)
{
	log_error("cannot %s: %s", what, strerror(-error));
	return error;
}

static int run(const struct config *config)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	CLEANUP(session_destroyp) struct session *session = NULL;
	int r;

	keep_large_blocks_apart();
	raise_descriptor_limit();
	r = loop_create(&loop);
	if (r == 0)
		r = take_signals(loop);
	if (r < 0)
		return could_not("start", r);
	r = session_create(loop, config, &session);
	if (r < 0)
		return r; /* logged */

	/* Only where the service manager asks for one. */
	sd_event_set_watchdog(loop_event(loop), true);
	puts("READY");
	fflush(stdout);
	sd_notify(0, "READY=1");
	r = loop_run(loop);
	return r < 0 ? could_not("go on", r) : 0;
}

int main(int argc, char **argv)
{
	CLEANUP(config_destroyp) struct config *config = NULL;
	char error[CONFIG_ERROR_MAX];
	int r;

	r = config_parse(argc, argv, &config, error);
	if (r == CONFIG_HELP)
		return EXIT_DONE;
	if (r < 0) {
		fprintf(stderr, "windscreen-gateway: %s\n", error);
		return EXIT_USAGE;
	}

	log_open(config->log_level);
	return run(config) < 0 ? EXIT_COULD_NOT : EXIT_DONE;
}
