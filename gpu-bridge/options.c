/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu-bridge/gpu/edid.h"

#define MEMORY_DEFAULT_MB 512
#define MEMORY_MAX_MB	  (UINT64_C(64) * 1024)
#define MB		  (UINT64_C(1) << 20)

#define FAIL(...) (snprintf(error, OPTIONS_ERROR_MAX, __VA_ARGS__), -EINVAL)

/* Digits alone, up to `max`. Returns what follows them, or NULL. */
static const char *parse_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return NULL;
	errno = 0;
	*ret_number = strtoull(text, &end, 10);
	return errno == 0 && *ret_number <= max ? end : NULL;
}

static int parse_name(struct options *options, const char *text, char *error)
{
	if (!text[0])
		return FAIL("--name: it is empty");
	options->name = text;
	return 0;
}

static int parse_gpu(struct options *options, const char *text, char *error)
{
	if (vhost_address_parse(text, &options->gpu) < 0)
		return FAIL("--gpu: \"%.60s\" is neither listen:PATH nor connect:PATH", text);
	return 0;
}

static int parse_display(struct options *options, const char *text, char *error)
{
	if (!text[0])
		return FAIL("--display: the path is empty");
	options->display = text;
	return 0;
}

static int parse_panel(struct options *options, const char *text, char *error)
{
	options->panel = strcmp(text, "on") == 0;
	if (!options->panel && strcmp(text, "off") != 0)
		return FAIL("--panel: \"%.60s\" is neither on nor off", text);
	return 0;
}

static int parse_outputs(struct options *options, const char *text, char *error)
{
	uint64_t number;
	const char *end = parse_number(text, DISPLAY_OUTPUTS_MAX, &number);

	if (!end || *end || number == 0)
		return FAIL("--outputs: \"%.60s\" is not a number from 1 to %d", text,
			    DISPLAY_OUTPUTS_MAX);
	options->outputs = (unsigned)number;
	return 0;
}

/* Returns what follows the size, or NULL. */
static const char *parse_size(const char *text, struct options_size *ret_size)
{
	uint64_t width, height;
	const char *end = parse_number(text, EDID_SIDE_MAX, &width);

	if (!end || *end != 'x' || width == 0)
		return NULL;
	end = parse_number(end + 1, EDID_SIDE_MAX, &height);
	if (!end || height == 0)
		return NULL;
	*ret_size = (struct options_size){(uint32_t)width, (uint32_t)height};
	return end;
}

/* The first output's size first. The last is that of all further ones. */
static int parse_mode(struct options *options, const char *text, char *error)
{
	const char *at = text;
	unsigned count = 0;

	do {
		at = count < DISPLAY_OUTPUTS_MAX ? parse_size(at, &options->sizes[count]) : NULL;
		if (!at || (*at && *at != ','))
			return FAIL("--mode: \"%.40s\" is not a list of up to %d sizes such as "
				    "1920x1080,1920x720, each up to %dx%d",
				    text, DISPLAY_OUTPUTS_MAX, EDID_SIDE_MAX, EDID_SIDE_MAX);
		count++;
	} while (*at++ == ',');
	for (unsigned i = count; i < DISPLAY_OUTPUTS_MAX; i++)
		options->sizes[i] = options->sizes[count - 1];
	return 0;
}

static int parse_memory(struct options *options, const char *text, char *error)
{
	uint64_t number;
	const char *end = parse_number(text, MEMORY_MAX_MB, &number);

	if (!end || *end || number == 0)
		return FAIL("--memory: \"%.60s\" is not a number of megabytes up to %llu", text,
			    (unsigned long long)MEMORY_MAX_MB);
	options->memory_max = number * MB;
	return 0;
}

static int parse_gl(struct options *options, const char *text, char *error)
{
	options->gl = true;
	return 0;
}

/* A path to listen at. With a bridge that connects, QEMU would abort as soon as one comes back. */
static int parse_device(struct options *options, enum input_kind kind, const char *text,
			char *error)
{
	unsigned max = kind == INPUT_KEYBOARD ? 1 : DISPLAY_OUTPUTS_MAX;
	struct input_sockets *sockets = &options->input[kind];

	if (!text[0])
		return FAIL("--%s: the path is empty", input_kind_name(kind));
	if (strncmp(text, "connect:", strlen("connect:")) == 0)
		return FAIL("--%s: the bridge can only listen for it, at a PATH",
			    input_kind_name(kind));
	if (sockets->count == max)
		return FAIL("--%s: there can be %u at most", input_kind_name(kind), max);
	sockets->at[sockets->count++] = (struct vhost_address){true, text};
	return 0;
}

static int parse_keyboard(struct options *options, const char *text, char *error)
{
	return parse_device(options, INPUT_KEYBOARD, text, error);
}

static int parse_tablet(struct options *options, const char *text, char *error)
{
	return parse_device(options, INPUT_TABLET, text, error);
}

static int parse_mouse(struct options *options, const char *text, char *error)
{
	return parse_device(options, INPUT_MOUSE, text, error);
}

static int parse_touch(struct options *options, const char *text, char *error)
{
	return parse_device(options, INPUT_TOUCH, text, error);
}

static int parse_containment(struct options *options, const char *text, char *error)
{
	if (!containment_from_name(text, &options->containment))
		return FAIL("--containment: \"%.60s\" is none of auto, full, jit, off", text);
	return 0;
}

static int parse_log_level(struct options *options, const char *text, char *error)
{
	if (!log_level_from_name(text, &options->log_level))
		return FAIL("--log-level: \"%.60s\" is none of error, warning, info, debug", text);
	return 0;
}

static const struct option {
	const char *name;
	const char *value; /* NULL: it has none */
	const char *help;
	int (*parse)(struct options *options, const char *text, char *error);
} all_options[] = {
	{"--name", "NAME", "the guest's name; guest", parse_name},
	{"--gpu", "listen:PATH|connect:PATH", "the virtual machine's vhost-user socket", parse_gpu},
	{"--display", "PATH", "serve org.qemu.Display1 on this socket; off", parse_display},
	{"--panel", "on|off", "show the guest on the virtual machine's own display too; off",
	 parse_panel},
	{"--outputs", "N", "how many outputs are plugged in; 1", parse_outputs},
	{"--mode", "WxH[,WxH]...", "the size of each, the last for the rest; 1920x1080",
	 parse_mode},
	{"--memory", "MB", "what the guest's pictures may take; 512", parse_memory},
	{"--gl", NULL, "3D for the guest, by OpenGL", parse_gl},
	{"--keyboard", "PATH", "a virtio keyboard on this vhost-user socket", parse_keyboard},
	{"--tablet", "PATH", "a tablet likewise, and once more for each further output",
	 parse_tablet},
	{"--mouse", "PATH", "a mouse likewise", parse_mouse},
	{"--touch", "PATH", "a touch screen likewise", parse_touch},
	{"--containment", "auto|full|jit|off", "what it gives up once it runs; auto",
	 parse_containment},
	{"--log-level", "LEVEL", "error, warning, info or debug; info", parse_log_level},
};

#define OPTIONS_COUNT (sizeof(all_options) / sizeof(all_options[0]))

static void print_help(void)
{
	puts("usage: windscreen-gpu-bridge --gpu listen:PATH|connect:PATH [OPTION]...\n");
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		printf("  %s%s%s\n      %s\n", all_options[i].name, all_options[i].value ? " " : "",
		       all_options[i].value ?: "", all_options[i].help);
}

/* Returns how many words it took, or -EINVAL. */
static int parse_one(struct options *options, const char *name, const char *value, char *error)
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		int r;

		if (strcmp(all_options[i].name, name) != 0)
			continue;
		if (all_options[i].value && !value)
			return FAIL("%s: its value is missing", name);
		r = all_options[i].parse(options, value, error);
		if (r < 0)
			return r;
		return all_options[i].value ? 2 : 1;
	}
	return FAIL("%.60s: there is no such option", name);
}

static int check_devices(const struct options *options, char *error)
{
	for (enum input_kind kind = 0; kind < INPUT_KINDS; kind++) {
		unsigned count = options->input[kind].count;

		if (count > options->outputs)
			return FAIL("--%s: there are more of them (%u) than outputs (%u)",
				    input_kind_name(kind), count, options->outputs);
		if (count > 0 && !options->display)
			return FAIL("--%s: without --display there is no input",
				    input_kind_name(kind));
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret_options, char error[OPTIONS_ERROR_MAX])
{
	*ret_options = (struct options){
		.name = "guest",
		.outputs = 1,
		.memory_max = MEMORY_DEFAULT_MB * MB,
		.containment = CONTAINMENT_AUTO,
		.log_level = LOG_LEVEL_INFO,
	};
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		ret_options->sizes[i] = (struct options_size){1920, 1080};
	for (int i = 1, r; i < argc; i += r) {
		if (strcmp(argv[i], "--help") == 0) {
			print_help();
			return OPTIONS_HELP;
		}
		r = parse_one(ret_options, argv[i], argv[i + 1], error);
		if (r < 0)
			return r;
	}
	if (!ret_options->gpu.path)
		return FAIL("--gpu is missing");
	return check_devices(ret_options, error);
}
