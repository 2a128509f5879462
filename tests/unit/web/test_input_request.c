/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/input_request.h"

#include "common/cleanup.h"
#include "common/loop.h"
#include "gateway/frame/heads.h"
#include "tests/support/test.h"

#define WIDTH  640
#define HEIGHT 480

struct stage {
	struct loop *loop;
	struct head_policy policies[HEADS_MAX];
	struct heads *heads;
	struct input_contacts contacts;
	struct input_events events;
	char error[REQUEST_ERROR_MAX];
};

static void open_stage(struct stage *stage)
{
	*stage = (struct stage){.policies = {{.size = {WIDTH, HEIGHT}}, {.size = {320, 240}}}};
	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->heads = heads_create(stage->loop, 64 << 20, stage->policies);
	heads_grow(stage->heads, 2, "off");
	head_show_notice(heads_get(stage->heads, 0), "off");
}

static void close_stage(struct stage *stage)
{
	heads_destroy(stage->heads);
	loop_destroy(stage->loop);
}

#define STAGE \
	CLEANUP(close_stage) struct stage stage; \
	open_stage(&stage)

static void free_json(struct json_object **json)
{
	json_object_put(*json);
}

/* The requests, with 'single' quotes. */
static struct json_object *parse(const char *text)
{
	char json[256];
	struct json_object *parsed;

	snprintf(json, sizeof(json), "%s", text);
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	parsed = json_tokener_parse(json);
	EXPECT(parsed);
	return parsed;
}

static unsigned key(struct stage *stage, const char *text)
{
	CLEANUP(free_json) struct json_object *json = parse(text);

	return input_request_key(json, &stage->events, stage->error);
}

static unsigned pointer(struct stage *stage, const char *text)
{
	CLEANUP(free_json) struct json_object *json = parse(text);

	return input_request_pointer(json, stage->heads, &stage->events, stage->error);
}

static unsigned touch(struct stage *stage, const char *text)
{
	CLEANUP(free_json) struct json_object *json = parse(text);

	return input_request_touch(json, stage->heads, &stage->contacts, &stage->events,
				   stage->error);
}

static unsigned contact(struct stage *stage, const char *text)
{
	CLEANUP(free_json) struct json_object *json = parse(text);

	return input_request_contact(json, stage->heads, &stage->contacts, &stage->events,
				     stage->error);
}

static void expect_words(const struct stage *stage, unsigned status, const char *words)
{
	EXPECT_INT(status, 400);
	if (!strstr(stage->error, words))
		test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", stage->error, words);
}

static void a_chord_goes_down_in_order_and_up_in_the_other(void)
{
	STAGE;

	EXPECT_INT(key(&stage, "{'keys': 'ctrl+alt+delete'}"), 0);
	EXPECT_INT(stage.events.count, 6);
	EXPECT_INT(stage.events.events[0].key.qnum, 0x1d);
	EXPECT(stage.events.events[0].key.is_down);
	EXPECT_INT(stage.events.events[5].key.qnum, 0x1d);
	EXPECT(!stage.events.events[5].key.is_down);

	EXPECT_INT(key(&stage, "{'keys': 'a+b', 'action': 'down'}"), 0);
	EXPECT_INT(stage.events.count, 2);
	EXPECT_INT(key(&stage, "{'keys': 'a+b', 'action': 'up'}"), 0);
	EXPECT_INT(stage.events.count, 2);
	EXPECT_INT(stage.events.events[0].key.qnum, 0x30);
}

static void a_wrong_key_request_names_what_is_wrong(void)
{
	STAGE;

	expect_words(&stage, key(&stage, "{'keys': 'ctrl+banana'}"), "\"banana\" is not a key");
	expect_words(&stage, key(&stage, "{'keys': ''}"), "not a key");
	expect_words(&stage, key(&stage, "{'keys': 7}"), "keys must be a text");
	expect_words(&stage, key(&stage, "{}"), "keys must be a text");
	expect_words(&stage, key(&stage, "{'keys': 'a', 'action': 'smash'}"), "action must be");
	expect_words(&stage, key(&stage, "{'keys': 'a', 'action': 1}"), "action must be");
	expect_words(&stage, key(&stage, "{'keys': 'a', 'kesy': 'b'}"), "\"kesy\" is not known");
}

static void the_pointer_moves_first(void)
{
	STAGE;

	EXPECT_INT(pointer(&stage, "{'head': 1, 'x': 319, 'y': 239, 'click': 'left'}"), 0);
	EXPECT_INT(stage.events.count, 3);
	EXPECT_INT(stage.events.events[0].type, INPUT_MOTION);
	EXPECT_INT(stage.events.events[0].head, 1);
	EXPECT_INT(stage.events.events[0].motion.x, 319);
	EXPECT(stage.events.events[1].button.is_down);
	EXPECT(!stage.events.events[2].button.is_down);

	EXPECT_INT(pointer(&stage, "{'x': 0, 'y': 0, 'down': 'extra'}"), 0);
	EXPECT_INT(stage.events.count, 2);
	EXPECT_INT(stage.events.events[1].button.button, INPUT_BUTTON_EXTRA);
	EXPECT(stage.events.events[1].button.is_down);
}

static void a_wheel_turns_in_steps_that_the_seat_takes(void)
{
	STAGE;
	int notches = 0;

	EXPECT_INT(pointer(&stage, "{'x': 0, 'y': 0, 'wheel': -100, 'wheel_x': 100}"), 0);
	for (unsigned i = 1; i < stage.events.count; i++) {
		EXPECT_INT(stage.events.events[i].type, INPUT_WHEEL);
		EXPECT(stage.events.events[i].wheel.dy >= -20);
		notches += stage.events.events[i].wheel.dy;
	}
	EXPECT_INT(notches, -100);
	EXPECT_INT(stage.events.count, 11);
}

static void a_wrong_pointer_request_names_what_is_wrong(void)
{
	STAGE;

	expect_words(&stage, pointer(&stage, "{'x': 640, 'y': 0}"),
		     "position 640,0 is outside head 0 (640x480)");
	expect_words(&stage, pointer(&stage, "{'x': 0, 'y': -1}"), "position 0,-1 is outside");
	expect_words(&stage, pointer(&stage, "{'x': 99999999999999, 'y': 0}"), "99999999999999");
	expect_words(&stage, pointer(&stage, "{'head': 2, 'x': 0, 'y': 0}"), "no head 2");
	expect_words(&stage, pointer(&stage, "{'head': -1, 'x': 0, 'y': 0}"), "no head -1");
	expect_words(&stage, pointer(&stage, "{'x': 1.5, 'y': 0}"), "x must be a whole number");
	expect_words(&stage, pointer(&stage, "{'x': '1', 'y': 0}"), "x must be a whole number");
	expect_words(&stage, pointer(&stage, "{'x': 1}"), "an x and a y");
	expect_words(&stage, pointer(&stage, "{'click': 'left'}"), "needs a position");
	expect_words(&stage, pointer(&stage, "{'x': 1, 'y': 1, 'click': 'nose'}"), "nose");
	expect_words(&stage, pointer(&stage, "{'x': 1, 'y': 1, 'click': 1}"), "click must be");
	expect_words(&stage, pointer(&stage, "{'x': 1, 'y': 1, 'click': 'left', 'down': 'left'}"),
		     "only one");
	expect_words(&stage, pointer(&stage, "{'x': 1, 'y': 1, 'wheel': 101}"), "100 notches");
	expect_words(&stage, pointer(&stage, "{'x': 1, 'y': 1, 'z': 1}"), "\"z\" is not known");
}

static void a_contact_is_lifted_where_it_was(void)
{
	STAGE;

	EXPECT_INT(touch(&stage, "{'head': 1, 'contact': 3, 'action': 'down', 'x': 7, 'y': 8}"), 0);
	EXPECT_INT(touch(&stage, "{'contact': 3, 'action': 'up'}"), 0);
	EXPECT_INT(stage.events.count, 1);
	EXPECT_INT(stage.events.events[0].head, 1);
	EXPECT_INT(stage.events.events[0].touch.kind, INPUT_TOUCH_UP);
	EXPECT_INT(stage.events.events[0].touch.contact, 3);
	EXPECT_INT(stage.events.events[0].touch.x, 7);
	EXPECT_INT(stage.events.events[0].touch.y, 8);
}

static void a_wrong_touch_request_names_what_is_wrong(void)
{
	STAGE;

	expect_words(&stage, touch(&stage, "{'action': 'down'}"), "needs a position");
	expect_words(&stage, touch(&stage, "{'action': 'poke', 'x': 1, 'y': 1}"), "action must be");
	expect_words(&stage, touch(&stage, "{'x': 1, 'y': 1}"), "action must be");
	expect_words(&stage, touch(&stage, "{'action': 'tap', 'contact': 10, 'x': 1, 'y': 1}"),
		     "0 to 9");
	expect_words(&stage, touch(&stage, "{'action': 'tap', 'contact': -1, 'x': 1, 'y': 1}"),
		     "0 to 9");
	expect_words(&stage, touch(&stage, "{'action': 'tap', 'x': 640, 'y': 1}"),
		     "outside head 0");
}

static void a_page_whose_picture_is_older_than_the_head_touches_its_edge(void)
{
	STAGE;

	EXPECT_INT(contact(&stage, "{'action': 'down', 'contact': 0, 'x': 9000, 'y': -5}"), 0);
	EXPECT_INT(stage.events.events[0].touch.x, WIDTH - 1);
	EXPECT_INT(stage.events.events[0].touch.y, 0);
	expect_words(&stage, contact(&stage, "{'action': 'tap', 'x': 1, 'y': 1}"),
		     "action must be");
}

static unsigned text(struct stage *stage, const char *characters, size_t *count)
{
	struct json_object *json = json_object_new_object();
	CLEANUP(freep) struct keystroke *keystrokes = NULL;
	unsigned status;

	json_object_object_add(json, "text", json_object_new_string(characters));
	status = input_request_text(json, &keystrokes, count, stage->error);
	json_object_put(json);
	return status;
}

static void a_text_is_typed_on_a_us_layout(void)
{
	STAGE;
	size_t count;

	EXPECT_INT(text(&stage, "Hello, world!\n\t~", &count), 0);
	EXPECT_INT(count, 16);
	EXPECT_INT(text(&stage, "", &count), 0);
	EXPECT_INT(count, 0);
}

static void a_character_that_the_layout_lacks_is_named(void)
{
	STAGE;
	size_t count;

	expect_words(&stage, text(&stage, "na\xc3\xafve", &count), "\xc3\xaf");
	expect_words(&stage, text(&stage, "na\xc3\xafve", &count), "U+00EF, character 3");
	expect_words(&stage, text(&stage, "\xf0\x9f\x9a\x97", &count), "U+1F697");
	expect_words(&stage, text(&stage, "a\x01", &count), "U+0001");
}

static void a_text_that_is_too_long_is_refused(void)
{
	STAGE;
	char long_text[INPUT_TEXT_MAX + 2];
	size_t count;

	memset(long_text, 'a', sizeof(long_text));
	long_text[INPUT_TEXT_MAX + 1] = '\0';
	expect_words(&stage, text(&stage, long_text, &count), "4096");
	long_text[INPUT_TEXT_MAX] = '\0';
	EXPECT_INT(text(&stage, long_text, &count), 0);
	EXPECT_INT(count, INPUT_TEXT_MAX);
}

int main(void)
{
	RUN_TEST(a_chord_goes_down_in_order_and_up_in_the_other);
	RUN_TEST(a_wrong_key_request_names_what_is_wrong);
	RUN_TEST(the_pointer_moves_first);
	RUN_TEST(a_wheel_turns_in_steps_that_the_seat_takes);
	RUN_TEST(a_wrong_pointer_request_names_what_is_wrong);
	RUN_TEST(a_contact_is_lifted_where_it_was);
	RUN_TEST(a_wrong_touch_request_names_what_is_wrong);
	RUN_TEST(a_page_whose_picture_is_older_than_the_head_touches_its_edge);
	RUN_TEST(a_text_is_typed_on_a_us_layout);
	RUN_TEST(a_character_that_the_layout_lacks_is_named);
	RUN_TEST(a_text_that_is_too_long_is_refused);
	return 0;
}
