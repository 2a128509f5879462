/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/renderer_tag.h"
#include "common/xalloc.h"
#include "gateway/frame/frame.h"
#include "gateway/source/chardev.h"

#define NAME_LENGTH_MAX		64
#define FRAME_MEMORY_DEFAULT_MB 512
#define FRAME_MEMORY_MAX_MB	65536

struct parser {
	struct config *config;
	char *error; /* CONFIG_ERROR_MAX, "" while all is well */
	bool has_attach;
	bool has_size[HEADS_MAX];
};

static int fail(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Keeps the first error: what follows may be its consequence. */
static int fail(struct parser *parser, const char *format, ...)
{
	va_list arguments;

	if (parser->error[0])
		return -EINVAL;
	va_start(arguments, format);
	vsnprintf(parser->error, CONFIG_ERROR_MAX, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static int set_text(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
	return 0;
}

/* -- One function for each option ------------------------------------------ */

/* The name becomes part of paths and of the TLS certificate. */
static int set_name(struct parser *parser, const char *value)
{
	size_t length = strlen(value);

	if (length == 0 || length > NAME_LENGTH_MAX || value[0] == '.')
		return fail(parser, "name '%s' is empty, too long or begins with a dot", value);
	for (const char *c = value; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			return fail(parser, "name '%s' has other characters than A-Z a-z 0-9 . _ -",
				    value);
	return set_text(&parser->config->name, value);
}

static int set_attach(struct parser *parser, const char *value)
{
	struct source_address address;

	if (source_address_parse(value, &address) < 0)
		return fail(parser, "attach '%s' is neither qmp:PATH nor display1:PATH", value);
	free(parser->config->attach.path);
	parser->config->attach = address;
	parser->has_attach = true;
	return 0;
}

static int set_input(struct parser *parser, const char *value)
{
	struct source_address address = {0};

	if (source_address_parse(value, &address) < 0 || address.transport != SOURCE_QMP) {
		free(address.path);
		return fail(parser, "input '%s' is not qmp:PATH", value);
	}
	free(parser->config->input);
	parser->config->input = address.path;
	return 0;
}

static int set_serial(struct parser *parser, const char *value)
{
	static const char path[] = "unix:", chardev[] = "chardev:";
	struct config *config = parser->config;

	if (strncmp(value, path, strlen(path)) == 0 && value[strlen(path)]) {
		set_text(&config->serial_chardev, "");
		return set_text(&config->serial, value + strlen(path));
	}
	if (strncmp(value, chardev, strlen(chardev)) == 0 &&
	    chardev_is_id(value + strlen(chardev))) {
		set_text(&config->serial, "");
		return set_text(&config->serial_chardev, value + strlen(chardev));
	}
	return fail(parser, "serial '%s' is neither unix:PATH nor chardev:ID", value);
}

static int set_renderer(struct parser *parser, const char *value)
{
	if (!renderer_tag_is_valid(value))
		return fail(parser, "renderer '%s' is no word such as 2d or virgl-llvmpipe", value);
	return set_text(&parser->config->renderer, value);
}

static int set_listener(struct parser *parser, const char *option, const char *value,
			bool may_be_unix, struct listen_address *address, bool *has_address)
{
	if (listen_address_parse(value, address) < 0 || (address->is_unix && !may_be_unix))
		return fail(parser, "%s '%s' is not %s (the address in numbers)", option, value,
			    may_be_unix ? "ADDR:PORT or unix:PATH" : "ADDR:PORT");
	*has_address = true;
	return 0;
}

static int set_rdp(struct parser *parser, const char *value)
{
	return set_listener(parser, "rdp", value, false, &parser->config->rdp,
			    &parser->config->has_rdp);
}

static int set_vnc(struct parser *parser, const char *value)
{
	return set_listener(parser, "vnc", value, true, &parser->config->vnc,
			    &parser->config->has_vnc);
}

static int set_web(struct parser *parser, const char *value)
{
	return set_listener(parser, "web", value, false, &parser->config->web,
			    &parser->config->has_web);
}

/* Digits alone, at most `max`. */
static bool parse_number(const char *text, unsigned long max, unsigned long *ret_number)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*ret_number = strtoul(text, &end, 10);
	return *end == '\0' && errno == 0 && *ret_number <= max;
}

static int set_rdp_heads(struct parser *parser, const char *value)
{
	unsigned long head = 0;

	if (strcmp(value, "all") != 0 && !parse_number(value, HEADS_MAX - 1, &head))
		return fail(parser, "rdp-heads '%s' is neither 'all' nor a head from 0 to %d",
			    value, HEADS_MAX - 1);
	parser->config->rdp_heads_are_given = true;
	parser->config->rdp_heads = strcmp(value, "all") == 0 ? RDP_HEADS_ALL : (int)head;
	return 0;
}

static int set_rdp_video(struct parser *parser, const char *value)
{
	if (strcmp(value, "regions") == 0)
		parser->config->rdp_video = RDP_VIDEO_REGIONS;
	else if (strcmp(value, "whole") == 0)
		parser->config->rdp_video = RDP_VIDEO_WHOLE;
	else if (strcmp(value, "off") == 0)
		parser->config->rdp_video = RDP_VIDEO_OFF;
	else
		return fail(parser, "rdp-video '%s' is not one of regions, whole, off", value);
	return 0;
}

static int set_control(struct parser *parser, const char *value)
{
	struct listen_address address;
	CLEANUP(freep) char *text = xasprintf("unix:%s", value);

	if (listen_address_parse(text, &address) < 0)
		return fail(parser, "control '%s' is empty or too long for a unix socket", value);
	return set_text(&parser->config->control, value);
}

static int set_access(struct parser *parser, const char *value)
{
	if (strcmp(value, "password") == 0)
		parser->config->access = ACCESS_PASSWORD;
	else if (strcmp(value, "open") == 0)
		parser->config->access = ACCESS_OPEN;
	else
		return fail(parser, "access '%s' is neither 'password' nor 'open'", value);
	return 0;
}

static int set_tls_cert(struct parser *parser, const char *value)
{
	return set_text(&parser->config->tls_cert, value);
}

static int set_tls_key(struct parser *parser, const char *value)
{
	return set_text(&parser->config->tls_key, value);
}

static int set_state(struct parser *parser, const char *value)
{
	return set_text(&parser->config->state_dir, value);
}

static int set_web_root(struct parser *parser, const char *value)
{
	return set_text(&parser->config->web_root, value);
}

static int set_web_host(struct parser *parser, const char *value)
{
	return set_text(&parser->config->web_host, value);
}

static int set_encoder(struct parser *parser, const char *value)
{
	static const char *const names[] = {
		[ENCODER_AUTO] = "auto",   [ENCODER_X264] = "x264",	  [ENCODER_NVENC] = "nvenc",
		[ENCODER_VAAPI] = "vaapi", [ENCODER_V4L2M2M] = "v4l2m2m", [ENCODER_NONE] = "none",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]) == 0) {
			parser->config->encoder = i;
			return 0;
		}
	}
	return fail(parser, "encoder '%s' is not one of auto, x264, nvenc, vaapi, v4l2m2m, none",
		    value);
}

static int set_frame_memory(struct parser *parser, const char *value)
{
	unsigned long megabytes;

	if (!parse_number(value, FRAME_MEMORY_MAX_MB, &megabytes) || megabytes < 16)
		return fail(parser, "frame-memory '%s' is not a number of megabytes from 16 to %d",
			    value, FRAME_MEMORY_MAX_MB);
	parser->config->frame_memory_bytes = (uint64_t)megabytes << 20;
	return 0;
}

static int set_log_level(struct parser *parser, const char *value)
{
	if (!log_level_from_name(value, &parser->config->log_level))
		return fail(parser, "log-level '%s' is not one of error, warning, info, debug",
			    value);
	return 0;
}

/* What can be said in the file under [gateway], and as a flag. */
static const struct option {
	const char *name;
	const char *argument;
	const char *help;
	int (*set)(struct parser *parser, const char *value);
} options[] = {
	{"name", "NAME", "the guest's name, for paths and titles (guest)", set_name},
	{"attach", "qmp:PATH|display1:PATH", "where the guest's display is; required", set_attach},
	{"input", "qmp:PATH",
	 "where input goes instead: QEMU's monitor, beside a display that takes none (attach)",
	 set_input},
	{"serial", "unix:PATH|chardev:ID",
	 "where the guest's serial line is: a socket, or QEMU's -chardev dbus (none)", set_serial},
	{"renderer", "TAG", "what the guest draws with, for those who compare pictures (none)",
	 set_renderer},
	{"rdp", "ADDR:PORT", "serve RDP there (off)", set_rdp},
	{"rdp-heads", "all|N",
	 "heads for RDP clients (by their monitors: one gets head 0, several get all)",
	 set_rdp_heads},
	{"rdp-video", "regions|whole|off",
	 "what RDP clients get as H.264: what moves, the whole head, or nothing (regions)",
	 set_rdp_video},
	{"vnc", "ADDR:PORT|unix:PATH", "serve VNC: head N at PORT + N, or PATH.N (off)", set_vnc},
	{"web", "ADDR:PORT", "serve browsers there (off)", set_web},
	{"web-root", "DIR", "the browser client's files (" WEB_ROOT_DEFAULT ")", set_web_root},
	{"web-host", "NAME", "a host name, besides loopback's, that browsers may use (none)",
	 set_web_host},
	{"control", "PATH", "control socket ($XDG_RUNTIME_DIR/windscreen/NAME.sock)", set_control},
	{"access", "password|open", "who may watch and drive (password)", set_access},
	{"tls-cert", "FILE", "TLS certificate, PEM (one that is made at first start)",
	 set_tls_cert},
	{"tls-key", "FILE", "its key, PEM", set_tls_key},
	{"state", "DIR",
	 "passwords and keys are kept there "
	 "($STATE_DIRECTORY, or $XDG_STATE_HOME/windscreen/NAME)",
	 set_state},
	{"encoder", "auto|x264|nvenc|vaapi|v4l2m2m|none",
	 "what encodes motion as H.264 (auto: the hardware that there is, else x264)", set_encoder},
	{"frame-memory", "MB", "memory for all heads' frames (512)", set_frame_memory},
	{"log-level", "LEVEL", "error, warning, info or debug (info)", set_log_level},
};

static const struct option *find_option(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strlen(options[i].name) == length &&
		    strncmp(options[i].name, name, length) == 0)
			return &options[i];
	return NULL;
}

/* -- [head N] ---------------------------------------------------------------- */

static int set_head_size(struct parser *parser, unsigned head, const char *value)
{
	struct size *size = &parser->config->heads[head].size;
	char rest;

	if (sscanf(value, "%5ux%5u%c", &size->width, &size->height, &rest) != 2 ||
	    size->width == 0 || size->width > FRAME_SIDE_MAX || size->height == 0 ||
	    size->height > FRAME_SIDE_MAX)
		return fail(parser, "size '%s' of head %u is not WIDTHxHEIGHT, up to %dx%d", value,
			    head, FRAME_SIDE_MAX, FRAME_SIDE_MAX);
	parser->has_size[head] = true;
	return 0;
}

static int set_head_key(struct parser *parser, const char *number, const char *key,
			const char *value)
{
	unsigned long head = 0;

	if (!parse_number(number, HEADS_MAX - 1, &head))
		return fail(parser, "there is no head '%s': they are 0 to %d", number,
			    HEADS_MAX - 1);
	if (strcmp(key, "size") == 0)
		return set_head_size(parser, (unsigned)head, value);
	if (strcmp(key, "resize") == 0 && strcmp(value, "viewer") == 0) {
		parser->config->heads[head].viewers_may_resize = true;
		return 0;
	}
	if (strcmp(key, "resize") == 0 && strcmp(value, "fixed") == 0) {
		parser->config->heads[head].viewers_may_resize = false;
		return 0;
	}
	if (strcmp(key, "resize") == 0)
		return fail(parser, "resize '%s' is neither 'fixed' nor 'viewer'", value);
	return fail(parser, "unknown key '%s' in [head %lu]: it has size and resize", key, head);
}

/* -- The file ----------------------------------------------------------------- */

/* inih's handler: returns 0 for an error. */
static int handle_key(void *data, const char *section, const char *key, const char *value)
{
	struct parser *parser = data;
	const struct option *option;

	if (strncmp(section, "head ", 5) == 0)
		return set_head_key(parser, section + 5, key, value) == 0;
	if (strcmp(section, "gateway") != 0) {
		fail(parser, "unknown section [%s]: there are [gateway] and [head N]", section);
		return 0;
	}
	option = find_option(key, strlen(key));
	if (!option) {
		fail(parser, "unknown key '%s' in [gateway]", key);
		return 0;
	}
	return option->set(parser, value) == 0;
}

static void close_file(FILE *file)
{
	if (file)
		fclose(file);
}

DEFINE_CLEANUP(FILE *, close_file)

static int read_file(struct parser *parser, const char *path)
{
	CLEANUP(close_filep) FILE *file = fopen(path, "re");
	char reason[CONFIG_ERROR_MAX];
	int line = file ? ini_parse_file(file, handle_key, parser) : 0;

	/* inih takes a directory for an empty file. */
	if (!file || ferror(file))
		return fail(parser, "cannot read the configuration %s: %s", path, strerror(errno));
	if (line == 0)
		return 0;

	memcpy(reason, parser->error, sizeof(reason));
	parser->error[0] = '\0';
	return fail(parser, "%s line %d: %.300s", path, line,
		    reason[0] ? reason : "neither a [section] nor a key = value");
}

/* -- The command line ---------------------------------------------------------- */

static void print_help(void)
{
	puts("usage: windscreen-gateway --attach qmp:PATH|display1:PATH [option]...\n"
	     "\n"
	     "Lets people see and drive the screens of a running virtual machine.\n"
	     "An option's default is in parentheses. The same names are keys under\n"
	     "[gateway] in the configuration file; options win.\n");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		printf("  --%s %s\n        %s\n", options[i].name, options[i].argument,
		       options[i].help);
	puts("  --config FILE\n        read this configuration file too (none)\n"
	     "  --help\n        print this\n"
	     "  --version\n        print the version");
}

/* Finds the value of the flag at argv[*at], and moves on past it. */
static int take_value(struct parser *parser, char **argv, int *at, const char **ret_name,
		      size_t *ret_length, const char **ret_value)
{
	const char *flag = argv[*at];
	const char *equals;

	if (strncmp(flag, "--", 2) != 0)
		return fail(parser, "'%s' is not an option; see --help", flag);
	equals = strchr(flag, '=');
	*ret_name = flag + 2;
	*ret_length = equals ? (size_t)(equals - flag - 2) : strlen(flag + 2);
	*ret_value = equals ? equals + 1 : argv[++*at];
	if (!*ret_value)
		return fail(parser, "%s wants a value", flag);
	return 0;
}

static bool is_config_flag(const char *name, size_t length)
{
	return length == 6 && strncmp(name, "config", 6) == 0;
}

/* Goes over the flags once: for the file that they name, or for all else. */
static int read_flags(struct parser *parser, int argc, char **argv, bool want_file)
{
	for (int i = 1; i < argc; i++) {
		const struct option *option;
		const char *name = NULL, *value = NULL;
		size_t length = 0;
		int r = take_value(parser, argv, &i, &name, &length, &value);

		if (r < 0)
			return r;
		option = find_option(name, length);
		if (is_config_flag(name, length)) {
			if (want_file && (r = read_file(parser, value)) < 0)
				return r;
		} else if (!option) {
			return fail(parser, "unknown option '--%.*s'; see --help", (int)length,
				    name);
		} else if (!want_file && (r = option->set(parser, value)) < 0) {
			return r;
		}
	}
	return 0;
}

/* -- Defaults and the whole ------------------------------------------------------ */

static int fill_in_state(struct parser *parser)
{
	struct config *config = parser->config;
	const char *home = getenv("HOME");
	const char *xdg = getenv("XDG_STATE_HOME");
	const char *given = getenv("STATE_DIRECTORY");

	if (config->state_dir)
		return 0;
	if (given && *given)
		config->state_dir = xstrdup(given);
	else if (xdg && *xdg)
		config->state_dir = xasprintf("%s/windscreen/%s", xdg, config->name);
	else if (home && *home)
		config->state_dir = xasprintf("%s/.local/state/windscreen/%s", home, config->name);
	else
		return fail(parser, "no place to keep passwords: say --state DIR");
	return 0;
}

static int fill_in_defaults(struct parser *parser)
{
	struct config *config = parser->config;
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (!config->control) {
		CLEANUP(freep)
		char *path = xasprintf("%s/windscreen/%s.sock",
				       runtime && *runtime ? runtime : "/run", config->name);
		int r = set_control(parser, path);

		if (r < 0)
			return r;
	}
	/* Heads 0 and 1 are switched on where nobody says otherwise: an IVI and a cluster. */
	for (unsigned i = 0; i < 2; i++) {
		if (parser->has_size[i])
			continue;
		config->heads[i].size = (struct size){1920, 1080};
		config->heads[i].is_for_switching_on = true;
	}
	return fill_in_state(parser);
}

static int check_listener(struct parser *parser, const char *option, bool is_used,
			  const struct listen_address *address)
{
	char text[LISTEN_ADDRESS_MAX];

	if (!is_used || listen_address_is_local(address) ||
	    parser->config->access == ACCESS_PASSWORD)
		return 0;
	return fail(parser,
		    "%s %s can be reached from other machines: it needs access=password, not open",
		    option, listen_address_format(address, text));
}

/* By whatever names; they may not be there yet. */
static bool is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	return strcmp(one, other) == 0 || (stat(one, &a) == 0 && stat(other, &b) == 0 &&
					   a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

static int check(struct parser *parser)
{
	struct config *config = parser->config;
	char text[LISTEN_ADDRESS_MAX];

	if (!parser->has_attach)
		return fail(parser, "--attach is missing: where is the guest's display?");
	if (config->serial_chardev && *config->serial_chardev &&
	    config->attach.transport != SOURCE_QMP)
		return fail(parser, "serial chardev:%s is QEMU's: it goes with attach qmp:PATH",
			    config->serial_chardev);
	if (config->input && config->attach.transport == SOURCE_QMP &&
	    is_same_file(config->input, config->attach.path))
		return fail(
			parser,
			"input and attach are one monitor, qmp:%s, which serves one client: leave "
			"input out, this display takes it itself",
			config->input);
	if (!config->tls_cert != !config->tls_key)
		return fail(parser, "tls-cert and tls-key go together: one of them is missing");
	if (config->has_vnc && !listen_address_is_local(&config->vnc))
		return fail(parser,
			    "vnc %s can be reached from other machines, and VNC is not encrypted: "
			    "use 127.0.0.1 and a tunnel",
			    listen_address_format(&config->vnc, text));
	if (check_listener(parser, "rdp", config->has_rdp, &config->rdp) < 0 ||
	    check_listener(parser, "web", config->has_web, &config->web) < 0)
		return -EINVAL;
	return 0;
}

static bool wants_to_be_told(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			print_help();
			return true;
		}
		if (strcmp(argv[i], "--version") == 0) {
			puts("windscreen-gateway " WINDSCREEN_VERSION);
			return true;
		}
	}
	return false;
}

int config_parse(int argc, char **argv, struct config **ret_config,
		 char ret_error[CONFIG_ERROR_MAX])
{
	CLEANUP(config_destroyp) struct config *config = NULL;
	struct parser parser = {.error = ret_error};

	if (wants_to_be_told(argc, argv))
		return CONFIG_HELP;

	config = xcalloc(1, sizeof(*config));
	config->name = xstrdup("guest");
	config->web_root = xstrdup(WEB_ROOT_DEFAULT);
	config->frame_memory_bytes = (uint64_t)FRAME_MEMORY_DEFAULT_MB << 20;
	config->log_level = LOG_LEVEL_INFO;
	parser.config = config;
	ret_error[0] = '\0';

	if (read_flags(&parser, argc, argv, true) < 0 ||
	    read_flags(&parser, argc, argv, false) < 0 || fill_in_defaults(&parser) < 0 ||
	    check(&parser) < 0)
		return -EINVAL;

	*ret_config = TAKE(config);
	return CONFIG_RUN;
}

void config_destroy(struct config *config)
{
	if (!config)
		return;
	free(config->name);
	free(config->attach.path);
	free(config->input);
	free(config->serial);
	free(config->serial_chardev);
	free(config->renderer);
	free(config->control);
	free(config->state_dir);
	free(config->web_root);
	free(config->web_host);
	free(config->tls_cert);
	free(config->tls_key);
	free(config);
}
