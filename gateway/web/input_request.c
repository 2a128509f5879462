/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/input_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/xalloc.h"
#include "gateway/frame/heads.h"

#define WHEEL_NOTCHES_MAX	100
#define WHEEL_NOTCHES_PER_EVENT 20 /* as the seat takes them */

#define MEMBERS_MAX 8

/* The place of a text among several, or -1. */
static int place_of(const char *text, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(texts[i], text) == 0)
			return (int)i;
	return -1;
}

static void add(struct input_events *events, struct input_event event)
{
	if (events->count < INPUT_EVENTS_MAX)
		events->events[events->count++] = event;
}

/* -- Positions ----------------------------------------------------------------- */

struct position {
	unsigned head;
	struct size size; /* of the head */
	int64_t x;
	int64_t y;
	bool is_given;
};

static unsigned read_position(struct json_object *json, struct heads *heads, unsigned default_head,
			      struct position *ret_position, char ret_error[REQUEST_ERROR_MAX])
{
	struct position position = {.is_given = request_has(json, "x") || request_has(json, "y")};
	int64_t index = default_head;
	struct head *head;
	unsigned status;

	status = request_number(json, "head", &index, ret_error);
	if (status)
		return status;
	head = index >= 0 && index < HEADS_MAX ? heads_get(heads, (unsigned)index) : NULL;
	if (!head)
		return request_refuse(ret_error, "there is no head %" PRId64, index);
	position.head = (unsigned)index;
	position.size = head_size(head);

	if (position.is_given && (!request_has(json, "x") || !request_has(json, "y")))
		return request_refuse(ret_error, "a position has an x and a y");
	status = request_number(json, "x", &position.x, ret_error);
	if (!status)
		status = request_number(json, "y", &position.y, ret_error);
	*ret_position = position;
	return status;
}

static unsigned check_inside(const struct position *position, char ret_error[REQUEST_ERROR_MAX])
{
	if (position->x >= 0 && position->x < position->size.width && position->y >= 0 &&
	    position->y < position->size.height)
		return 0;
	return request_refuse(ret_error,
			      "position %" PRId64 ",%" PRId64 " is outside head %u (%ux%u)",
			      position->x, position->y, position->head, position->size.width,
			      position->size.height);
}

static int64_t between(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static void move_inside(struct position *position)
{
	position->x = between(position->x, 0, (int64_t)position->size.width - 1);
	position->y = between(position->y, 0, (int64_t)position->size.height - 1);
}

/* -- Keys ------------------------------------------------------------------------ */

static void add_key(struct input_events *events, uint8_t qnum, bool is_down)
{
	add(events, (struct input_event){.type = INPUT_KEY, .key = {qnum, is_down}});
}

unsigned input_request_key(struct json_object *json, struct input_events *ret_events,
			   char ret_error[REQUEST_ERROR_MAX])
{
	static const char *const members[] = {"keys", "action", NULL};
	static const char *const actions[] = {"press", "down", "up"};
	enum {
		PRESS,
		DOWN,
		UP
	};
	const char *keys = request_text(json, "keys");
	const char *action = request_has(json, "action") ? request_text(json, "action") : "press";
	unsigned status = request_check_members(json, members, ret_error);
	int which = action ? place_of(action, actions, 3) : -1;
	struct chord chord;
	char wrong[32];

	if (status)
		return status;
	if (!keys)
		return request_refuse(ret_error,
				      "keys must be a text, such as \"ctrl+alt+delete\"");
	if (which < 0)
		return request_refuse(ret_error, "action must be \"press\", \"down\" or \"up\"");
	if (chord_parse(keys, &chord, wrong) < 0)
		return request_refuse(ret_error, "\"%s\" is not a key", wrong);

	ret_events->count = 0;
	for (unsigned i = 0; which != UP && i < chord.count; i++)
		add_key(ret_events, chord.qnums[i], true);
	for (unsigned i = chord.count; which != DOWN && i-- > 0;)
		add_key(ret_events, chord.qnums[i], false);
	return 0;
}

/* -- The pointer ------------------------------------------------------------------- */

static void add_button(struct input_events *events, unsigned head, enum input_button button,
		       bool is_down)
{
	add(events,
	    (struct input_event){.type = INPUT_BUTTON, .head = head, .button = {button, is_down}});
}

/* Reads one of click, down and up, if it is there. */
static unsigned read_button(struct json_object *json, const char *member, unsigned head,
			    struct input_events *events, char ret_error[REQUEST_ERROR_MAX])
{
	static const char *const names[] = {"left", "middle", "right", "side", "extra"};
	static const enum input_button buttons[] = {INPUT_BUTTON_LEFT, INPUT_BUTTON_MIDDLE,
						    INPUT_BUTTON_RIGHT, INPUT_BUTTON_SIDE,
						    INPUT_BUTTON_EXTRA};
	const char *name = request_text(json, member);
	int which = name ? place_of(name, names, 5) : -1;

	if (!request_has(json, member))
		return 0;
	if (which < 0)
		return request_refuse(ret_error,
				      "%s must be left, middle, right, side or extra, not %.40s",
				      member, name ?: "a number");
	if (strcmp(member, "up") != 0)
		add_button(events, head, buttons[which], true);
	if (strcmp(member, "down") != 0)
		add_button(events, head, buttons[which], false);
	return 0;
}

static void add_notches(struct input_events *events, unsigned head, int64_t dx, int64_t dy)
{
	const int64_t most = WHEEL_NOTCHES_PER_EVENT;

	while (dx != 0 || dy != 0) {
		int64_t x = between(dx, -most, most), y = between(dy, -most, most);

		add(events, (struct input_event){.type = INPUT_WHEEL,
						 .head = head,
						 .wheel = {(int32_t)x, (int32_t)y}});
		dx -= x;
		dy -= y;
	}
}

static unsigned read_wheel(struct json_object *json, unsigned head, struct input_events *events,
			   char ret_error[REQUEST_ERROR_MAX])
{
	int64_t dx = 0, dy = 0;
	unsigned status = request_number(json, "wheel", &dy, ret_error);

	if (!status)
		status = request_number(json, "wheel_x", &dx, ret_error);
	if (status)
		return status;
	if (dy != between(dy, -WHEEL_NOTCHES_MAX, WHEEL_NOTCHES_MAX) ||
	    dx != between(dx, -WHEEL_NOTCHES_MAX, WHEEL_NOTCHES_MAX))
		return request_refuse(ret_error, "the wheel turns at most %d notches at a time",
				      WHEEL_NOTCHES_MAX);
	add_notches(events, head, 0, dy);
	add_notches(events, head, dx, 0);
	return 0;
}

unsigned input_request_pointer(struct json_object *json, struct heads *heads,
			       struct input_events *ret_events, char ret_error[REQUEST_ERROR_MAX])
{
	static const char *const members[] = {"head", "x",     "y",	  "click", "down",
					      "up",   "wheel", "wheel_x", NULL};
	struct position position;
	unsigned status = request_check_members(json, members, ret_error);

	ret_events->count = 0;
	if (!status)
		status = read_position(json, heads, 0, &position, ret_error);
	if (!status && !position.is_given)
		return request_refuse(ret_error, "the pointer needs a position, x and y");
	if (!status)
		status = check_inside(&position, ret_error);
	if (status)
		return status;
	if (request_has(json, "click") + request_has(json, "down") + request_has(json, "up") > 1)
		return request_refuse(ret_error, "only one of click, down and up at a time");

	add(ret_events,
	    (struct input_event){.type = INPUT_MOTION,
				 .head = position.head,
				 .motion = {(uint32_t)position.x, (uint32_t)position.y}});
	status = read_button(json, "click", position.head, ret_events, ret_error);
	if (!status)
		status = read_button(json, "down", position.head, ret_events, ret_error);
	if (!status)
		status = read_button(json, "up", position.head, ret_events, ret_error);
	if (!status)
		status = read_wheel(json, position.head, ret_events, ret_error);
	return status;
}

/* -- Touch ----------------------------------------------------------------------- */

/* In the order of enum input_touch; a tap is a down and an up. */
static const char *const touch_actions[] = {"down", "move", "up", "cancel", "tap"};
#define TOUCH_TAP (INPUT_TOUCH_CANCEL + 1)

static void add_touch(struct input_events *events, struct input_contacts *contacts,
		      enum input_touch kind, int64_t contact, const struct position *position)
{
	uint32_t x = (uint32_t)position->x, y = (uint32_t)position->y;

	contacts->last[contact].head = position->head;
	contacts->last[contact].x = x;
	contacts->last[contact].y = y;
	add(events, (struct input_event){.type = INPUT_TOUCH,
					 .head = position->head,
					 .touch = {kind, (uint32_t)contact, x, y}});
}

static unsigned read_contact(struct json_object *json, int64_t *ret_contact,
			     char ret_error[REQUEST_ERROR_MAX])
{
	unsigned status = request_number(json, "contact", ret_contact, ret_error);

	if (!status && *ret_contact != between(*ret_contact, 0, INPUT_CONTACTS_MAX - 1))
		return request_refuse(ret_error, "contact must be 0 to %d, not %" PRId64,
				      INPUT_CONTACTS_MAX - 1, *ret_contact);
	return status;
}

static unsigned read_touch(struct json_object *json, struct heads *heads,
			   struct input_contacts *contacts, bool is_strict,
			   struct input_events *ret_events, char ret_error[REQUEST_ERROR_MAX])
{
	const char *action = request_text(json, "action");
	int kind = action ? place_of(action, touch_actions, is_strict ? 5 : 4) : -1;
	struct position position;
	int64_t contact = 0;
	unsigned status = read_contact(json, &contact, ret_error);

	ret_events->count = 0;
	if (status)
		return status;
	if (kind < 0)
		return request_refuse(ret_error, "action must be down, move, up%s",
				      is_strict ? ", cancel or tap" : " or cancel");
	status = read_position(json, heads, contacts->last[contact].head, &position, ret_error);
	if (status)
		return status;

	if (!position.is_given) {
		if (kind != INPUT_TOUCH_UP && kind != INPUT_TOUCH_CANCEL)
			return request_refuse(ret_error, "a %s needs a position, x and y", action);
		position.x = contacts->last[contact].x;
		position.y = contacts->last[contact].y;
	} else if (is_strict) {
		status = check_inside(&position, ret_error);
		if (status)
			return status;
	}
	move_inside(&position);
	if (kind == TOUCH_TAP)
		add_touch(ret_events, contacts, INPUT_TOUCH_DOWN, contact, &position);
	add_touch(ret_events, contacts, kind == TOUCH_TAP ? INPUT_TOUCH_UP : (enum input_touch)kind,
		  contact, &position);
	return 0;
}

unsigned input_request_touch(struct json_object *json, struct heads *heads,
			     struct input_contacts *contacts, struct input_events *ret_events,
			     char ret_error[REQUEST_ERROR_MAX])
{
	static const char *const members[] = {"head", "contact", "action", "x", "y", NULL};
	unsigned status = request_check_members(json, members, ret_error);

	return status ?: read_touch(json, heads, contacts, true, ret_events, ret_error);
}

unsigned input_request_contact(struct json_object *json, struct heads *heads,
			       struct input_contacts *contacts, struct input_events *ret_events,
			       char ret_error[REQUEST_ERROR_MAX])
{
	return read_touch(json, heads, contacts, false, ret_events, ret_error);
}

/* -- Text ------------------------------------------------------------------------ */

/* The next character of valid UTF-8. */
static uint32_t next_character(const char **text)
{
	const unsigned char *bytes = (const unsigned char *)*text;
	unsigned more = bytes[0] < 0xc0 ? 0 : bytes[0] < 0xe0 ? 1 : bytes[0] < 0xf0 ? 2 : 3;
	uint32_t character = more ? bytes[0] & (0x3fU >> more) : bytes[0];

	for (unsigned i = 1; i <= more && bytes[i]; i++)
		character = character << 6 | (bytes[i] & 0x3f);
	*text += 1 + more;
	return character;
}

/* Too long to type is told apart from what cannot be typed. */
static unsigned add_text(const char *text, const char *end, struct keystroke *keystrokes,
			 size_t *ret_count, char ret_error[REQUEST_ERROR_MAX])
{
	size_t count = 0;

	while (text < end) {
		const char *start = text;
		uint32_t character = next_character(&text);

		if (count == INPUT_TEXT_MAX)
			return request_refuse(ret_error, "the text is longer than %d characters",
					      INPUT_TEXT_MAX);
		if (!key_from_character(character, &keystrokes[count]))
			return request_refuse(ret_error,
					      "a US layout has no \"%.*s\" (U+%04" PRIX32
					      ", character %zu of the text)",
					      character < ' ' ? 0 : (int)(text - start), start,
					      character, count + 1);
		count++;
	}
	*ret_count = count;
	return 0;
}

unsigned input_request_text(struct json_object *json, struct keystroke **ret_keystrokes,
			    size_t *ret_count, char ret_error[REQUEST_ERROR_MAX])
{
	static const char *const members[] = {"text", NULL};
	CLEANUP(freep) struct keystroke *keystrokes = NULL;
	struct json_object *text;
	unsigned status = request_check_members(json, members, ret_error);

	if (status)
		return status;
	if (!request_text(json, "text"))
		return request_refuse(ret_error, "text must be a text");
	json_object_object_get_ex(json, "text", &text);
	keystrokes = xcalloc(INPUT_TEXT_MAX, sizeof(*keystrokes));
	status = add_text(json_object_get_string(text),
			  json_object_get_string(text) + json_object_get_string_len(text),
			  keystrokes, ret_count, ret_error);
	if (status == 0)
		*ret_keystrokes = TAKE(keystrokes);
	return status;
}
