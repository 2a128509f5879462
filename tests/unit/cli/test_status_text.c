/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/status_text.h"

#include <json-c/json.h>

#include "common/cleanup.h"
#include "tests/support/test.h"

static char *text_of(const char *json)
{
	struct json_object *status = json_tokener_parse(json);
	char *text;

	EXPECT(status);
	text = status_text(status, "dev@car");
	json_object_put(status);
	return text;
}

#define EXPECT_LINE(text, line) \
	do { \
		if (!strstr(text, line)) \
			test_fail(__FILE__, __LINE__, "\"%s\" is not in:\n%s", line, text); \
	} while (0)

static const char full_status[] =
	"{\"name\": \"ivi\", \"version\": \"0.1.0\","
	" \"guest\": {\"attached\": true, \"reason\": \"\", \"name\": \"demo\", \"uuid\": "
	"\"8c3b\"},"
	" \"heads\": [{\"index\": 0, \"width\": 1920, \"height\": 1080, \"frame\": 5121, "
	"\"notice\": \"\","
	"             \"encodes\": {\"units\": 120, \"key_units\": 3, \"unit_bytes\": 1234567,"
	"                         \"encode_us\": 492000, \"pieces\": 40, \"pieces_shared\": 80}},"
	"             {\"index\": 1, \"width\": 1920, \"height\": 720, \"frame\": 9, \"notice\": "
	"\"it is off\"}],"
	" \"viewers\": [{\"id\": 3, \"protocol\": \"vnc\", \"peer\": \"127.0.0.1:51234\", "
	"\"seconds\": 3723,"
	"               \"frames\": 310, \"bytes\": 2890112, \"dropped\": 12, \"video\": "
	"\"cheaper\","
	"               \"units\": 300, \"kbps\": 4800, \"heads\": [0, 1],"
	"               \"written\": {\"count\": 298, \"p50_us\": 2100, \"p95_us\": 7940},"
	"               \"acknowledged\": {\"count\": 0}}],"
	" \"listeners\": {\"rdp\": \"127.0.0.1:3389\", \"vnc\": [\"127.0.0.1:5900\", "
	"\"unix:/run/vnc.1\"],"
	"                 \"web\": \"127.0.0.1:8080\", \"control\": \"/run/ivi.sock\"},"
	" \"access\": {\"mode\": \"password\", \"user\": \"dev\", \"password\": \"long-one\", "
	"\"vnc_password\": \"short\"}}";

static void everything_is_told_in_lines(void)
{
	CLEANUP(freep) char *text = text_of(full_status);

	EXPECT_LINE(text, "ivi: attached to demo (8c3b)\n");
	EXPECT_LINE(text, "  head 0   1920x1080  frame 5121\n");
	EXPECT_LINE(text, "  head 1   1920x720   it is off\n");
	EXPECT_LINE(
		text,
		"  3   vnc  127.0.0.1:51234        head 0,1  for 1:02:03, 310 updates, 2.9 MB\n");
	EXPECT_LINE(text, "           video: 120 units (3 key), 1.2 MB, 4.1 ms each\n"
			  "           pixels: 40 pieces, 80 more shared\n");
	EXPECT_LINE(text, "      video: cheaper, 300 units, 12 frames dropped, the line takes 4800 "
			  "kbit/s, written after 2.1 ms (95%: 7.9)\n");
	EXPECT_LINE(text, "  RDP      127.0.0.1:3389            user dev, password long-one\n");
	EXPECT_LINE(text, "  VNC      127.0.0.1:5900            head 0, password short\n");
	EXPECT_LINE(text, "  VNC      unix:/run/vnc.1           head 1, password short\n");
	EXPECT_LINE(text, "  Browser  http://127.0.0.1:8080/    user dev, password long-one\n");
	EXPECT_LINE(text, "  Scripts  windscreen --control /run/ivi.sock\n");
	EXPECT_LINE(text,
		    "  ssh -N -L 3389:127.0.0.1:3389 -L 5900:127.0.0.1:5900 -L 5901:/run/vnc.1"
		    " -L 8080:127.0.0.1:8080 dev@car\n");
}

static void a_missing_guest_is_told_with_the_reason(void)
{
	CLEANUP(freep)
	char *text = text_of("{\"name\": \"ivi\", \"guest\": {\"attached\": false, \"reason\": "
			     "\"/run/qmp: No such file\"}}");

	EXPECT_LINE(text, "ivi: no guest: /run/qmp: No such file\n");
	EXPECT_LINE(text, "Viewers: none\n");
}

static void what_others_can_reach_needs_no_tunnel_and_is_encrypted(void)
{
	CLEANUP(freep)
	char *text = text_of(
		"{\"listeners\": {\"rdp\": \"0.0.0.0:3389\", \"web\": \"10.0.0.1:8443\"},"
		" \"access\": {\"mode\": \"password\", \"user\": \"dev\"}}");

	EXPECT_LINE(text, "https://10.0.0.1:8443/");
	EXPECT(!strstr(text, "ssh"));
	EXPECT(!strstr(text, "VNC"));
}

static void without_the_machines_name_there_is_no_tunnel(void)
{
	struct json_object *status = json_tokener_parse(full_status);
	CLEANUP(freep) char *text = status_text(status, NULL);

	EXPECT_LINE(text, "127.0.0.1:3389");
	EXPECT(!strstr(text, "ssh"));
	json_object_put(status);
}

static void open_access_is_told(void)
{
	CLEANUP(freep)
	char *text = text_of("{\"listeners\": {\"rdp\": \"127.0.0.1:3389\", \"vnc\": "
			     "[\"127.0.0.1:5900\"]}, \"access\": {\"mode\": \"open\"}}");

	EXPECT_LINE(text, "  RDP      127.0.0.1:3389            no password\n");
	EXPECT_LINE(text, "head 0\n");
}

static void nonsense_is_no_crash(void)
{
	static const char *const statuses[] = {
		"{}",
		"{\"guest\": 1, \"heads\": {}, \"viewers\": \"x\", \"listeners\": [], \"access\": "
		"null}",
		"{\"heads\": [1, null, \"x\"], \"viewers\": [[]], \"listeners\": {\"vnc\": [null, "
		"7]}}",
	};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		CLEANUP(freep) char *text = text_of(statuses[i]);

		EXPECT(*text);
	}
}

static void control_characters_do_not_reach_the_terminal(void)
{
	CLEANUP(freep)
	char *text = text_of(
		"{\"name\": \"\\u001b[31mred\\u0007\", \"guest\": {\"attached\": true}}");

	EXPECT_LINE(text, "?[31mred?: attached\n");
}

int main(void)
{
	RUN_TEST(everything_is_told_in_lines);
	RUN_TEST(a_missing_guest_is_told_with_the_reason);
	RUN_TEST(what_others_can_reach_needs_no_tunnel_and_is_encrypted);
	RUN_TEST(without_the_machines_name_there_is_no_tunnel);
	RUN_TEST(open_access_is_told);
	RUN_TEST(nonsense_is_no_crash);
	RUN_TEST(control_characters_do_not_reach_the_terminal);
	return 0;
}
