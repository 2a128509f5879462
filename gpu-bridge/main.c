/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * windscreen-gpu-bridge: one guest's virtio-gpu, outside of its virtual machine.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "common/log.h"
#include "common/loop.h"
#include "gpu-bridge/bus/display_bus.h"
#include "gpu-bridge/containment/containment.h"
#include "gpu-bridge/gpu/gpu_device.h"
#include "gpu-bridge/input/input_events.h"
#include "gpu-bridge/options.h"
#include "gpu-bridge/panel/panel.h"

/* For as many resources as the renderer has, and the viewers' connections. */
#define DESCRIPTORS_MAX 8192

/* As the command line's other programs have them. */
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

static int take_signals(struct loop *loop)
{
	static const int stops[] = {SIGTERM, SIGINT};
	sigset_t mask;
	int r = 0;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		sigaddset(&mask, stops[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]) && r >= 0; i++)
		r = sd_event_add_signal(loop_event(loop), NULL, stops[i], handle_stop, loop);
	return r < 0 ? r : 0;
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* All outputs are plugged in, side by side. */
static struct display *create_display(const struct options *options)
{
	struct display *display = display_create(options->outputs);
	uint32_t x = 0;

	for (unsigned i = 0; i < options->outputs; i++) {
		const struct options_size *size = &options->sizes[i];

		display_set_mode(display, i,
				 &(struct display_mode){
					 .x = x,
					 .width = size->width,
					 .height = size->height,
				 });
		x += size->width;
	}
	return display;
}

static void handle_gpu_socket(void *data, int fd)
{
	panel_set_socket(data, fd);
}

static int could_not(const char *what, const char *where, int error)
{
	log_error("cannot %s%s: %s", what, where, strerror(-error));
	return error;
}

static bool has_devices(const struct options *options)
{
	unsigned count = 0;

	for (enum input_kind kind = 0; kind < INPUT_KINDS; kind++)
		count += options->input[kind].count;
	return count > 0;
}

/* Without devices of our own, input goes to the virtual machine's, by its monitor. */
static int open_input(const struct options *options, struct loop *loop, struct display *display,
		      struct input_events **ret_input)
{
	if (!has_devices(options))
		return 0;
	log_info("input devices do not survive this bridge: when it ends, QEMU goes on, but aborts "
		 "at the guest's next reset");
	return input_events_create(loop, display, options->input, ret_input);
}

/* `input` may be NULL. */
static int open_bus(const struct options *options, struct loop *loop, struct display *display,
		    struct input_events *input, struct display_bus **ret_bus)
{
	static const struct display_bus_input_ops no_input = {0};
	const struct display_bus_options bus_options = {
		.path = options->display,
		.name = options->name,
		.patience_us = DISPLAY_BUS_PATIENCE_US,
		.input = input ? input_events_ops(input) : &no_input,
		.input_data = input,
	};
	int r = display_bus_create(loop, display, &bus_options, ret_bus);

	if (r < 0)
		return could_not("serve ", options->display, r);
	if (input)
		input_events_attach(input, *ret_bus);
	return 0;
}

static void need_socket(struct containment_needs *needs, unsigned *count,
			const struct vhost_address *address)
{
	if (address->we_listen)
		needs->sockets[(*count)++] = address->path;
	else
		needs->connects = true;
}

static int contain(const struct options *options, const struct gpu_device *gpu)
{
	struct containment_needs needs = {
		.makes_code = gpu_device_makes_code(gpu),
		.has_gpu = gpu_device_has_gpu(gpu),
		.sockets = {options->display},
	};
	unsigned count = 1;

	need_socket(&needs, &count, &options->gpu);
	for (enum input_kind kind = 0; kind < INPUT_KINDS; kind++)
		for (unsigned i = 0; i < options->input[kind].count; i++)
			need_socket(&needs, &count, &options->input[kind].at[i]);
	return containment_start(options->containment, &needs);
}

static int run(const struct options *options)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	CLEANUP(display_destroyp) struct display *display = NULL;
	const struct renderer_ops *renderer = options->gl ? renderer_of_gl() : &renderer_soft;
	CLEANUP(gpu_device_destroyp) struct gpu_device *gpu = NULL;
	CLEANUP(vhost_user_destroyp) struct vhost_user *vhost = NULL;
	CLEANUP(panel_destroyp) struct panel *panel = NULL;
	CLEANUP(input_events_destroyp) struct input_events *input = NULL;
	CLEANUP(display_bus_destroyp) struct display_bus *bus = NULL;
	int r;

	raise_descriptor_limit();
	r = loop_create(&loop);
	if (r == 0)
		r = take_signals(loop);
	if (r < 0)
		return could_not("start", "", r);

	display = create_display(options);
	if (!renderer) {
		log_error("--gl: this program was built without 3D (virglrenderer and libepoxy)");
		return -EOPNOTSUPP;
	}
	r = gpu_device_create(loop, display, renderer, options->memory_max, &gpu);
	if (r < 0)
		return could_not("start to render", "", r);
	r = open_input(options, loop, display, &input);
	if (r == 0 && options->display)
		r = open_bus(options, loop, display, input, &bus);
	if (r < 0)
		return r;
	r = vhost_user_create(loop, &options->gpu,
			      options->gl ? &gpu_vhost_device_3d : &gpu_vhost_device, gpu, &vhost);
	if (r < 0)
		return could_not("listen on ", options->gpu.path, r);
	if (options->panel) {
		panel = panel_create(loop, display);
		vhost_user_on_gpu_socket(vhost, handle_gpu_socket, panel);
	}

	/* Only where the service manager asks for one. It reads a file of the system's. */
	sd_event_set_watchdog(loop_event(loop), true);
	/* All is open, and nothing the guest says has been read. */
	r = contain(options, gpu);
	if (r < 0)
		return r;
	puts("READY");
	fflush(stdout);
	sd_notify(0, "READY=1");
	r = loop_run(loop);
	return r < 0 ? could_not("go on", "", r) : 0;
}

int main(int argc, char **argv)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];
	int r = options_parse(argc, argv, &options, error);

	if (r == OPTIONS_HELP)
		return EXIT_DONE;
	if (r < 0) {
		fprintf(stderr, "windscreen-gpu-bridge: %s\n", error);
		return EXIT_USAGE;
	}
	log_open(options.log_level);
	return run(&options) < 0 ? EXIT_COULD_NOT : EXIT_DONE;
}
