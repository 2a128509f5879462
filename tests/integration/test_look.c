/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `windscreen look` against a fake gateway: what is saved, what another guest's pictures are
 * called, and what is refused.
 */

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "common/base64.h"
#include "picture/picture.h"
#include "tests/fakes/fake_api.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define BLACK	   0
#define NEAR_BLACK 0x010101
#define WHITE	   0xffffff
#define WORDS_MAX  16

static struct fake_api *gateway;
static const char *told = ""; /* the renderer that the gateway tells */
static int exit_status;
static struct child_output output;

/* Runs `windscreen` with `words`, which end with NULL. */
static void run(const char *const *words)
{
	const char *argv[WORDS_MAX + 3] = {CLI_PATH, "--control", "gateway.sock"};

	for (unsigned i = 0; words[i]; i++) {
		EXPECT(i < WORDS_MAX);
		argv[i + 3] = words[i];
	}
	child_output_free(&output);
	exit_status = child_run(argv, &output);
	free(fake_api_take_requests(gateway));
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

/* An 8x8 picture whose first pixel has that colour; the caller frees. */
static uint8_t *picture_of(uint32_t colour, size_t *ret_size)
{
	CLEANUP(picture_destroyp) struct picture *picture = picture_create(8, 8);
	uint8_t *png = NULL;

	picture->pixels[0] = colour;
	EXPECT_INT(picture_to_png(picture, &png, ret_size), 0);
	return png;
}

/* What the guest shows: the answer to all that is asked, the status too. */
static void show(uint32_t colour, bool is_met, unsigned width)
{
	size_t size;
	CLEANUP(freep) uint8_t *png = picture_of(colour, &size);
	CLEANUP(freep) char *picture = base64_encode(png, size);
	CLEANUP(freep)
	char *body = xasprintf(
		"{\"renderer\": \"%s\", \"met\": %s, \"frame\": 7, \"picture\": \"%s\", "
		"\"version\": \"1.2\","
		" \"guest\": {\"name\": \"demo\"},"
		" \"heads\": [{\"index\": 0, \"width\": %u, \"height\": 8, \"frame\": 7}]}",
		told, is_met ? "true" : "false", picture, width);

	fake_api_answer(gateway, 200, body, strlen(body));
}

static void write_picture(const char *path, uint32_t colour)
{
	size_t size;
	CLEANUP(freep) uint8_t *png = picture_of(colour, &size);
	FILE *file = fopen(path, "wb");

	EXPECT(file && fwrite(png, 1, size, file) == size && fclose(file) == 0);
}

/* The caller frees. */
static char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = xcalloc(1, 1 << 16);

	if (!file)
		test_fail(__FILE__, __LINE__, "there is no %s", path);
	EXPECT(fread(text, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	return text;
}

static void expect_in(const char *path, const char *expected)
{
	CLEANUP(freep) char *text = read_text(path);

	if (!strstr(text, expected))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in %s: %s", expected, path, text);
}

static void expect_out(int status, const char *expected)
{
	EXPECT_INT(exit_status, status);
	if (!strstr(output.out, expected))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in: %s%s", expected, output.out,
			  output.err);
}

static void expect_refused(int status, const char *expected)
{
	EXPECT_INT(exit_status, status);
	if (!strstr(output.err, expected))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in: %s", expected, output.err);
}

static void remove_look(void)
{
	static const char *const files[] = {"look/manifest.json",
					    "look/manifest.json.sig",
					    "look/look.scenario",
					    "look/references/line-2.png",
					    "look/references/line-2@2d.png",
					    "look/report/report.html",
					    "look/report/junit.xml",
					    "look/report/line-2-actual.png",
					    "windscreen-report/report.html",
					    "windscreen-report/junit.xml",
					    "windscreen-report/look.json",
					    "windscreen-report/look.scenario",
					    "windscreen-report/line-2-actual.png",
					    "windscreen-report/line-2-difference.png"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	rmdir("look/references");
	rmdir("look/report");
	rmdir("look");
	rmdir("windscreen-report");
}

/* A look of one black picture, whose pixels may be off a little. */
static void save(const char *renderer)
{
	remove_look();
	write_file(".", "test.scenario",
		   "key ret\n"
		   "expect --tolerance 0.1 --cross-tolerance 1 --area \"a b=0,0,8x8\" black.png\n",
		   0600);
	show(BLACK, true, 8);
	if (renderer)
		RUN("--renderer", renderer, "look", "save", "look", "test.scenario");
	else
		RUN("look", "save", "--sign", "key.pem", "--image", "image", "look",
		    "test.scenario");
	EXPECT_STRING(output.err, "");
	EXPECT_INT(exit_status, 0);
}

static void a_look_has_all_that_it_is_made_of(void)
{
	save(NULL);
	expect_in("look/look.scenario", "key ret\nexpect --tolerance 0.1 ");
	expect_in("look/manifest.json", "\"file\":\"references/line-2.png\"");
	expect_in("look/manifest.json", "\"tolerance\":0.1,");
	expect_in("look/manifest.json", "\"a b=0,0,8x8\"");
	expect_in("look/manifest.json", "\"guest\":\"demo\"");
	expect_in("look/manifest.json", "\"gateway\":\"1.2\"");
	/* sha256sum of "abc". */
	expect_in(
		"look/manifest.json",
		"\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"");

	RUN("look", "save", "look", "test.scenario");
	expect_refused(3, "look/manifest.json has been saved before");
}

static void a_guest_that_looks_the_same_does(void)
{
	save(NULL);
	RUN("look", "check", "look");
	expect_out(0, "same                       0  line 2: expect --tolerance");
	expect_in("windscreen-report/look.json", "\"verdict\":\"same\"");
	expect_in("windscreen-report/look.scenario",
		  "key ret\nexpect --head 0 --timeout 30000ms --tolerance 0.1 --allow 0 "
		  "--area \"a b=0,0,8x8\" \"/");
	expect_in("windscreen-report/junit.xml", "name=\"line 2: expect --head 0");

	show(NEAR_BLACK, true, 8);
	RUN("look", "check", "look");
	expect_out(0, "same within tolerance      0  line 2: ");

	show(WHITE, false, 8);
	RUN("look", "check", "look");
	expect_out(1, "different                  0  line 2: ");
	expect_out(1, "different                  0  8x8, and all of the above");
	expect_in("windscreen-report/look.json", "\"verdict\":\"different\"");
	expect_in("windscreen-report/report.html", "alt=\"difference\"");

	/* What was there before is not what is there. */
	show(BLACK, true, 8);
	fake_api_answer(gateway, 404, "{\"error\": \"there is no head 0\"}", 31);
	RUN("look", "check", "look");
	EXPECT_INT(exit_status, 3);
	EXPECT(access("windscreen-report/line-2-actual.png", F_OK) < 0);
}

static void a_head_of_another_size_is_different(void)
{
	save(NULL);
	show(BLACK, true, 9);
	RUN("look", "check", "look");
	expect_out(1, "different                  0  9x8 where there was 8x8");
}

static void another_renderer_may_draw_it_in_its_way(void)
{
	save("2d");
	expect_in("look/manifest.json", "\"file\":\"references/line-2@2d.png\"");
	show(WHITE, true, 8);
	RUN("--renderer", "virgl-gpu", "look", "check", "look");
	expect_out(0, "renderer differs only      0  line 2: ");
	expect_in("windscreen-report/look.json", "\"expected_renderer\":\"2d\"");

	RUN("--renderer", "2d", "look", "check", "look");
	expect_out(1, "different                  0  line 2: ");
}

static void the_gateway_may_tell_the_renderer(void)
{
	told = "2d";
	save(NULL);
	expect_in("look/manifest.json", "\"renderer\":\"2d\"");
	expect_in("look/manifest.json", "\"file\":\"references/line-2@2d.png\"");
	told = "virgl-gpu";
	show(WHITE, true, 8);
	RUN("look", "check", "look");
	expect_out(0, "renderer differs only      0  line 2: ");
	RUN("--renderer", "2d", "look", "check", "look");
	expect_out(1, "different                  0  line 2: ");

	/* It would become part of files' names. */
	told = "../2d";
	save(NULL);
	expect_in("look/manifest.json", "\"renderer\":\"\"");
	told = "";
}

static void what_was_changed_since_is_named(void)
{
	save(NULL);
	write_picture("look/references/line-2.png", WHITE);
	RUN("look", "check", "look");
	expect_refused(3, "look/references/line-2.png is not the file that was saved");
	EXPECT_INT(output.size, 0);

	save(NULL);
	write_file("look", "look.scenario", "key ret\n", 0600);
	RUN("look", "check", "look");
	expect_refused(3, "look/look.scenario is not the file that was saved");

	save(NULL);
	unlink("look/references/line-2.png");
	RUN("look", "check", "look");
	expect_refused(3, "cannot read look/references/line-2.png: No such file");
}

static void a_manifest_that_is_none_is_refused(void)
{
	static const char *const wrong[] = {
		"",
		"[]",
		"{}",
		"{\"format\": 2, \"renderer\": \"\", \"heads\": [], \"references\": [],"
		" \"scenario\": {\"sha256\": \"\"}}",
		"{\"format\": 1, \"renderer\": \"a/b\", \"heads\": [], \"references\": [],"
		" \"scenario\": {\"sha256\": \"\"}}",
		"{\"format\": 1, \"renderer\": \"\", \"heads\": [3], \"references\": [],"
		" \"scenario\": {\"sha256\": \"\"}}",
		"{\"format\": 1, \"renderer\": \"\", \"heads\": [], \"scenario\": {\"sha256\": "
		"\"\"},"
		" \"references\": [{\"line\": 1, \"file\": \"references/../../x\", \"sha256\": "
		"\"\","
		" \"head\": 0, \"timeout_ms\": 1, \"tolerance\": 0, \"allow\": 0,"
		" \"cross_tolerance\": 0, \"cross_allow\": 0, \"areas\": [], \"ignore\": []}]}",
	};

	save(NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		write_file("look", "manifest.json", wrong[i], 0600);
		RUN("look", "check", "look");
		expect_refused(3, "look/manifest.json is not how a guest looks");
	}
	RUN("look", "check", "none");
	expect_refused(3, "cannot read none/manifest.json: No such file");
}

/* Writes an Ed25519 key: the private one, and the public one. */
static void make_key(const char *private_path, const char *public_path)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	FILE *file = fopen(private_path, "w");

	EXPECT(key && file && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
	fclose(file);
	file = fopen(public_path, "w");
	EXPECT(file && PEM_write_PUBKEY(file, key) == 1);
	fclose(file);
	EVP_PKEY_free(key);
}

static void a_signature_says_who_saved_it(void)
{
	CLEANUP(freep) char *manifest = NULL;
	CLEANUP(freep) char *changed = NULL;

	save(NULL);
	RUN("look", "check", "--verify", "key.pub", "look");
	EXPECT_INT(exit_status, 0);
	RUN("look", "check", "--verify", "other.pub", "look");
	expect_refused(3, "look/manifest.json was not signed by the key in other.pub");
	RUN("look", "check", "--verify", "key.pem", "look");
	expect_refused(3, "key.pem is no public Ed25519 key");

	manifest = read_text("look/manifest.json");
	changed = xasprintf("%s ", manifest);
	write_file("look", "manifest.json", changed, 0600);
	RUN("look", "check", "--verify", "key.pub", "look");
	expect_refused(3, "or was changed since");
	RUN("look", "check", "look");
	EXPECT_INT(exit_status, 0);

	unlink("look/manifest.json.sig");
	RUN("look", "check", "--verify", "key.pub", "look");
	expect_refused(3, "cannot read look/manifest.json.sig: No such file");
}

static void what_would_be_in_vain_is_not_begun(void)
{
	remove_look();
	RUN("look", "save", "--sign", "key.pub", "look", "test.scenario");
	expect_refused(3, "key.pub is no private Ed25519 key");
	RUN("look", "save", "--image", "none.img", "look", "test.scenario");
	expect_refused(3, "cannot read none.img: No such file");
	write_file(".", "twice.scenario", "capture a\ncapture --head 1 a\n", 0600);
	RUN("look", "save", "look", "twice.scenario");
	expect_refused(2, "twice.scenario:2:1: there are two captures of the name a");
	EXPECT(access("look", F_OK) < 0);

	write_file(".", "blind.scenario", "key ret\n", 0600);
	RUN("look", "save", "look", "blind.scenario");
	expect_refused(2, "blind.scenario captures and expects no picture");
	EXPECT(access("look/manifest.json", F_OK) < 0);

	RUN("look");
	expect_refused(2, "look save or look check");
	RUN("look", "save", "look");
	expect_refused(2, "a folder and a scenario");
	RUN("look", "check");
	expect_refused(2, "needs a folder");
	RUN("look", "save", "--cross-tolerance", "2", "look", "test.scenario");
	expect_refused(2, "2 is no tolerance");
}

int main(void)
{
	char *directory = temporary_create();

	EXPECT_INT(chdir(directory), 0);
	gateway = fake_api_create("gateway.sock");
	write_picture("black.png", BLACK);
	write_file(".", "image", "abc", 0600);
	make_key("key.pem", "key.pub");
	make_key("other.pem", "other.pub");
	RUN_TEST(a_look_has_all_that_it_is_made_of);
	RUN_TEST(a_guest_that_looks_the_same_does);
	RUN_TEST(a_head_of_another_size_is_different);
	RUN_TEST(another_renderer_may_draw_it_in_its_way);
	RUN_TEST(the_gateway_may_tell_the_renderer);
	RUN_TEST(what_was_changed_since_is_named);
	RUN_TEST(a_manifest_that_is_none_is_refused);
	RUN_TEST(a_signature_says_who_saved_it);
	RUN_TEST(what_would_be_in_vain_is_not_begun);
	child_output_free(&output);
	fake_api_destroy(gateway);
	remove_look();
	temporary_destroy(directory);
	return 0;
}
