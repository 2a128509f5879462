/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input_steps.h"

#include <stdio.h>
#include <string.h>

#include "cli/scenario.h"
#include "common/xalloc.h"
#include "gateway/input/input_event.h"
#include "gateway/input/keys.h"

/* As far as a hand trembles, in pixels. */
#define POINTER_TREMBLE 3
#define FINGER_TREMBLE	10

/* Of a drag, and of several fingers, positions nearer to one another in time are left out. */
#define MOVES_APART_US 50000

#define SWIPE_MS_MIN 50
#define SWIPE_MS_MAX 60000

#define TYPED_MAX 1024 /* in one step */

/* Those that do nothing on their own, mostly. */
static const char *const modifier_names[] = {"ctrl",  "ctrl_r",	 "alt",	   "alt_r",
					     "shift", "shift_r", "meta_l", "meta_r"};
#define MODIFIERS (sizeof(modifier_names) / sizeof(modifier_names[0]))

struct place {
	unsigned head;
	int64_t x;
	int64_t y;
};

struct modifier {
	bool is_down;
	bool was_used; /* together with another key */
};

struct contact {
	bool is_down;
	struct place from;
	struct place at;
	uint64_t down_us;
	uint64_t written_us; /* the last of its positions that is in a step */
};

struct input_steps {
	FILE *file;
	char *text; /* what was written to it */
	size_t size;

	char typed[TYPED_MAX + 1];
	size_t typed_length;
	struct modifier modifiers[MODIFIERS];

	struct place pointer;
	bool has_pointer;
	bool has_moved; /* and no step says so */
	int64_t notches;
	char button[16]; /* that is down; "": none */
	bool is_drag;	 /* the step that put it down is written */
	struct place button_at;
	uint64_t drag_us; /* its last position that is in a step */
	bool lacks_position;

	struct contact contacts[INPUT_CONTACTS_MAX];
	unsigned contacts_down;
	bool is_gesture; /* of more fingers than one: each is written as it comes */
};

/* -- Members of an event ------------------------------------------------------------ */

static int64_t number_in(struct json_object *event, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(event, name, &member) ? json_object_get_int64(member) : 0;
}

static const char *text_in(struct json_object *event, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(event, name, &member) ? json_object_get_string(member)
							       : "";
}

static bool is_down(struct json_object *event)
{
	return strcmp(text_in(event, "action"), "down") == 0;
}

static struct place place_in(struct json_object *event)
{
	return (struct place){(unsigned)number_in(event, "head"), number_in(event, "x"),
			      number_in(event, "y")};
}

static bool are_near(struct place one, struct place other, int64_t distance)
{
	return one.head == other.head && llabs(one.x - other.x) <= distance &&
	       llabs(one.y - other.y) <= distance;
}

/* -- What waits for its end ----------------------------------------------------------- */

static void flush_typed(struct input_steps *steps)
{
	if (steps->typed_length == 0)
		return;
	steps->typed[steps->typed_length] = '\0';
	fputs(steps->typed[0] == '-' ? "type -- " : "type ", steps->file);
	scenario_write_word(steps->file, steps->typed);
	fputc('\n', steps->file);
	steps->typed_length = 0;
}

static void write_pointer(struct input_steps *steps, struct place place, const char *option,
			  const char *value)
{
	fprintf(steps->file, "pointer --head %u %lld %lld%s%s\n", place.head, (long long)place.x,
		(long long)place.y, option, value);
	steps->has_moved = false;
}

static void flush_pointer(struct input_steps *steps)
{
	char notches[32];

	if (steps->notches) {
		snprintf(notches, sizeof(notches), "%lld", (long long)steps->notches);
		write_pointer(steps, steps->pointer, " --wheel ", notches);
		steps->notches = 0;
	} else if (steps->has_moved && !*steps->button) {
		write_pointer(steps, steps->pointer, "", "");
	}
}

static void flush(struct input_steps *steps)
{
	flush_typed(steps);
	flush_pointer(steps);
}

/* -- Keys ------------------------------------------------------------------------------ */

static struct modifier *modifier_of(struct input_steps *steps, const char *key)
{
	for (size_t i = 0; i < MODIFIERS; i++)
		if (strcmp(modifier_names[i], key) == 0)
			return &steps->modifiers[i];
	return NULL;
}

static bool is_shift(size_t modifier)
{
	return strncmp(modifier_names[modifier], "shift", 5) == 0;
}

/* What a key types on a US layout, with the modifiers as they are; 0: nothing that can be seen. */
static char character_of(const struct input_steps *steps, const char *key)
{
	struct keystroke keystroke;
	bool has_shift = false;
	uint8_t qnum;

	for (size_t i = 0; i < MODIFIERS; i++) {
		if (steps->modifiers[i].is_down && !is_shift(i))
			return 0;
		has_shift = has_shift || steps->modifiers[i].is_down;
	}
	if (!key_from_name(key, &qnum))
		return 0;
	for (char character = ' '; character <= '~'; character++)
		if (key_from_character((uint32_t)character, &keystroke) && keystroke.qnum == qnum &&
		    keystroke.shift == has_shift)
			return character;
	return 0;
}

static void write_chord(struct input_steps *steps, const char *key)
{
	flush(steps);
	fputs("key ", steps->file);
	for (size_t i = 0; i < MODIFIERS; i++)
		if (steps->modifiers[i].is_down && strcmp(modifier_names[i], key) != 0)
			fprintf(steps->file, "%s+", modifier_names[i]);
	fprintf(steps->file, "%s\n", key);
}

static void add_modifier(struct input_steps *steps, struct modifier *modifier, const char *key,
			 bool goes_down)
{
	if (goes_down) {
		*modifier = (struct modifier){.is_down = true};
		return;
	}
	if (modifier->is_down && !modifier->was_used)
		write_chord(steps, key);
	modifier->is_down = false;
}

static void add_key(struct input_steps *steps, struct json_object *event)
{
	const char *key = text_in(event, "key");
	struct modifier *modifier = modifier_of(steps, key);
	char character;

	if (modifier) {
		add_modifier(steps, modifier, key, is_down(event));
		return;
	}
	if (!is_down(event) || !*key)
		return;
	for (size_t i = 0; i < MODIFIERS; i++)
		steps->modifiers[i].was_used = true;
	character = character_of(steps, key);
	if (!character) {
		write_chord(steps, key);
		return;
	}
	flush_pointer(steps);
	if (steps->typed_length == TYPED_MAX)
		flush_typed(steps);
	steps->typed[steps->typed_length++] = character;
}

/* -- The pointer -------------------------------------------------------------------------- */

static void begin_drag(struct input_steps *steps)
{
	write_pointer(steps, steps->button_at, " --down ", steps->button);
	steps->is_drag = true;
}

static void add_motion(struct input_steps *steps, struct json_object *event)
{
	uint64_t time_us = (uint64_t)number_in(event, "time_us");
	struct place place = place_in(event);

	if (steps->notches && !are_near(steps->pointer, place, 0))
		flush_pointer(steps);
	steps->has_moved = steps->has_moved || !steps->has_pointer ||
			   !are_near(steps->pointer, place, 0);
	steps->pointer = place;
	steps->has_pointer = true;
	if (!*steps->button)
		return;
	if (!steps->is_drag && !are_near(steps->button_at, place, POINTER_TREMBLE))
		begin_drag(steps);
	if (steps->is_drag && time_us - steps->drag_us >= MOVES_APART_US) {
		write_pointer(steps, place, "", "");
		steps->drag_us = time_us;
	}
}

/* From here on nobody knows where it is. */
static void add_relative(struct input_steps *steps, struct json_object *event)
{
	flush_pointer(steps);
	steps->has_pointer = false;
	steps->has_moved = false;
}

/* Says once what no step can say: a scenario has positions only. */
static bool has_position(struct input_steps *steps)
{
	if (!steps->has_pointer && !steps->lacks_position)
		fputs("# Here the pointer was used by distances, which no step can do.\n",
		      steps->file);
	steps->lacks_position = !steps->has_pointer;
	return steps->has_pointer;
}

static void press_button(struct input_steps *steps, struct json_object *event)
{
	flush_typed(steps);
	if (steps->notches)
		flush_pointer(steps);
	/* A second one: the first is not clicked. */
	if (*steps->button && !steps->is_drag)
		begin_drag(steps);
	if (*steps->button) {
		write_pointer(steps, steps->pointer, " --down ", text_in(event, "button"));
		return;
	}
	snprintf(steps->button, sizeof(steps->button), "%s", text_in(event, "button"));
	steps->button_at = steps->pointer;
	steps->drag_us = (uint64_t)number_in(event, "time_us");
	steps->is_drag = false;
}

static void release_button(struct input_steps *steps, struct json_object *event)
{
	const char *button = text_in(event, "button");
	bool is_first = strcmp(steps->button, button) == 0;

	if (is_first && !steps->is_drag)
		write_pointer(steps, steps->button_at, " --click ", button);
	else
		write_pointer(steps, steps->pointer, " --up ", button);
	if (is_first)
		steps->button[0] = '\0';
}

static void add_button(struct input_steps *steps, struct json_object *event)
{
	if (!has_position(steps))
		return;
	if (is_down(event))
		press_button(steps, event);
	else
		release_button(steps, event);
}

static void add_wheel(struct input_steps *steps, struct json_object *event)
{
	if (!has_position(steps))
		return;
	flush_typed(steps);
	steps->notches += number_in(event, "wheel");
}

/* -- Fingers -------------------------------------------------------------------------------- */

static void write_contact(struct input_steps *steps, unsigned number, const char *action,
			  struct place place)
{
	fprintf(steps->file, "touch --head %u --contact %u %s %lld %lld\n", place.head, number,
		action, (long long)place.x, (long long)place.y);
}

static void put_finger(struct input_steps *steps, unsigned number, struct contact contact)
{
	flush(steps);
	steps->contacts[number] = contact;
	steps->contacts_down++;
	if (steps->contacts_down == 1)
		return;
	/* The one that was there before was no tap. */
	for (unsigned i = 0; i < INPUT_CONTACTS_MAX && !steps->is_gesture; i++)
		if (i != number && steps->contacts[i].is_down)
			write_contact(steps, i, "down", steps->contacts[i].from);
	steps->is_gesture = true;
	write_contact(steps, number, "down", contact.from);
}

static void move_finger(struct input_steps *steps, unsigned number, struct place place,
			uint64_t time_us)
{
	struct contact *contact = &steps->contacts[number];

	contact->at = place;
	if (!steps->is_gesture || time_us - contact->written_us < MOVES_APART_US)
		return;
	write_contact(steps, number, "move", place);
	contact->written_us = time_us;
}

static void lift_finger(struct input_steps *steps, unsigned number, const char *action,
			uint64_t time_us)
{
	struct contact *contact = &steps->contacts[number];
	struct place from = contact->from, at = contact->at;
	uint64_t duration_ms = (time_us - contact->down_us) / 1000;

	if (duration_ms < SWIPE_MS_MIN)
		duration_ms = SWIPE_MS_MIN;
	if (duration_ms > SWIPE_MS_MAX)
		duration_ms = SWIPE_MS_MAX;
	if (steps->is_gesture) {
		write_contact(steps, number, "move", at);
		write_contact(steps, number, action, at);
	} else if (strcmp(action, "cancel") == 0) {
		write_contact(steps, number, "down", from);
		write_contact(steps, number, action, at);
	} else if (are_near(from, at, FINGER_TREMBLE)) {
		fprintf(steps->file, "touch --head %u tap %lld %lld\n", from.head,
			(long long)from.x, (long long)from.y);
	} else {
		fprintf(steps->file, "touch --head %u swipe %lld %lld %lld %lld --duration %llu\n",
			from.head, (long long)from.x, (long long)from.y, (long long)at.x,
			(long long)at.y, (unsigned long long)duration_ms);
	}
	contact->is_down = false;
	if (--steps->contacts_down == 0)
		steps->is_gesture = false;
}

static void add_touch(struct input_steps *steps, struct json_object *event)
{
	uint64_t number = (uint64_t)number_in(event, "contact");
	uint64_t time_us = (uint64_t)number_in(event, "time_us");
	const char *action = text_in(event, "action");
	struct place place = place_in(event);
	bool was_down;

	if (number >= INPUT_CONTACTS_MAX)
		return;
	was_down = steps->contacts[number].is_down;
	if (is_down(event) && !was_down)
		put_finger(steps, (unsigned)number,
			   (struct contact){true, place, place, time_us, time_us});
	else if (was_down && strcmp(action, "move") == 0)
		move_finger(steps, (unsigned)number, place, time_us);
	else if (was_down && !is_down(event)) {
		steps->contacts[number].at = place;
		lift_finger(steps, (unsigned)number, action, time_us);
	}
}

/* -- All of them ------------------------------------------------------------------------------ */

void input_steps_add(struct input_steps *steps, struct json_object *event)
{
	static const struct {
		const char *type;
		void (*add)(struct input_steps *steps, struct json_object *event);
	} kinds[] = {
		{"key", add_key},	{"motion", add_motion}, {"relative", add_relative},
		{"button", add_button}, {"wheel", add_wheel},	{"touch", add_touch},
	};
	const char *type = text_in(event, "type");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].type, type) == 0)
			kinds[i].add(steps, event);
}

bool input_steps_are_held(const struct input_steps *steps)
{
	for (size_t i = 0; i < MODIFIERS; i++)
		if (steps->modifiers[i].is_down)
			return true;
	return *steps->button || steps->contacts_down > 0;
}

static void open_text(struct input_steps *steps)
{
	steps->text = NULL;
	steps->file = open_memstream(&steps->text, &steps->size);
	if (!steps->file)
		abort();
}

char *input_steps_take(struct input_steps *steps)
{
	char *text;

	flush(steps);
	fclose(steps->file);
	text = TAKE(steps->text);
	open_text(steps);
	return text;
}

struct input_steps *input_steps_create(void)
{
	struct input_steps *steps = xcalloc(1, sizeof(*steps));

	open_text(steps);
	return steps;
}

void input_steps_destroy(struct input_steps *steps)
{
	if (!steps)
		return;
	fclose(steps->file);
	free(steps->text);
	free(steps);
}
