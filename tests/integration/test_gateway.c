/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The gateway as a program: what it says, and leaves behind, when it starts
 * with something wrong, and how it ends.
 */

#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/net/listener.h"
#include "tests/fakes/rdp_client.h"
#include "tests/integration/gateway_stage.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define USAGE	  2
#define COULD_NOT 3

/* Long enough for a sanitizer on a busy machine, short for who waits. */
#define END_LIMIT_US (2 * UINT64_C(1000000))

static char *directory;
static char *attach;

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", directory, name);
}

/* All but one line is about how the start went until then. */
static void expect_one_complaint(const char *lines, const char *expected)
{
	unsigned complaints = 0;

	for (const char *line = lines; *line; line = strchr(line, '\n') + 1) {
		EXPECT(strchr(line, '\n'));
		complaints += strncmp(line, "info: ", 6) != 0 && strncmp(line, "warning: ", 9) != 0;
	}
	if (complaints != 1 || !strstr(lines, expected))
		test_fail(__FILE__, __LINE__, "expected one line with \"%s\", got:\n%s", expected,
			  lines);
}

static void expect_refusal(int status, const char *expected, const char *const *words)
{
	const char *argv[GATEWAY_WORDS_MAX + 2] = {GATEWAY_PATH};
	struct child_output output;

	for (unsigned i = 0; words[i]; i++) {
		EXPECT(i < GATEWAY_WORDS_MAX);
		argv[i + 1] = words[i];
	}
	int actual = child_run(argv, &output);
	expect_one_complaint(output.err, expected);
	EXPECT_INT(actual, status);
	EXPECT_INT(output.size, 0);
	child_output_free(&output);
}

/* With what it needs to start, and more. */
#define REFUSED(status, expected, ...) \
	do { \
		CLEANUP(freep) char *control_ = path_of("control"); \
		expect_refusal(status, expected, \
			       (const char *const[]){"--attach", attach, "--control", control_, \
						     "--state", directory, __VA_ARGS__, NULL}); \
	} while (0)

static void an_option_that_does_not_exist_is_named(void)
{
	REFUSED(USAGE, "'--nonsense'", "--nonsense", "1");
	REFUSED(USAGE, "'foo:/x'", "--attach", "foo:/x");
	REFUSED(USAGE, "--vnc wants a value", "--vnc");
}

static void a_configuration_is_refused_with_its_line(void)
{
	CLEANUP(freep) char *path = path_of("conf");

	write_file(directory, "conf", "[gateway]\nname = ivi\nnonsense = 1\n", 0600);
	REFUSED(USAGE, "conf line 3: unknown key 'nonsense'", "--config", path);
	write_file(directory, "conf", "[head 99]\nsize = 100x100\n", 0600);
	REFUSED(USAGE, "conf line 2: there is no head '99'", "--config", path);
	write_file(directory, "conf",
		   "\x7f"
		   "ELF\x02\x01\n",
		   0600);
	REFUSED(USAGE, "conf line 1", "--config", path);
}

static void a_configuration_that_cannot_be_read_is_named(void)
{
	CLEANUP(freep) char *path = path_of("nowhere");

	REFUSED(USAGE, "nowhere: No such file", "--config", path);
	REFUSED(USAGE, "Is a directory", "--config", directory);
}

static void tls_files_that_are_not_there_are_named(void)
{
	CLEANUP(freep) char *path = path_of("nowhere.pem");

	REFUSED(COULD_NOT, "nowhere.pem", "--tls-cert", path, "--tls-key", path);
	REFUSED(USAGE, "tls-key", "--tls-cert", path);
}

static void a_state_directory_that_cannot_be_kept_private_is_refused(void)
{
	CLEANUP(freep) char *file = path_of("file");
	CLEANUP(freep) char *below = path_of("file/state");
	CLEANUP(freep) char *open = path_of("open");

	write_file(directory, "file", "", 0600);
	REFUSED(COULD_NOT, "file: Not a directory", "--state", file);
	REFUSED(COULD_NOT, "file/state: Not a directory", "--state", below);
	EXPECT(mkdir(open, 0700) == 0 && chmod(open, 0777) == 0);
	REFUSED(COULD_NOT, "chmod 700", "--state", open);
	rmdir(open);
}

static void a_port_in_use_is_named(void)
{
	struct listen_address address;
	char text[LISTEN_ADDRESS_MAX];

	EXPECT_INT(listen_address_parse("127.0.0.1:0", &address), 0);
	CLEANUP(close_fdp) int fd = listener_open(&address);
	EXPECT(fd >= 0);
	listen_address_format(&address, text);
	REFUSED(COULD_NOT, text, "--rdp", text);
	REFUSED(COULD_NOT, text, "--vnc", text);
	REFUSED(COULD_NOT, text, "--web", text);
}

static void off_loopback_nothing_is_served_without_protection(void)
{
	REFUSED(USAGE, "vnc 0.0.0.0:5900", "--vnc", "0.0.0.0:5900");
	REFUSED(USAGE, "rdp 0.0.0.0:3389", "--rdp", "0.0.0.0:3389", "--access", "open");
}

static void a_control_socket_stays_with_the_gateway_that_has_it(void)
{
	struct gateway gateway = {0};

	gateway_start(&gateway, 0, NULL);
	CLEANUP(freep) char *control = gateway_path(&gateway, "control");
	REFUSED(COULD_NOT, control, "--control", control);
	close_fd(gateway_connect(&gateway, "control"));
	EXPECT_INT(gateway_stop(&gateway), 0);
	gateway_finish(&gateway);

	CLEANUP(freep) char *file = path_of("file");
	write_file(directory, "file", "precious", 0600);
	REFUSED(COULD_NOT, file, "--control", file);
	EXPECT_INT(file_mode(directory, "file"), 0600);
}

static void a_page_that_is_missing_is_said_and_all_else_works(void)
{
	struct gateway gateway = {0};

	gateway_start(&gateway, 0, (const char *const[]){"--web-root", "/nowhere", NULL});
	gateway_expect_logged(&gateway, "/nowhere/index.html");
	close_fd(gateway_connect_port(gateway.web_port));
	gateway_finish(&gateway);
}

static void what_it_keeps_is_private_whatever_the_umask_is(void)
{
	struct gateway gateway = {0};
	mode_t before = umask(0);

	gateway_start(&gateway, 0, NULL);
	umask(before);
	EXPECT_INT(file_mode(gateway.directory, "password"), 0600);
	EXPECT_INT(file_mode(gateway.directory, "vnc-password"), 0600);
	EXPECT_INT(file_mode(gateway.directory, "tls-key.pem"), 0600);
	EXPECT_INT(file_mode(gateway.directory, "control"), 0600);
	EXPECT_INT(file_mode(gateway.directory, "vnc"), 0600);

	CLEANUP(freep) char *password = gateway_read_line(&gateway, "password");
	CLEANUP(freep) char *vnc_password = gateway_read_line(&gateway, "vnc-password");
	CLEANUP(freep) char *log = gateway_log(&gateway);
	EXPECT(strlen(password) >= 8 && strlen(vnc_password) == 8);
	EXPECT(!strstr(log, password) && !strstr(log, vnc_password));
	gateway_finish(&gateway);
}

static void it_ends_at_once_with_connections_open(void)
{
	struct gateway gateway = {0};

	gateway_start(&gateway, 0, NULL);
	CLEANUP(close_fdp) int rdp = gateway_connect_port(gateway.rdp_port);
	CLEANUP(close_fdp) int web = gateway_connect_port(gateway.web_port);
	CLEANUP(close_fdp) int vnc = gateway_connect(&gateway, "vnc");
	CLEANUP(close_fdp) int control = gateway_connect(&gateway, "control");
	char greeting;

	EXPECT_INT(recv(vnc, &greeting, 1, 0), 1);
	uint64_t asked_us = loop_now_us();
	EXPECT_INT(gateway_stop(&gateway), 0);
	EXPECT(loop_now_us() - asked_us < END_LIMIT_US);
	gateway_finish(&gateway);
}

static bool is_joined(void *data)
{
	return rdp_client_is_connected(data);
}

static void an_rdp_viewer_that_goes_is_said_to_have_closed_the_connection(void)
{
	struct gateway gateway = {0};

	gateway_start(&gateway, 0, (const char *const[]){"--access", "open", NULL});
	struct rdp_client *client = rdp_client_start(&(struct rdp_client_options){
		.port = gateway.rdp_port,
		.user = "somebody",
		.password = "",
		.width = 640,
		.height = 400,
	});
	EXPECT(test_wait(NULL, is_joined, client));
	gateway_expect_logged(&gateway, "): joined");
	rdp_client_destroy(client);
	gateway_expect_logged(&gateway, "left: closed the connection");
	gateway_finish(&gateway);
}

int main(void)
{
	directory = temporary_create();
	attach = xasprintf("display1:%s/guest.sock", directory);

	RUN_TEST(an_option_that_does_not_exist_is_named);
	RUN_TEST(a_configuration_is_refused_with_its_line);
	RUN_TEST(a_configuration_that_cannot_be_read_is_named);
	RUN_TEST(tls_files_that_are_not_there_are_named);
	RUN_TEST(a_state_directory_that_cannot_be_kept_private_is_refused);
	RUN_TEST(a_port_in_use_is_named);
	RUN_TEST(off_loopback_nothing_is_served_without_protection);
	RUN_TEST(a_control_socket_stays_with_the_gateway_that_has_it);
	RUN_TEST(a_page_that_is_missing_is_said_and_all_else_works);
	RUN_TEST(what_it_keeps_is_private_whatever_the_umask_is);
	RUN_TEST(it_ends_at_once_with_connections_open);
	RUN_TEST(an_rdp_viewer_that_goes_is_said_to_have_closed_the_connection);

	free(attach);
	temporary_destroy(directory);
	return 0;
}
