/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * gl-cockpit                                    runs in a Wayland compositor
 * gl-cockpit --render SCENE WxH FRAME FILE.ppm  draws one picture into a file, anywhere
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gl_cockpit.h"
#include "kernel_options.h"
#include "offscreen.h"

static int run_with_kernel_options(void)
{
	char command_line[4096];

	kernel_options_read(command_line, sizeof(command_line));
	return gl_cockpit_run(command_line);
}

static int usage(void)
{
	fprintf(stderr, "usage: gl-cockpit [--render drive|shapes WxH FRAME FILE.ppm]\n");
	return 2;
}

int main(int argc, char **argv)
{
	int width, height, result;

	if (argc == 1) {
		result = run_with_kernel_options();
	} else {
		const struct scene_ops *scene = argc == 6 ? scene_from_name(argv[2]) : NULL;

		if (!scene || strcmp(argv[1], "--render") ||
		    sscanf(argv[3], "%dx%d", &width, &height) != 2 || width < 1 || height < 1)
			return usage();
		result = offscreen_render(scene, width, height, strtoul(argv[4], NULL, 10),
					  argv[5]);
	}
	if (result < 0)
		fprintf(stderr, "gl-cockpit: %s\n", strerror(-result));
	return result < 0;
}
