/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/event_text.h"

#include <linux/input-event-codes.h>

#include "tests/support/test.h"

static const struct word {
	uint16_t type;
	uint16_t code;
	const char *text;
} words[] = {
	{EV_REL, REL_X, "dx"},
	{EV_REL, REL_Y, "dy"},
	{EV_REL, REL_WHEEL, "wheel"},
	{EV_ABS, ABS_X, "x"},
	{EV_ABS, ABS_Y, "y"},
	{EV_ABS, ABS_MT_SLOT, "slot"},
	{EV_ABS, ABS_MT_TRACKING_ID, "id"},
	{EV_ABS, ABS_MT_POSITION_X, "mx"},
	{EV_ABS, ABS_MT_POSITION_Y, "my"},
};

static const char *find_word(const struct virtio_input_event *event)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].type == event->type && words[i].code == event->code)
			return words[i].text;
	test_fail(__FILE__, __LINE__, "no device of ours sends events %u %u", event->type,
		  event->code);
}

void event_text_add(struct event_text *text, const struct virtio_input_event *event)
{
	size_t room = sizeof(text->text) - text->length;
	char *end = text->text + text->length;
	const char *space = text->length > 0 ? " " : "";
	int32_t value = (int32_t)event->value;
	int length;

	if (event->type == EV_SYN)
		length = snprintf(end, room, ";");
	else if (event->type == EV_KEY)
		length = snprintf(end, room, "%skey %u %d", space, event->code, value);
	else
		length = snprintf(end, room, "%s%s %d", space, find_word(event), value);
	EXPECT(length > 0 && (size_t)length < room);
	text->length += (size_t)length;
}
