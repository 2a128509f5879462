/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/containment/containment.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/syscall.h>

#include "common/unix_socket.h"
#include "common/xalloc.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

/* The probe's statuses. */
#define NOT_CONTAINED 200
#define KILLED	      (128 + SIGSYS)

/* What ctest takes for "skipped". */
#define SKIPPED 77

static char *own;
static char *elsewhere;
static bool has_landlock;

/* Lets a process contain itself and do one thing. Returns its errno; a status above otherwise. */
static int attempt(const char *level, const char *needs, const char *deed, char **ret_log)
{
	const char *argv[] = {CONTAINMENT_PROBE_PATH, level, needs, own, elsewhere, deed, NULL};
	struct child_output output;
	int status = child_run(argv, &output);

	if (ret_log)
		*ret_log = TAKE(output.err);
	child_output_free(&output);
	return status;
}

/* Each of the deeds ends like that. */
static void expect_all(const char *level, const char *needs, int expected, const char *const *deeds)
{
	for (unsigned i = 0; deeds[i]; i++) {
		int status = attempt(level, needs, deeds[i], NULL);

		if (status != expected)
			test_fail(__FILE__, __LINE__, "%s (%s, %s) ended with %d, expected %d",
				  deeds[i], level, needs, status, expected);
	}
}

#define ALL(level, needs, expected, ...) \
	expect_all(level, needs, expected, (const char *const[]){__VA_ARGS__, NULL})

static void expect_logged(const char *level, const char *needs, int status, const char *text)
{
	CLEANUP(freep) char *log = NULL;

	EXPECT_INT(attempt(level, needs, "nothing", &log), status);
	if (!strstr(log, text))
		test_fail(__FILE__, __LINE__, "\"%s\" was not logged, but:\n%s", text, log);
}

/* -- What goes on working ------------------------------------------------------ */

static void what_the_bridge_does_goes_on_working(void)
{
	ALL("full", "-", 0, "accept_one", "map_what_is_passed", "seal_memory", "start_a_thread",
	    "take_chance", "tell_the_manager", "unlink_own_socket", "wait_in_the_loop");
	ALL("jit", "c", 0, "accept_one", "map_what_is_passed", "seal_memory", "start_a_thread",
	    "unlink_own_socket");
}

static void one_that_connects_may_connect(void)
{
	ALL("full", "s", 0, "connect_to_another");
	ALL("full", "-", EPERM, "connect_to_another", "connect_a_pair", "open_a_stream");
	ALL("full", "s", EPERM, "open_the_internet", "open_another_machine", "open_the_routes");
}

static void a_gpu_may_be_asked(void)
{
	ALL("full", "g", 0, "ask_a_gpu", "read_about_processors");
	ALL("full", "-", EPERM, "ask_a_gpu", "read_about_processors");
}

static void code_is_made_where_a_renderer_needs_it(void)
{
	ALL("jit", "c", 0, "map_code", "turn_into_code");
	ALL("auto", "c", 0, "map_code", "turn_into_code");
	ALL("full", "-", EPERM, "map_code", "map_a_files_code", "turn_into_code");
	ALL("auto", "-", EPERM, "map_code", "map_a_files_code", "turn_into_code");
	ALL("auto", "g", EPERM, "map_code", "map_a_files_code", "turn_into_code");
	ALL("jit", "c", EPERM, "turn_into_code_with_a_key");
}

/* -- What does not ---------------------------------------------------------------- */

static void who_runs_a_program_or_becomes_another_process_ends(void)
{
	ALL("full", "-", KILLED, "run_a_program", "run_a_program_from_memory",
	    "leave_the_namespace", "trace_the_parent");
	ALL("jit", "c", KILLED, "run_a_program", "run_a_program_from_memory", "leave_the_namespace",
	    "trace_the_parent");
}

static void what_reaches_out_of_the_process_is_denied(void)
{
	static const char *const deeds[] = {
		"become_two",
		"change_the_mode",
		"change_the_personality",
		"listen_elsewhere",
		"make_a_folder",
		"make_a_ring_for_io",
		"open_another_machine",
		"open_the_internet",
		"open_the_routes",
		"push_into_the_terminal",
		"raise_a_limit",
		"rename_own_socket",
		"send_from_a_hidden_place",
		"show_itself",
		"signal_by_a_descriptor",
		"signal_the_parent",
		"write_a_new_file",
		NULL,
	};

	expect_all("full", "-", EPERM, deeds);
	expect_all("jit", "c", EPERM, deeds);
	expect_all("full", "g", EPERM, deeds);
}

static void no_file_is_opened_without_a_gpu(void)
{
	ALL("full", "-", EPERM, "read_a_file", "write_into_itself");
	ALL("jit", "c", EPERM, "write_into_itself");
	EXPECT(attempt("jit", "c", "read_a_file", NULL) != 0);
}

static void threads_that_were_there_before_are_contained_too(void)
{
	ALL("full", "t", KILLED, "run_a_program");
	ALL("full", "t", EPERM, "open_the_internet", "read_a_file", "map_code");
	ALL("full", "t", 0, "seal_memory", "start_a_thread");
}

static void libc_is_told_to_start_threads_by_clone(void)
{
	ALL("full", "-", ENOSYS, "start_as_libc_does");
}

static void landlock_keeps_others_files_where_they_are(void)
{
	if (!has_landlock)
		return;
	ALL("full", "-", EACCES, "unlink_anothers");
	ALL("full", "g", EACCES, "read_a_file", "unlink_anothers");
}

/* -- Settings ------------------------------------------------------------------------ */

static void full_is_refused_where_code_has_to_be_made(void)
{
	expect_logged("full", "c", NOT_CONTAINED, "error: --containment full: there is no GPU");
}

static void off_is_off_and_says_so(void)
{
	expect_logged("off", "c", 0, "warning: not contained");
	ALL("off", "-", 0, "change_the_mode", "map_code", "open_the_internet", "raise_a_limit",
	    "read_a_file", "run_a_program", "show_itself", "signal_by_a_descriptor",
	    "signal_the_parent", "unlink_anothers", "write_a_new_file");
}

static void what_is_in_force_is_logged(void)
{
	expect_logged("auto", "-", 0, "info: contained (full): ");
	expect_logged("auto", "c", 0, "info: contained (jit): ");
	expect_logged("auto", "g", 0, "info: contained (full): ");
}

static void another_word_is_no_level(void)
{
	enum containment level;

	EXPECT(!containment_from_name("none", &level));
	EXPECT(!containment_from_name("", &level));
}

static bool can_filter(void)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static bool finds_landlock(void)
{
	CLEANUP(freep) char *log = NULL;

	EXPECT_INT(attempt("full", "-", "nothing", &log), 0);
	return strstr(log, "Landlock: version");
}

int main(void)
{
	CLEANUP(temporary_destroyp) char *own_folder = temporary_create();
	CLEANUP(temporary_destroyp) char *other_folder = temporary_create();
	CLEANUP(freep) char *other = xasprintf("%s/other.sock", other_folder);
	CLEANUP(close_fdp) int listening = unix_socket_listen(other);

	if (!can_filter()) {
		puts("skipped: there is no seccomp here");
		return SKIPPED;
	}
	EXPECT(listening >= 0);
	own = own_folder;
	elsewhere = other_folder;
	has_landlock = finds_landlock();
	RUN_TEST(what_the_bridge_does_goes_on_working);
	RUN_TEST(one_that_connects_may_connect);
	RUN_TEST(a_gpu_may_be_asked);
	RUN_TEST(code_is_made_where_a_renderer_needs_it);
	RUN_TEST(who_runs_a_program_or_becomes_another_process_ends);
	RUN_TEST(what_reaches_out_of_the_process_is_denied);
	RUN_TEST(no_file_is_opened_without_a_gpu);
	RUN_TEST(threads_that_were_there_before_are_contained_too);
	RUN_TEST(libc_is_told_to_start_threads_by_clone);
	RUN_TEST(landlock_keeps_others_files_where_they_are);
	RUN_TEST(full_is_refused_where_code_has_to_be_made);
	RUN_TEST(off_is_off_and_says_so);
	RUN_TEST(what_is_in_force_is_logged);
	RUN_TEST(another_word_is_no_level);
	return 0;
}
