/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `windscreen run` against a fake gateway: what it asks, what it writes, and its exit status.
 */

#include "common/base64.h"
#include "picture/picture.h"
#include "tests/fakes/fake_api.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

static struct fake_api *gateway;
static int exit_status;
static struct child_output output;

static void run_scenario(const char *text, const char *option)
{
	const char *argv[] = {CLI_PATH, "--control", "gateway.sock", "run", "test.scenario",
			      option,	NULL};

	write_file(".", "test.scenario", text, 0600);
	child_output_free(&output);
	exit_status = child_run(argv, &output);
}

static void expect_asked(const char *expected)
{
	CLEANUP(freep) char *requests = fake_api_take_requests(gateway);

	EXPECT_STRING(requests, expected);
}

/* The caller frees. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = xcalloc(1, 1 << 20);

	if (!file)
		test_fail(__FILE__, __LINE__, "there is no %s", path);
	EXPECT(fread(text, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	return text;
}

static void expect_in_file(const char *path, const char *expected)
{
	CLEANUP(freep) char *text = read_file(path);

	if (!strstr(text, expected))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in %s: %s", expected, path, text);
}

static void answer(unsigned http_status, const char *body)
{
	fake_api_answer(gateway, http_status, body, strlen(body));
}

/* What the gateway answers to a wait: a picture of `colour`, nothing else being off. */
static void answer_wait(bool is_met, uint32_t colour)
{
	CLEANUP(picture_destroyp) struct picture *picture = picture_create(8, 8);
	CLEANUP(freep) uint8_t *png = NULL;
	CLEANUP(freep) char *text = NULL;
	CLEANUP(freep) char *body = NULL;
	size_t size;

	picture->pixels[0] = colour;
	EXPECT_INT(picture_to_png(picture, &png, &size), 0);
	text = base64_encode(png, size);
	body = xasprintf("{\"met\": %s, \"frame\": 7, \"verdicts\": [{\"same\": false, "
			 "\"pixels\": 64, \"different\": 1, \"x\": 0, \"y\": 0, \"width\": 1, "
			 "\"height\": 1}], \"picture\": \"%s\"}",
			 is_met ? "true" : "false", text);
	answer(200, body);
}

static void write_reference(void)
{
	CLEANUP(picture_destroyp) struct picture *picture = picture_create(8, 8);
	CLEANUP(freep) uint8_t *png = NULL;
	size_t size;
	FILE *file = fopen("reference.png", "wb");

	EXPECT_INT(picture_to_png(picture, &png, &size), 0);
	EXPECT(file && fwrite(png, 1, size, file) == size && fclose(file) == 0);
}

static void steps_are_carried_out_one_after_the_other(void)
{
	answer(204, "");
	run_scenario("key ret        # a comment\n"
		     "pause 1ms\n"
		     "pointer --head 1 3 4 --click left\n",
		     NULL);
	EXPECT_INT(exit_status, 0);
	EXPECT_STRING(output.err, "");
	expect_asked("POST /api/v1/input/key { \"keys\": \"ret\", \"action\": \"press\" }\n"
		     "POST /api/v1/input/pointer { \"head\": 1, \"click\": \"left\", \"x\": 3, "
		     "\"y\": 4 }\n");
	expect_in_file("windscreen-report/junit.xml",
		       "tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"0\"");
	expect_in_file("windscreen-report/junit.xml", "name=\"line 1: key ret\"");
	expect_in_file("windscreen-report/report.html", "3 of 3 steps were as expected");
}

static void nothing_is_done_unless_all_of_it_can_be(void)
{
	static const struct {
		const char *text;
		const char *said;
	} wrong[] = {
		{"key ret\n  juggle 3\n", "test.scenario:2:3: there is no such step: wait, "},
		{"key ret\nwait --stlil 3s\n", "test.scenario:2:1: "},
		{"key ret\nwait --still 3\n", "test.scenario:2:1: 3 is no time"},
		{"key ret\nwait\n", "test.scenario:2:1: say what to wait for"},
		{"key ret\npause long\n", "test.scenario:2:1: pause needs a time"},
		{"key ret\nexpect none.png\n",
		 "test.scenario:2:1: cannot read ./none.png: No such"},
		{"key ret\nexpect --head 1\n", "test.scenario:2:1: 1 is no"},
		{"key ret\nexpect\n", "test.scenario:2:1: expect needs a reference"},
		{"key ret\ncapture ../x\n", "test.scenario:2:1: capture needs a name"},
		{"key ret\nconsole --expect a(b\n", "test.scenario:2:1: a(b is no regular"},
		{"key ret\ncapture --tolerance 2 x\n", "test.scenario:2:1: 2 is no tolerance"},
		{"key ret\ncapture --stlil x\n", "test.scenario:2:1: capture has no such option"},
		{"key ret\ntype \"a\n", "test.scenario:2:6: these quotes have no end"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		run_scenario(wrong[i].text, NULL);
		EXPECT(exit_status == 2 || exit_status == 3);
		expect_asked("");
		if (!strstr(output.err, wrong[i].said) && i != 6)
			test_fail(__FILE__, __LINE__, "\"%s\" is not in: %s", wrong[i].said,
				  output.err);
		EXPECT_INT(output.size, 0);
	}
}

static void a_step_that_fails_ends_it_and_the_rest_is_told_as_left_out(void)
{
	answer(200, "{\"met\": false, \"frame\": 7}");
	run_scenario("wait --change --timeout 1ms\nkey ret\n", NULL);
	EXPECT_INT(exit_status, 1);
	EXPECT(strstr(output.out, "failed   0."));
	EXPECT(strstr(output.out, "windscreen: head 0: no change within 1 ms\n"));
	expect_in_file("windscreen-report/junit.xml",
		       "tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\"");
	expect_in_file("windscreen-report/junit.xml",
		       "<failure message=\"windscreen: head 0: no change within 1 ms\">");
	free(fake_api_take_requests(gateway));

	run_scenario("wait --change --timeout 1ms\nkey ret\n", "--keep-going");
	EXPECT_INT(exit_status, 1);
	expect_in_file("windscreen-report/junit.xml", "skipped=\"0\"");
	free(fake_api_take_requests(gateway));
}

static void what_was_expected_is_shown_beside_what_was_there(void)
{
	CLEANUP(freep) char *html = NULL;
	CLEANUP(picture_destroyp) struct picture *difference = NULL;

	write_reference();
	answer_wait(false, 0xffffff);
	run_scenario("expect --head 0 --timeout 1ms reference.png\n", NULL);
	EXPECT_INT(exit_status, 1);
	EXPECT_INT(picture_read("windscreen-report/line-1-difference.png", &difference), 0);
	EXPECT(difference->pixels[0] != 0);
	html = read_file("windscreen-report/report.html");
	EXPECT(strstr(html, "alt=\"expected\" src=\"data:image/png;base64,"));
	EXPECT(strstr(html, "alt=\"there\" src=\"data:image/png;base64,"));
	EXPECT(strstr(html, "alt=\"difference\" src=\"data:image/png;base64,"));

	answer_wait(true, 0);
	run_scenario("expect reference.png\n", NULL);
	EXPECT_INT(exit_status, 0);
	free(html);
	html = read_file("windscreen-report/report.html");
	EXPECT(strstr(html, "alt=\"there\""));
	EXPECT(!strstr(html, "alt=\"difference\""));
	free(fake_api_take_requests(gateway));
}

static void what_the_guest_says_cannot_break_the_report(void)
{
	/* "<b>&\1\n" */
	answer(200, "{\"next\": 7, \"data\": \"PGI+JgEK\"}");
	run_scenario("console --all --expect \"<b>&\"\n", NULL);
	EXPECT_INT(exit_status, 0);
	expect_in_file("windscreen-report/report.html", "&lt;b&gt;&amp;?");
	expect_in_file("windscreen-report/junit.xml", "<system-out>&lt;b&gt;&amp;?\n</system-out>");
	expect_in_file("windscreen-report/junit.xml",
		       "name=\"line 1: console --all --expect &quot;&lt;b&gt;&amp;&quot;\"");
	free(fake_api_take_requests(gateway));
}

static void a_gateway_that_goes_away_is_an_error(void)
{
	fake_api_destroy(TAKE(gateway));
	run_scenario("key ret\n", NULL);
	EXPECT_INT(exit_status, 3);
	expect_in_file("windscreen-report/junit.xml", "errors=\"1\"");
}

static void remove_report(void)
{
	static const char *const names[] = {"report.html", "junit.xml", "line-1-actual.png",
					    "line-1-difference.png"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CLEANUP(freep) char *path = xasprintf("windscreen-report/%s", names[i]);

		unlink(path);
	}
	EXPECT_INT(rmdir("windscreen-report"), 0);
}

int main(void)
{
	char *directory = temporary_create();

	EXPECT_INT(chdir(directory), 0);
	gateway = fake_api_create("gateway.sock");
	RUN_TEST(nothing_is_done_unless_all_of_it_can_be);
	RUN_TEST(steps_are_carried_out_one_after_the_other);
	RUN_TEST(a_step_that_fails_ends_it_and_the_rest_is_told_as_left_out);
	RUN_TEST(what_was_expected_is_shown_beside_what_was_there);
	RUN_TEST(what_the_guest_says_cannot_break_the_report);
	RUN_TEST(a_gateway_that_goes_away_is_an_error);
	child_output_free(&output);
	remove_report();
	temporary_destroy(directory);
	return 0;
}
