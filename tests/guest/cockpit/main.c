/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * cockpit                                 runs on the guest's display
 * cockpit --render IVI.ppm CLUSTER.ppm    draws both heads into files, anywhere
 */

#include <stdio.h>
#include <string.h>

#include "cockpit.h"
#include "kernel_options.h"
#include "render.h"

#define RENDERED_FRAMES 60

static int run_with_kernel_options(void)
{
	char command_line[4096];

	kernel_options_read(command_line, sizeof(command_line));
	return cockpit_run(command_line);
}

int main(int argc, char **argv)
{
	int result;

	if (argc == 4 && !strcmp(argv[1], "--render")) {
		result = render_faces(argv[2], argv[3], RENDERED_FRAMES);
	} else if (argc == 1) {
		result = run_with_kernel_options();
	} else {
		fprintf(stderr, "usage: cockpit [--render IVI.ppm CLUSTER.ppm]\n");
		return 2;
	}
	if (result < 0)
		fprintf(stderr, "cockpit: %s\n", strerror(-result));
	return result < 0;
}
