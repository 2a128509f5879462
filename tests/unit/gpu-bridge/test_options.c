/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/options.h"

#include <errno.h>

#include "tests/support/test.h"

static int parse(struct options *options, char *error, const char *const *words)
{
	char *argv[32] = {"windscreen-gpu-bridge"};
	int argc = 1;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	error[0] = '\0';
	return options_parse(argc, argv, options, error);
}

#define PARSE(...) parse(&options, error, (const char *const[]){__VA_ARGS__, NULL})

static void without_options_there_is_one_output_and_half_a_gigabyte(void)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--gpu", "listen:/run/gpu.sock"), 0);
	EXPECT(options.gpu.we_listen);
	EXPECT_STRING(options.gpu.path, "/run/gpu.sock");
	EXPECT_INT(options.outputs, 1);
	EXPECT_INT(options.sizes[0].width, 1920);
	EXPECT_INT(options.sizes[0].height, 1080);
	EXPECT_INT(options.memory_max, 512 << 20);
	EXPECT(!options.display);
	EXPECT_INT(options.containment, CONTAINMENT_AUTO);
	EXPECT(!options.panel);
}

static void options_are_taken(void)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--name", "ivi", "--gpu", "connect:gpu.sock", "--display", "d.sock",
			 "--panel", "on", "--outputs", "16", "--mode", "7680x1080", "--memory",
			 "1024", "--containment", "off", "--log-level", "debug"),
		   0);
	EXPECT_STRING(options.name, "ivi");
	EXPECT(!options.gpu.we_listen);
	EXPECT_STRING(options.display, "d.sock");
	EXPECT(options.panel);
	EXPECT_INT(options.outputs, 16);
	EXPECT_INT(options.sizes[0].width, 7680);
	EXPECT_INT(options.sizes[0].height, 1080);
	EXPECT_INT(options.memory_max, 1 << 30);
	EXPECT_INT(options.containment, CONTAINMENT_OFF);
	EXPECT_INT(options.log_level, LOG_LEVEL_DEBUG);
}

static void each_output_can_have_a_size_of_its_own_and_the_last_is_for_the_rest(void)
{
	static const struct options_size expected[] = {{1920, 1080}, {1920, 720}, {16384, 1}};
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--gpu", "listen:x", "--mode", "1920x1080,1920x720,16384x1"), 0);
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++) {
		EXPECT_INT(options.sizes[i].width, expected[i < 2 ? i : 2].width);
		EXPECT_INT(options.sizes[i].height, expected[i < 2 ? i : 2].height);
	}
	EXPECT_INT(PARSE("--gpu", "listen:x", "--mode",
			 "1x1,1x2,1x3,1x4,1x5,1x6,1x7,1x8,1x9,1x10,1x11,1x12,1x13,1x14,1x15,1x16"),
		   0);
	EXPECT_INT(options.sizes[15].height, 16);
}

static void a_flag_takes_no_word_from_what_follows(void)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--gl", "--gpu", "listen:gpu.sock"), 0);
	EXPECT(options.gl);
	EXPECT_STRING(options.gpu.path, "gpu.sock");
	EXPECT_INT(PARSE("--gpu", "listen:gpu.sock", "--gl"), 0);
	EXPECT(options.gl);
	EXPECT_INT(PARSE("--gpu", "listen:gpu.sock"), 0);
	EXPECT(!options.gl);
	EXPECT_INT(PARSE("--gpu", "listen:gpu.sock", "--gl", "on"), -EINVAL);
}

static void what_is_wrong_is_named(void)
{
	static const char *const wrong[][2] = {
		{"--gpu", "gpu.sock"},
		{"--gpu", "listen:"},
		{"--outputs", "0"},
		{"--outputs", "17"},
		{"--outputs", "2x"},
		{"--outputs", "-1"},
		{"--mode", "0x1080"},
		{"--mode", "1920"},
		{"--mode", "1920x"},
		{"--mode", "1920x1080x1"},
		{"--mode", "16385x1"},
		{"--memory", "0"},
		{"--memory", "1e3"},
		{"--memory", "99999999999999999999"},
		{"--name", ""},
		{"--display", ""},
		{"--panel", "yes"},
		{"--keyboard", ""},
		{"--touch", "connect:touch.sock"},
		{"--log-level", "loud"},
		{"--colour", "red"},
		{"--mode", NULL},
		{"--mode", ""},
		{"--mode", "1x1,"},
		{"--mode", ",1x1"},
		{"--mode", "1x1;2x2"},
		{"--mode", "1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1,1x1"},
	};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct options options;
		char error[OPTIONS_ERROR_MAX];

		EXPECT_INT(PARSE("--gpu", "listen:x", wrong[i][0], wrong[i][1]), -EINVAL);
		EXPECT(strstr(error, wrong[i][0]));
	}
}

static void a_socket_for_the_gpu_is_needed(void)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--name", "ivi"), -EINVAL);
	EXPECT_STRING(error, "--gpu is missing");
}

static void input_devices_are_taken_in_their_order(void)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--gpu", "listen:g", "--display", "d", "--outputs", "2", "--keyboard", "k",
			 "--touch", "t0", "--touch", "t1"),
		   0);
	EXPECT_INT(options.input[INPUT_KEYBOARD].count, 1);
	EXPECT(options.input[INPUT_KEYBOARD].at[0].we_listen);
	EXPECT_STRING(options.input[INPUT_KEYBOARD].at[0].path, "k");
	EXPECT_INT(options.input[INPUT_TOUCH].count, 2);
	EXPECT(options.input[INPUT_TOUCH].at[0].we_listen);
	EXPECT_STRING(options.input[INPUT_TOUCH].at[0].path, "t0");
	EXPECT(options.input[INPUT_TOUCH].at[1].we_listen);
	EXPECT_STRING(options.input[INPUT_TOUCH].at[1].path, "t1");
	EXPECT_INT(options.input[INPUT_TABLET].count, 0);
	EXPECT_INT(options.input[INPUT_MOUSE].count, 0);
}

static void input_devices_that_make_no_sense_are_refused(void)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--gpu", "listen:g", "--display", "d", "--tablet", "a", "--tablet", "b"),
		   -EINVAL);
	EXPECT_STRING(error, "--tablet: there are more of them (2) than outputs (1)");
	EXPECT_INT(PARSE("--gpu", "listen:g", "--display", "d", "--outputs", "2", "--keyboard", "a",
			 "--keyboard", "b"),
		   -EINVAL);
	EXPECT_STRING(error, "--keyboard: there can be 1 at most");
	EXPECT_INT(PARSE("--gpu", "listen:g", "--mouse", "a"), -EINVAL);
	EXPECT_STRING(error, "--mouse: without --display there is no input");
}

int main(void)
{
	RUN_TEST(without_options_there_is_one_output_and_half_a_gigabyte);
	RUN_TEST(options_are_taken);
	RUN_TEST(each_output_can_have_a_size_of_its_own_and_the_last_is_for_the_rest);
	RUN_TEST(a_flag_takes_no_word_from_what_follows);
	RUN_TEST(what_is_wrong_is_named);
	RUN_TEST(input_devices_are_taken_in_their_order);
	RUN_TEST(input_devices_that_make_no_sense_are_refused);
	RUN_TEST(a_socket_for_the_gpu_is_needed);
	return 0;
}
