/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `windscreen compare`: what it prints, what it writes, and its exit status.
 */

#include <json-c/json.h>

#include "picture/picture.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define WIDTH  64
#define HEIGHT 48

#define WORDS_MAX 16

static const char *renderer; /* NULL: nothing is said of it */
static int exit_status;
static struct child_output output;

/* Runs `windscreen compare` with `words`, which end with NULL. */
static void run(const char *const *words)
{
	const char *argv[WORDS_MAX + 5] = {CLI_PATH};
	unsigned count = 1;

	if (renderer) {
		argv[count++] = "--renderer";
		argv[count++] = renderer;
	}
	argv[count++] = "compare";
	for (unsigned i = 0; words[i]; i++) {
		EXPECT(i < WORDS_MAX);
		argv[count++] = words[i];
	}
	child_output_free(&output);
	exit_status = child_run(argv, &output);
}

#define COMPARE(...) run((const char *const[]){__VA_ARGS__, NULL})

/* A picture in a file, with a white square of `side` at 20,10. */
static void write_picture(const char *name, uint32_t width, uint32_t side)
{
	CLEANUP(picture_destroyp) struct picture *picture = picture_create(width, HEIGHT);
	CLEANUP(freep) uint8_t *png = NULL;
	size_t size;
	FILE *file = fopen(name, "wb");

	for (uint32_t y = 10; y < 10 + side; y++)
		for (uint32_t x = 20; x < 20 + side; x++)
			picture_row(picture, y)[x] = 0xffffff;
	EXPECT_INT(picture_to_png(picture, &png, &size), 0);
	EXPECT(file && fwrite(png, 1, size, file) == size && fclose(file) == 0);
}

static void expect_refused(int status, const char *expected)
{
	EXPECT_INT(exit_status, status);
	if (!strstr(output.err, expected))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in: %s", expected, output.err);
	EXPECT(strchr(output.err, '\n') == output.err + strlen(output.err) - 1);
	EXPECT_INT(output.size, 0);
}

static void the_same_picture_is_the_same(void)
{
	COMPARE("--difference", "difference.png", "reference.png", "reference.png");
	EXPECT_INT(exit_status, 0);
	EXPECT_STRING(output.out, "same\n");
	EXPECT_STRING(output.err, "");
	EXPECT(access("difference.png", F_OK) < 0);
}

static void what_differs_is_said_and_drawn(void)
{
	CLEANUP(picture_destroyp) struct picture *difference = NULL;

	COMPARE("--difference", "difference.png", "reference.png", "square.png");
	EXPECT_INT(exit_status, 1);
	EXPECT(strstr(output.out, "different: 64 of 3072 pixels in 20,10,8x8; worst "));
	EXPECT(strstr(output.out, "(#ffffff, expected #000000)"));
	EXPECT_INT(picture_read("difference.png", &difference), 0);
	EXPECT_INT(difference->width, WIDTH);
	EXPECT(picture_row(difference, 14)[24] != 0);
	EXPECT_INT(picture_row(difference, 40)[50], 0);
	unlink("difference.png");
}

static void areas_have_verdicts_by_their_names(void)
{
	COMPARE("--area", "clock=20,10,8x8", "--area", "0,0,10x10", "reference.png", "square.png");
	EXPECT_INT(exit_status, 1);
	EXPECT(strstr(output.out, "clock: different: 64 of 64 pixels in 20,10,8x8; "));
	EXPECT(strstr(output.out, "\n0,0,10x10: same\n"));
	COMPARE("--ignore", "20,10,8x8", "reference.png", "square.png");
	EXPECT_INT(exit_status, 0);
	COMPARE("--allow", "64", "reference.png", "square.png");
	EXPECT_INT(exit_status, 0);
	COMPARE("--tolerance", "1", "reference.png", "square.png");
	EXPECT_INT(exit_status, 0);
	EXPECT(strstr(output.out, "same within the tolerance: worst 0."));
}

static void programs_get_it_as_json(void)
{
	struct json_object *list, *verdict, *different;

	COMPARE("--json", "reference.png", "square.png");
	EXPECT_INT(exit_status, 1);
	list = json_tokener_parse(output.out);
	EXPECT_INT(json_object_array_length(list), 1);
	verdict = json_object_array_get_idx(list, 0);
	EXPECT(json_object_object_get_ex(verdict, "different", &different));
	EXPECT_INT(json_object_get_int(different), 64);
	json_object_put(list);
}

static void another_renderer_s_picture_may_be_off_by_more(void)
{
#define CROSS(...) COMPARE("--cross-tolerance", "0.9", "--cross-allow", "64", __VA_ARGS__)

	renderer = "virgl";
	CROSS("reference.png", "square.png");
	EXPECT_INT(exit_status, 0);
	EXPECT(strstr(output.out, "same within the tolerance: "));
	COMPARE("reference.png", "square.png");
	EXPECT_INT(exit_status, 1);

	/* It has one of its own. */
	write_picture("reference@virgl.png", WIDTH, 4);
	CROSS("reference.png", "square.png");
	EXPECT_INT(exit_status, 1);
	EXPECT(strstr(output.out, "different: 48 of 3072 pixels"));

	renderer = NULL;
	CROSS("reference.png", "square.png");
	EXPECT_INT(exit_status, 1);
	unlink("reference@virgl.png");
}

static void pictures_of_two_sizes_are_not_the_same(void)
{
	COMPARE("reference.png", "wide.png");
	expect_refused(1, "reference.png has 64x48 pixels, and wide.png 65x48");
}

static void what_cannot_be_read_or_written_is_named(void)
{
	COMPARE("none.png", "reference.png");
	expect_refused(3, "cannot read none.png: No such file or directory");
	COMPARE("reference.png", "text.png");
	expect_refused(3, "text.png is no PNG picture");
	COMPARE("--difference", "no/folder.png", "reference.png", "square.png");
	EXPECT_INT(exit_status, 3);
	EXPECT(strstr(output.err, "cannot write no/folder.png"));
}

static void wrong_usage_is_refused(void)
{
	COMPARE("reference.png");
	expect_refused(2, "two files");
	COMPARE("--tolerance", "2", "reference.png", "reference.png");
	expect_refused(2, "2 is no tolerance from 0 to 1");
	COMPARE("--area", "clock=1,2", "reference.png", "reference.png");
	expect_refused(2, "clock=1,2 is no area");
	COMPARE("--area", "clock=60,2,5x5", "reference.png", "reference.png");
	expect_refused(2, "the area clock is outside of the 64x48 pixels");
	COMPARE("--ignore", "x", "reference.png", "reference.png");
	expect_refused(2, "x is no area");
	COMPARE("--allow", "-1", "reference.png", "reference.png");
	expect_refused(2, "-1 is no number of pixels");
}

int main(void)
{
	char *directory = temporary_create();

	EXPECT_INT(chdir(directory), 0);
	write_picture("reference.png", WIDTH, 0);
	write_picture("square.png", WIDTH, 8);
	write_picture("wide.png", WIDTH + 1, 0);
	write_file(directory, "text.png", "text", 0600);
	RUN_TEST(the_same_picture_is_the_same);
	RUN_TEST(what_differs_is_said_and_drawn);
	RUN_TEST(areas_have_verdicts_by_their_names);
	RUN_TEST(programs_get_it_as_json);
	RUN_TEST(another_renderer_s_picture_may_be_off_by_more);
	RUN_TEST(pictures_of_two_sizes_are_not_the_same);
	RUN_TEST(what_cannot_be_read_or_written_is_named);
	RUN_TEST(wrong_usage_is_refused);
	child_output_free(&output);
	temporary_destroy(directory);
	return 0;
}
