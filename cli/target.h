/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Target
 *
 * Which gateway the command line talks to: by its control socket, or by the
 * URL of its web listener.
 */

#include <stdbool.h>
#include <stddef.h>

/* As given on the command line; NULL for what was not. */
struct target {
	const char *control;
	const char *url;
	const char *token;
	const char *password_file;
	const char *ca_file;
	const char *renderer; /* what the guest draws with: cli/reference.h */
	bool only_checks;     /* commands end before they ask the gateway: STATUS_CHECKED */
};

enum find_result {
	FIND_ONE,
	FIND_NONE,
	FIND_SEVERAL,
};

/**
 * Looks for the control socket of the only gateway: in `user_dir`
 * (`$XDG_RUNTIME_DIR`, say), as windscreen/NAME.sock; and if none is there, in
 * `system_dir` (/run), as the same or, of a service, as windscreen/NAME/NAME.sock.
 * Among several, those that nobody listens on any more do not count.
 *
 * The caller frees `ret_found`: the path of the one; the paths of the several,
 * joined by spaces; or the directories where there was none.
 */
enum find_result target_find_control(const char *user_dir, const char *system_dir,
				     char **ret_found);
