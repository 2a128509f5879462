/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "gateway/source/source.h"
#include "tests/support/test.h"

static void expect_address(const char *text, enum source_transport transport, const char *path)
{
	struct source_address address;

	EXPECT_INT(source_address_parse(text, &address), 0);
	EXPECT_INT(address.transport, transport);
	EXPECT_STRING(address.path, path);
	free(address.path);
}

static void a_monitor_and_a_display_are_told_apart(void)
{
	expect_address("qmp:/run/vm/qmp.sock", SOURCE_QMP, "/run/vm/qmp.sock");
	expect_address("display1:ivi.sock", SOURCE_DISPLAY1, "ivi.sock");
	expect_address("qmp:a:b", SOURCE_QMP, "a:b");
}

static void anything_else_is_refused(void)
{
	static const char *const wrong[] = {
		"",	      "qmp",	    "qmp:", "display1:", "/run/vm/qmp.sock",
		"QMP:/run/x", "vnc:/run/x", ":x",
	};
	struct source_address address;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		EXPECT_INT(source_address_parse(wrong[i], &address), -EINVAL);
}

static void a_path_longer_than_a_socket_s_is_refused(void)
{
	char text[200] = "qmp:";
	struct source_address address;

	memset(text + 4, 'a', 108);
	EXPECT_INT(source_address_parse(text, &address), -EINVAL);
	text[4 + 107] = '\0';
	EXPECT_INT(source_address_parse(text, &address), 0);
	free(address.path);
}

int main(void)
{
	RUN_TEST(a_monitor_and_a_display_are_told_apart);
	RUN_TEST(anything_else_is_refused);
	RUN_TEST(a_path_longer_than_a_socket_s_is_refused);
	return 0;
}
