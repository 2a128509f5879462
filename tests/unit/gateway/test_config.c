/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/config.h"

#include <errno.h>
#include <unistd.h>

#include "gateway/rdp/rdp_server.h"
#include "tests/support/test.h"

static char error[CONFIG_ERROR_MAX];

/* Up to ten arguments, ended by NULL. */
static int parse(struct config **config, const char *const *flags)
{
	char *argv[12] = {(char *)"windscreen-gateway"};
	int argc = 1;

	while (flags[argc - 1]) {
		argv[argc] = (char *)flags[argc - 1];
		argc++;
	}
	return config_parse(argc, argv, config, error);
}

#define PARSE(config, ...) parse(config, (const char *const[]){__VA_ARGS__, NULL})

static void expect_refusal(const char *reason)
{
	if (!strstr(error, reason))
		test_fail(__FILE__, __LINE__, "'%s' does not say '%s'", error, reason);
}

#define EXPECT_REFUSED(reason, ...) \
	do { \
		CLEANUP(config_destroyp) struct config *config_ = NULL; \
		EXPECT_INT(PARSE(&config_, __VA_ARGS__), -EINVAL); \
		expect_refusal(reason); \
	} while (0)

/* Writes a configuration file and returns its name until the next call. */
static const char *file_with(const char *text)
{
	static char path[] = "/tmp/test-config-XXXXXX";
	static bool is_made;
	FILE *file;

	if (!is_made)
		close(mkstemp(path));
	is_made = true;
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
	return path;
}

static void flags_fill_the_configuration(void)
{
	CLEANUP(config_destroyp) struct config *config = NULL;

	EXPECT_INT(PARSE(&config, "--name", "ivi", "--attach=qmp:/run/qmp", "--rdp",
			 "127.0.0.1:3389", "--rdp-heads", "all", "--rdp-video", "whole"),
		   CONFIG_RUN);
	EXPECT_STRING(config->name, "ivi");
	EXPECT_INT(config->attach.transport, SOURCE_QMP);
	EXPECT_STRING(config->attach.path, "/run/qmp");
	EXPECT(config->has_rdp && !config->has_vnc && !config->has_web);
	EXPECT_INT(config->rdp.port, 3389);
	EXPECT_INT(config->rdp_heads, RDP_HEADS_ALL);
	EXPECT_INT(config->rdp_video, RDP_VIDEO_WHOLE);
	EXPECT_STRING(config->state_dir, "/state/windscreen/ivi");
	EXPECT_STRING(config->control, "/runtime/windscreen/ivi.sock");
	EXPECT_INT(config->heads[0].size.width, 1920);
	EXPECT_INT(config->heads[2].size.width, 0);
	EXPECT_INT(config->encoder, ENCODER_AUTO);
}

static void the_file_has_the_flags_names_and_flags_win(void)
{
	CLEANUP(config_destroyp) struct config *config = NULL;
	const char *path = file_with(
		"[gateway]\nname = file\nattach = display1:/d\nencoder = none\n"
		"[head 1]\nsize = 1920x720\nresize = viewer\n"
		"[head 0]\nsize = 800x600\n");

	EXPECT_INT(PARSE(&config, "--name", "flag", "--config", path), CONFIG_RUN);
	EXPECT_STRING(config->name, "flag");
	EXPECT_INT(config->attach.transport, SOURCE_DISPLAY1);
	EXPECT_INT(config->encoder, ENCODER_NONE);
	EXPECT_INT(config->heads[1].size.height, 720);
	EXPECT(config->heads[1].viewers_may_resize);
	EXPECT_INT(config->heads[0].size.width, 800);
	EXPECT(!config->heads[0].viewers_may_resize);
}

static void an_unknown_key_is_named_with_its_line(void)
{
	EXPECT_REFUSED("line 3: unknown key 'fps' in [gateway]", "--config",
		       file_with("[gateway]\nattach = qmp:/q\nfps = 30\nname = x\n"));
	EXPECT_REFUSED("unknown key 'colour' in [head 0]", "--config",
		       file_with("[head 0]\ncolour = red\n"));
	EXPECT_REFUSED("unknown section [haed 0]", "--config", file_with("[haed 0]\nsize=1x1\n"));
	EXPECT_REFUSED("there is no head '16'", "--config", file_with("[head 16]\nsize=1x1\n"));
}

static void a_file_that_is_not_there_is_named(void)
{
	EXPECT_REFUSED("/nowhere/gateway.conf: No such file", "--config", "/nowhere/gateway.conf");
}

static void wrong_values_are_named(void)
{
	EXPECT_REFUSED("--attach is missing", "--name", "x");
	EXPECT_REFUSED("attach 'vnc:/x'", "--attach", "vnc:/x");
	EXPECT_REFUSED("unknown option '--fps'", "--fps", "30");
	EXPECT_REFUSED("'stray' is not an option", "stray");
	EXPECT_REFUSED("--rdp wants a value", "--rdp");
	EXPECT_REFUSED("rdp 'localhost:3389'", "--rdp", "localhost:3389");
	EXPECT_REFUSED("rdp 'unix:/x'", "--rdp", "unix:/x");
	EXPECT_REFUSED("rdp-heads '-1'", "--rdp-heads", "-1");
	EXPECT_REFUSED("rdp-video 'on'", "--rdp-video", "on");
	EXPECT_REFUSED("access 'none'", "--access", "none");
	EXPECT_REFUSED("encoder 'h264'", "--encoder", "h264");
	EXPECT_REFUSED("log-level 'loud'", "--log-level", "loud");
	EXPECT_REFUSED("renderer 'a/b'", "--renderer", "a/b");
	EXPECT_REFUSED("name '../x'", "--name", "../x");
	EXPECT_REFUSED("size '0x5' of head 0", "--config", file_with("[head 0]\nsize = 0x5\n"));
	EXPECT_REFUSED("size '800x600x' of head 0", "--config",
		       file_with("[head 0]\nsize = 800x600x\n"));
	EXPECT_REFUSED("resize 'yes'", "--config", file_with("[head 0]\nresize = yes\n"));
}

static void nothing_starts_less_secure_than_asked(void)
{
	EXPECT_REFUSED("VNC is not encrypted", "--attach", "qmp:/q", "--vnc", "0.0.0.0:5900");
	EXPECT_REFUSED("needs access=password", "--attach", "qmp:/q", "--access", "open", "--web",
		       "0.0.0.0:8080");
	EXPECT_REFUSED("needs access=password", "--attach", "qmp:/q", "--access", "open", "--rdp",
		       "[::]:3389");
	EXPECT_REFUSED("tls-cert and tls-key go together", "--attach", "qmp:/q", "--tls-cert",
		       "c.pem");
}

/* A comment has a space after its sign; a key that is commented out has none. */
static void the_sample_is_right_also_where_it_is_commented_out(void)
{
	CLEANUP(config_destroyp) struct config *config = NULL;
	FILE *sample = fopen(SAMPLE_PATH, "r");
	char text[16384] = "";
	char line[512];

	EXPECT(sample);
	while (fgets(line, sizeof(line), sample)) {
		bool is_key = line[0] == '#' && line[1] != ' ' && line[1] != '\n';

		EXPECT(strlen(text) + strlen(line) < sizeof(text));
		strcat(text, is_key ? line + 1 : line);
	}
	fclose(sample);

	if (PARSE(&config, "--config", file_with(text)) != CONFIG_RUN)
		test_fail(__FILE__, __LINE__, "%s", error);
	EXPECT_INT(config->rdp.port, 3389);
	EXPECT_INT(config->heads[1].size.height, 720);
}

static void input_has_a_monitor_of_its_own(void)
{
	CLEANUP(config_destroyp) struct config *config = NULL;

	EXPECT_INT(PARSE(&config, "--attach", "display1:/run/display", "--input", "qmp:/run/qmp"),
		   CONFIG_RUN);
	EXPECT_STRING(config->input, "/run/qmp");
	EXPECT_REFUSED("input 'display1:/run/d' is not qmp:PATH", "--attach", "display1:/run/d",
		       "--input", "display1:/run/d");
	EXPECT_REFUSED("input '/run/qmp' is not qmp:PATH", "--attach", "display1:/run/d", "--input",
		       "/run/qmp");
	EXPECT_REFUSED("one monitor, qmp:/run/qmp", "--attach", "qmp:/run/qmp", "--input",
		       "qmp:/run/qmp");
	EXPECT_REFUSED("one monitor, qmp:/dev/../dev/null", "--attach", "qmp:/dev/null", "--input",
		       "qmp:/dev/../dev/null");
}

static void a_serial_line_is_a_socket_or_qemus(void)
{
	CLEANUP(config_destroyp) struct config *config = NULL;
	CLEANUP(config_destroyp) struct config *other = NULL;

	EXPECT_INT(PARSE(&config, "--attach", "display1:/run/d", "--serial", "unix:/run/s"),
		   CONFIG_RUN);
	EXPECT_STRING(config->serial, "/run/s");
	/* The later one wins. */
	EXPECT_INT(PARSE(&other, "--attach", "qmp:/run/q", "--serial", "unix:/run/s", "--serial",
			 "chardev:ser0"),
		   CONFIG_RUN);
	EXPECT_STRING(other->serial, "");
	EXPECT_STRING(other->serial_chardev, "ser0");
	EXPECT_REFUSED("serial '/run/s' is neither", "--attach", "qmp:/q", "--serial", "/run/s");
	EXPECT_REFUSED("serial 'chardev:a/b' is neither", "--attach", "qmp:/q", "--serial",
		       "chardev:a/b");
	EXPECT_REFUSED("serial chardev:ser0 is QEMU's", "--attach", "display1:/d", "--serial",
		       "chardev:ser0");
}

int main(void)
{
	setenv("XDG_STATE_HOME", "/state", 1);
	setenv("XDG_RUNTIME_DIR", "/runtime", 1);
	unsetenv("STATE_DIRECTORY");
	RUN_TEST(flags_fill_the_configuration);
	RUN_TEST(the_file_has_the_flags_names_and_flags_win);
	RUN_TEST(an_unknown_key_is_named_with_its_line);
	RUN_TEST(a_file_that_is_not_there_is_named);
	RUN_TEST(wrong_values_are_named);
	RUN_TEST(the_sample_is_right_also_where_it_is_commented_out);
	RUN_TEST(nothing_starts_less_secure_than_asked);
	RUN_TEST(input_has_a_monitor_of_its_own);
	RUN_TEST(a_serial_line_is_a_socket_or_qemus);
	unlink(file_with(""));
}
