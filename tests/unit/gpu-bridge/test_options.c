/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/options.h"

#include <errno.h>

#include "tests/support/test.h"

static int parse(struct options *options, char *error, const char *const *words)
{
	char *argv[16] = {"windscreen-gpu-bridge"};
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
	EXPECT_INT(options.width, 1920);
	EXPECT_INT(options.memory_max, 512 << 20);
	EXPECT(!options.display);
}

static void options_are_taken(void)
{
	struct options options;
	char error[OPTIONS_ERROR_MAX];

	EXPECT_INT(PARSE("--name", "ivi", "--gpu", "connect:gpu.sock", "--display", "d.sock",
			 "--outputs", "16", "--mode", "7680x1080", "--memory", "1024",
			 "--log-level", "debug"),
		   0);
	EXPECT_STRING(options.name, "ivi");
	EXPECT(!options.gpu.we_listen);
	EXPECT_STRING(options.display, "d.sock");
	EXPECT_INT(options.outputs, 16);
	EXPECT_INT(options.width, 7680);
	EXPECT_INT(options.height, 1080);
	EXPECT_INT(options.memory_max, 1 << 30);
	EXPECT_INT(options.log_level, LOG_LEVEL_DEBUG);
}

static void what_is_wrong_is_named(void)
{
	static const char *const wrong[][2] = {
		{"--gpu", "gpu.sock"},	 {"--gpu", "listen:"},
		{"--outputs", "0"},	 {"--outputs", "17"},
		{"--outputs", "2x"},	 {"--outputs", "-1"},
		{"--mode", "0x1080"},	 {"--mode", "1920"},
		{"--mode", "1920x"},	 {"--mode", "1920x1080x1"},
		{"--mode", "16385x1"},	 {"--memory", "0"},
		{"--memory", "1e3"},	 {"--memory", "99999999999999999999"},
		{"--name", ""},		 {"--display", ""},
		{"--log-level", "loud"}, {"--colour", "red"},
		{"--mode", NULL},
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

int main(void)
{
	RUN_TEST(without_options_there_is_one_output_and_half_a_gigabyte);
	RUN_TEST(options_are_taken);
	RUN_TEST(what_is_wrong_is_named);
	RUN_TEST(a_socket_for_the_gpu_is_needed);
	return 0;
}
