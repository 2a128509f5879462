/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The program `windscreen` against a fake gateway: what it asks, what it
 * prints, and its exit status.
 */

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/xalloc.h"
#include "tests/fakes/fake_api.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define WORDS_MAX 16

static struct fake_api *gateway;

/* What the last run of the program left: */
static int exit_status;
static struct child_output output;

/* Runs the program with `words`, which end with NULL. */
static void run(const char *const *words)
{
	const char *argv[WORDS_MAX + 2] = {CLI_PATH};

	for (unsigned i = 0; words[i]; i++) {
		EXPECT(i < WORDS_MAX);
		argv[i + 1] = words[i];
	}
	child_output_free(&output);
	exit_status = child_run(argv, &output);
}

static size_t read_file(const char *path, char *text, size_t size)
{
	CLEANUP(close_fdp) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	EXPECT(got >= 0);
	return (size_t)got;
}

#define RUN(...)    run((const char *const[]){__VA_ARGS__, NULL})
#define RUN_AT(...) RUN("--control", "gateway.sock", __VA_ARGS__)

static void expect_refused(int expected_status, const char *expected)
{
	EXPECT_INT(exit_status, expected_status);
	if (!strstr(output.err, expected))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in: %s", expected, output.err);
	/* One line, and nothing where the output would be. */
	EXPECT(strchr(output.err, '\n') == output.err + strlen(output.err) - 1);
	EXPECT_INT(output.size, 0);
}

static void forget_requests(void)
{
	free(fake_api_take_requests(gateway));
}

static void expect_asked(const char *expected)
{
	CLEANUP(freep) char *requests = fake_api_take_requests(gateway);

	EXPECT_INT(exit_status, 0);
	EXPECT_STRING(requests, expected);
	EXPECT_STRING(output.err, "");
}

static void answer(unsigned http_status, const char *body)
{
	fake_api_answer(gateway, http_status, body, strlen(body));
}

static void the_status_is_printed_for_people_and_for_programs(void)
{
	answer(200, "{\"name\": \"ivi\", \"guest\": {\"attached\": true}}");
	RUN_AT("status");
	expect_asked("GET /api/v1/status\n");
	EXPECT(strstr(output.out, "ivi: attached\n"));
	RUN_AT("status", "--json");
	expect_asked("GET /api/v1/status\n");
	EXPECT(strstr(output.out, "\"name\":\"ivi\""));
}

static void a_capture_is_saved_as_it_comes(void)
{
	static const char picture[] = "\x89PNG\r\n\0\1\2 not text";
	char saved[64];

	fake_api_answer(gateway, 200, picture, sizeof(picture));
	RUN_AT("capture", "--head", "1", "picture.png");
	expect_asked("GET /api/v1/heads/1/screenshot.png\n");
	EXPECT_INT(read_file("picture.png", saved, sizeof(saved)), sizeof(picture));
	EXPECT(memcmp(saved, picture, sizeof(picture)) == 0);

	RUN_AT("capture", "-", "--cursor");
	expect_asked("GET /api/v1/heads/0/screenshot.png?cursor=1\n");
	EXPECT_INT(output.size, sizeof(picture));
	EXPECT(memcmp(output.out, picture, sizeof(picture)) == 0);
	unlink("picture.png");
}

static void a_wait_asks_for_what_it_waits_for(void)
{
	static const char met[] = "{\"met\": true, \"frame\": 7, \"picture\": \"YWJj\"}";
	char saved[16];

	answer(200, met);
	RUN_AT("wait", "--head", "1", "--still", "2s", "--ignore", "1,2,3x4", "--timeout", "5s",
	       "--save", "picture.png");
	expect_asked("POST /api/v1/heads/1/wait { \"still_ms\": 2000, \"until\": \"still\", "
		     "\"ignore\": [ { \"x\": 1, \"y\": 2, \"width\": 3, \"height\": 4 } ], "
		     "\"picture\": true, \"timeout_ms\": 5000 }\n");
	EXPECT_INT(read_file("picture.png", saved, sizeof(saved)), 3);
	EXPECT(memcmp(saved, "abc", 3) == 0);

	RUN_AT("wait", "--match", "picture.png", "--tolerance", "0.5", "--area", "map=1,2,3x4");
	expect_asked("POST /api/v1/heads/0/wait { \"until\": \"match\", \"areas\": [ { "
		     "\"name\": \"map\", \"x\": 1, \"y\": 2, \"width\": 3, \"height\": 4 } ], "
		     "\"timeout_ms\": 30000, \"reference\": \"YWJj\", \"tolerance\": 0.5 }\n");
	unlink("picture.png");
}

static void a_renderer_s_own_reference_is_sent_or_more_may_be_off(void)
{
#define MATCH(renderer) \
	RUN_AT("--renderer", renderer, "wait", "--match", "home.png", "--allow", "1", \
	       "--cross-tolerance", "0.25", "--cross-allow", "9")

	answer(200, "{\"met\": true, \"frame\": 7}");
	write_file(".", "home@2d.png", "2d", 0600);
	MATCH("2d");
	expect_asked("POST /api/v1/heads/0/wait { \"until\": \"match\", \"timeout_ms\": 30000, "
		     "\"reference\": \"MmQ=\", \"allow\": 1 }\n");
	MATCH("virgl-gpu");
	expect_asked("POST /api/v1/heads/0/wait { \"until\": \"match\", \"timeout_ms\": 30000, "
		     "\"reference\": \"MmQ=\", \"tolerance\": 0.25, \"allow\": 9 }\n");
	unlink("home@2d.png");

	MATCH("virgl/gpu");
	expect_refused(2, "virgl/gpu is no tag");
	RUN_AT("wait", "--shown", "--cross-allow", "3");
	expect_refused(2, "go with --match");
}

static void a_wait_that_was_in_vain_says_how_far_off_it_was(void)
{
	answer(200,
	       "{\"met\": false, \"frame\": 7, \"width\": 64, \"height\": 48, \"notice\": \"\","
	       " \"verdicts\": [{\"area\": \"sky\", \"same\": true},"
	       " {\"area\": \"map\", \"same\": false, \"pixels\": 12, \"different\": 5,"
	       " \"x\": 1, \"y\": 2, \"width\": 3, \"height\": 4}]}");
	RUN_AT("wait", "--match", "/dev/null", "--timeout", "100ms");
	expect_refused(1, "head 0: no match within 100 ms; in the nearest frame map: 5 of 12 "
			  "pixels are off, in 1,2,3x4");
	answer(200, "{\"met\": false, \"frame\": 0, \"notice\": \"The guest is gone\"}");
	RUN_AT("wait", "--shown", "--timeout", "100ms");
	expect_refused(1, "it shows no picture of the guest: The guest is gone");
	forget_requests();

	RUN_AT("wait");
	expect_refused(2, "what to wait for");
	RUN_AT("wait", "--shown", "--change");
	expect_refused(2, "--shown or --change");
	RUN_AT("wait", "--still", "500");
	expect_refused(2, "500 is no time");
	RUN_AT("wait", "--match", "none.png");
	expect_refused(3, "cannot read none.png: No such file");
	answer(400, "{\"error\": \"the reference is no PNG picture, or a damaged one\"}");
	RUN_AT("wait", "--match", "/dev/null");
	expect_refused(2, "the reference is no PNG picture");
	forget_requests();
}

static void the_guest_is_talked_to_on_its_serial_line(void)
{
	/* "booting\nlogin: " */
	answer(200, "{\"start\": 0, \"next\": 15, \"data\": \"Ym9vdGluZwpsb2dpbjog\"}");
	RUN_AT("console", "--send", "hello", "--expect", "^log[a-z]+: $");
	expect_asked("GET /api/v1/serial?since=end&wait_ms=0\n"
		     "POST /api/v1/serial { \"data\": \"aGVsbG8K\" }\n"
		     "GET /api/v1/serial?since=15&wait_ms=25000\n");
	EXPECT_STRING(output.out, "booting\nlogin: ");
	RUN_AT("console", "--all", "--expect", "boot");
	expect_asked("GET /api/v1/serial?since=0&wait_ms=25000\n");

	RUN_AT("console", "--expect", "logout", "--timeout", "1ms");
	EXPECT_INT(exit_status, 1);
	EXPECT_STRING(output.err, "windscreen: the guest did not say \"logout\" within 1 ms\n");
	forget_requests();
	RUN_AT("console", "--expect", "a(b");
	expect_refused(2, "a(b is no regular expression: ");
	answer(503, "{\"error\": \"this gateway has no serial line (--serial)\"}");
	RUN_AT("console", "--expect", "x");
	expect_refused(3, "no serial line");
	forget_requests();
}

static void the_guest_is_switched(void)
{
	answer(204, "");
	RUN_AT("power", "reset");
	expect_asked("POST /api/v1/power { \"action\": \"reset\" }\n");
	answer(200, "{\"state\": \"paused\"}");
	RUN_AT("power", "status");
	expect_asked("GET /api/v1/power\n");
	EXPECT_STRING(output.out, "paused\n");
	RUN_AT("power", "up");
	expect_refused(2, "one of reset, down");
	RUN_AT("power");
	expect_refused(2, "one of reset, down");
}

static void a_capture_that_is_not_whole_leaves_no_file(void)
{
	answer(200, "half a picture");
	fake_api_promise_more(gateway, 100);
	RUN_AT("capture", "picture.png");
	expect_refused(3, "no answer from the gateway at gateway.sock");
	EXPECT(access("picture.png", F_OK) != 0);
}

static void a_full_disk_is_reported(void)
{
	answer(200, "picture");
	RUN_AT("capture", "/dev/full");
	expect_refused(3, "cannot write /dev/full: No space left on device");
	RUN_AT("capture", "no/such/folder.png");
	expect_refused(3, "cannot write no/such/folder.png: No such file or directory");
}

static void the_gateways_reason_is_passed_on(void)
{
	answer(503, "{\"error\": \"no guest is attached: /run/qmp: No such file\"}");
	RUN_AT("capture", "picture.png");
	expect_refused(3, "windscreen: no guest is attached: /run/qmp: No such file\n");
	answer(400, "{\"error\": \"there is no key hat\"}");
	RUN_AT("key", "hat");
	expect_refused(2, "windscreen: there is no key hat\n");
	answer(500, "<html>");
	RUN_AT("status");
	expect_refused(3, "HTTP status 500");
	answer(200, "[]");
	RUN_AT("status");
	expect_refused(3, "is no gateway");
}

static void input_is_sent_as_the_api_has_it(void)
{
	forget_requests();
	answer(204, "");
	RUN_AT("key", "ctrl+alt+delete", "ret");
	expect_asked(
		"POST /api/v1/input/key { \"keys\": \"ctrl+alt+delete\", \"action\": \"press\" }\n"
		"POST /api/v1/input/key { \"keys\": \"ret\", \"action\": \"press\" }\n");
	RUN_AT("key", "--down", "shift");
	expect_asked("POST /api/v1/input/key { \"keys\": \"shift\", \"action\": \"down\" }\n");
	RUN_AT("type", "say \"hello\"");
	expect_asked("POST /api/v1/input/type { \"text\": \"say \\\"hello\\\"\" }\n");
	RUN_AT("type", "--", "--help");
	expect_asked("POST /api/v1/input/type { \"text\": \"--help\" }\n");
	RUN_AT("pointer", "10", "20");
	expect_asked("POST /api/v1/input/pointer { \"head\": 0, \"x\": 10, \"y\": 20 }\n");
	RUN_AT("pointer", "--head", "1", "10", "20", "--click", "right");
	expect_asked("POST /api/v1/input/pointer { \"head\": 1, \"click\": \"right\", \"x\": 10, "
		     "\"y\": 20 }\n");
	RUN_AT("pointer", "10", "20", "--wheel", "-3", "--wheel-x=2");
	expect_asked("POST /api/v1/input/pointer { \"head\": 0, \"wheel\": -3, \"wheel_x\": 2, "
		     "\"x\": 10, \"y\": 20 }\n");
	RUN_AT("touch", "--contact", "9", "tap", "1", "2");
	expect_asked("POST /api/v1/input/touch { \"head\": 0, \"contact\": 9, \"action\": \"tap\", "
		     "\"x\": 1, \"y\": 2 }\n");
	RUN_AT("touch", "up");
	expect_asked("POST /api/v1/input/touch { \"head\": 0, \"action\": \"up\" }\n");
}

static void a_swipe_goes_from_one_place_to_the_other(void)
{
	answer(204, "");
	RUN_AT("touch", "swipe", "--duration", "20", "100", "10", "0", "20");
	expect_asked("POST /api/v1/input/touch { \"head\": 0, \"action\": \"down\", \"contact\": "
		     "0, \"x\": 100, "
		     "\"y\": 10 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"move\", \"contact\": "
		     "0, \"x\": 50, "
		     "\"y\": 15 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"move\", \"contact\": "
		     "0, \"x\": 0, "
		     "\"y\": 20 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"up\", \"contact\": 0, "
		     "\"x\": 0, \"y\": "
		     "20 }\n");

	RUN_AT("touch", "pinch", "--duration", "0", "100", "10", "20", "60");
	expect_asked("POST /api/v1/input/touch { \"head\": 0, \"action\": \"down\", \"contact\": "
		     "0, \"x\": 90, \"y\": 10 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"down\", \"contact\": "
		     "1, \"x\": 110, \"y\": 10 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"move\", \"contact\": "
		     "0, \"x\": 70, \"y\": 10 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"move\", \"contact\": "
		     "1, \"x\": 130, \"y\": 10 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"up\", \"contact\": 0, "
		     "\"x\": 70, \"y\": 10 }\n"
		     "POST /api/v1/input/touch { \"head\": 0, \"action\": \"up\", \"contact\": 1, "
		     "\"x\": 130, \"y\": 10 }\n");
}

static void wrong_usage_asks_nothing_of_the_gateway(void)
{
	CLEANUP(freep) char *requests = NULL;

	RUN_AT("frobnicate");
	expect_refused(2, "no command frobnicate");
	RUN("--control");
	expect_refused(2, "control");
	RUN("--control", "a", "--url", "http://b", "status");
	expect_refused(2, "exclude each other");
	RUN("--token", "a", "status");
	expect_refused(2, "go with --url");
	RUN("--url", "ftp://b", "status");
	expect_refused(2, "ftp://b is no http:// or https:// URL");
	RUN_AT("status", "--jason");
	expect_refused(2, "windscreen status: unrecognized option '--jason'");
	RUN_AT("capture");
	expect_refused(2, "capture needs one file");
	RUN_AT("capture", "--head", "16", "x.png");
	expect_refused(2, "there can be no head 16");
	RUN_AT("key");
	expect_refused(2, "key needs");
	RUN_AT("type", "two", "words");
	expect_refused(2, "type needs one text");
	RUN_AT("pointer", "10");
	expect_refused(2, "pointer needs a position");
	RUN_AT("pointer", "10", "99999");
	expect_refused(2, "10 99999 is no position on a head");
	RUN_AT("pointer", "1", "2", "--click", "left", "--up", "left");
	expect_refused(2, "only one of");
	RUN_AT("pointer", "1", "2", "--wheel", "101");
	expect_refused(2, "101 is no number of notches");
	RUN_AT("touch", "tap", "1");
	expect_refused(2, "touch needs");
	RUN_AT("touch", "--contact", "10", "tap", "1", "2");
	expect_refused(2, "10 is no contact");
	RUN_AT("touch", "swipe", "1", "2", "3", "-4");
	EXPECT_INT(exit_status, 2);

	requests = fake_api_take_requests(gateway);
	EXPECT_STRING(requests, "");
}

static void a_gateway_that_is_not_there_is_reported(void)
{
	RUN("--control", "nobody.sock", "status");
	expect_refused(3, "no gateway answers at nobody.sock: No such file or directory");
	RUN("--url", "http://127.0.0.1:1/", "status");
	expect_refused(3, "no answer from the gateway at http://127.0.0.1:1/: ");
	RUN("status");
	expect_refused(3, "no gateway's control socket is in ");
}

static void the_only_gateway_is_found_by_itself(void)
{
	EXPECT_INT(mkdir("windscreen", 0700), 0);
	EXPECT_INT(symlink("../gateway.sock", "windscreen/ivi.sock"), 0);
	answer(200, "{\"name\": \"ivi\"}");
	RUN("status");
	expect_asked("GET /api/v1/status\n");
	unlink("windscreen/ivi.sock");
	rmdir("windscreen");
}

static void a_password_is_exchanged_for_a_token(void)
{
	CLEANUP(fake_api_destroyp) struct fake_api *web = fake_api_create(NULL);
	CLEANUP(freep) char *requests = NULL;
	FILE *file = fopen("password", "w");

	fputs("secret\n", file);
	fclose(file);
	fake_api_answer(web, 200, "{\"token\": \"abc\"}", 16);
	RUN("--url", fake_api_url(web), "--password-file", "password", "key", "a");
	EXPECT_INT(exit_status, 0);
	requests = fake_api_take_requests(web);
	EXPECT_STRING(
		requests,
		"POST /login { \"user\": \"dev\", \"password\": \"secret\" }\n"
		"POST /api/v1/input/key { \"keys\": \"a\", \"action\": \"press\" } [Bearer abc]\n");

	fake_api_answer(web, 401, "{\"error\": \"wrong user or password\"}", 35);
	RUN("--url", fake_api_url(web), "--password-file", "password", "key", "a");
	expect_refused(3, "windscreen: wrong user or password\n");
	RUN("--url", fake_api_url(web), "--password-file", "nothing", "key", "a");
	expect_refused(3, "cannot read a password from nothing: No such file");
	unlink("password");
}

static void help_and_version_are_no_errors(void)
{
	RUN("--help");
	EXPECT_INT(exit_status, 0);
	EXPECT(strstr(output.out, "capture"));
	RUN("capture", "--help");
	EXPECT_INT(exit_status, 0);
	EXPECT(strstr(output.out, "--cursor"));
	RUN("--version");
	EXPECT_INT(exit_status, 0);
	EXPECT(strncmp(output.out, "windscreen ", 11) == 0);
}

int main(void)
{
	char directory[] = "/tmp/windscreen-test.XXXXXX";

	signal(SIGPIPE, SIG_IGN);
	EXPECT(mkdtemp(directory));
	EXPECT_INT(chdir(directory), 0);
	setenv("XDG_RUNTIME_DIR", directory, 1);
	gateway = fake_api_create("gateway.sock");

	RUN_TEST(the_status_is_printed_for_people_and_for_programs);
	RUN_TEST(a_capture_is_saved_as_it_comes);
	RUN_TEST(a_wait_asks_for_what_it_waits_for);
	RUN_TEST(a_renderer_s_own_reference_is_sent_or_more_may_be_off);
	RUN_TEST(a_wait_that_was_in_vain_says_how_far_off_it_was);
	RUN_TEST(the_guest_is_talked_to_on_its_serial_line);
	RUN_TEST(the_guest_is_switched);
	RUN_TEST(a_capture_that_is_not_whole_leaves_no_file);
	RUN_TEST(a_full_disk_is_reported);
	RUN_TEST(the_gateways_reason_is_passed_on);
	RUN_TEST(input_is_sent_as_the_api_has_it);
	RUN_TEST(a_swipe_goes_from_one_place_to_the_other);
	RUN_TEST(wrong_usage_asks_nothing_of_the_gateway);
	RUN_TEST(a_gateway_that_is_not_there_is_reported);
	RUN_TEST(the_only_gateway_is_found_by_itself);
	RUN_TEST(a_password_is_exchanged_for_a_token);
	RUN_TEST(help_and_version_are_no_errors);

	fake_api_destroy(gateway);
	child_output_free(&output);
	rmdir(directory);
	return 0;
}
