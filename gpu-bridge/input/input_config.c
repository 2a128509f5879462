/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/input/input_config.h"

#include <linux/input.h>
#include <stdio.h>
#include <string.h>

#include "gpu-bridge/input/event_queue.h"
#include "gpu-bridge/input/input_keys.h"

/* QEMU's, also for its USB devices. */
#define VENDOR 0x0627

#define CODES_MAX 8

struct codes {
	unsigned count;
	uint16_t list[CODES_MAX];
};

#define CODES(...) \
	{ \
		sizeof((uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t), \
		{ \
			__VA_ARGS__ \
		} \
	}

static const struct description {
	const char *kind;
	const char *name;
	uint16_t product;
	uint16_t version;
	struct codes properties;
	struct codes keys; /* but a keyboard's */
	struct codes relative;
	struct codes absolute;
	struct codes leds;
} descriptions[INPUT_KINDS] = {
	[INPUT_KEYBOARD] =
		{
			.kind = "keyboard",
			.name = "QEMU Virtio Keyboard",
			.product = 1,
			.version = 1,
			.leds = CODES(LED_NUML, LED_CAPSL, LED_SCROLLL),
		},
	[INPUT_TABLET] =
		{
			.kind = "tablet",
			.name = "QEMU Virtio Tablet",
			.product = 3,
			.version = 2,
			.keys = CODES(BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA),
			.relative = CODES(REL_WHEEL),
			.absolute = CODES(ABS_X, ABS_Y),
		},
	[INPUT_MOUSE] =
		{
			.kind = "mouse",
			.name = "QEMU Virtio Mouse",
			.product = 2,
			.version = 2,
			.keys = CODES(BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA),
			.relative = CODES(REL_X, REL_Y, REL_WHEEL),
		},
	[INPUT_TOUCH] =
		{
			.kind = "touch",
			.name = "QEMU Virtio MultiTouch",
			.product = 3,
			.version = 1,
			.properties = CODES(INPUT_PROP_DIRECT),
			.keys = CODES(BTN_TOUCH),
			.absolute = CODES(ABS_MT_SLOT, ABS_MT_TRACKING_ID, ABS_MT_POSITION_X,
					  ABS_MT_POSITION_Y),
		},
};

/* -- Bits -------------------------------------------------------------------- */

static void add_bit(struct virtio_input_config *config, uint16_t code)
{
	config->u.bitmap[code / 8] |= (uint8_t)(1 << code % 8);
	if (config->size <= code / 8)
		config->size = (uint8_t)(code / 8 + 1);
}

static void add_bits(struct virtio_input_config *config, const struct codes *codes)
{
	for (unsigned i = 0; i < codes->count; i++)
		add_bit(config, codes->list[i]);
}

static void add_keys(struct virtio_input_config *config)
{
	for (unsigned qnum = 1; qnum <= UINT8_MAX; qnum++)
		if (input_key_from_qnum((uint8_t)qnum))
			add_bit(config, input_key_from_qnum((uint8_t)qnum));
}

static void describe_events(struct virtio_input_config *config, enum input_kind kind)
{
	const struct description *description = &descriptions[kind];

	switch (config->subsel) {
	case EV_KEY:
		add_bits(config, &description->keys);
		if (kind == INPUT_KEYBOARD)
			add_keys(config);
		break;
	case EV_REL:
		add_bits(config, &description->relative);
		break;
	case EV_ABS:
		add_bits(config, &description->absolute);
		break;
	case EV_LED:
		add_bits(config, &description->leds);
		break;
	case EV_REP:
		/* The guest repeats: it is no event of ours, but has to be there. */
		config->size = kind == INPUT_KEYBOARD;
		break;
	}
}

/* -- The rest ---------------------------------------------------------------- */

static bool has_axis(const struct description *description, uint8_t axis)
{
	for (unsigned i = 0; i < description->absolute.count; i++)
		if (description->absolute.list[i] == axis)
			return true;
	return false;
}

static void describe_axis(struct virtio_input_config *config, const struct description *description)
{
	if (!has_axis(description, config->subsel))
		return;
	config->size = sizeof(config->u.abs);
	switch (config->subsel) {
	case ABS_MT_SLOT:
		config->u.abs.max = EVENT_SLOTS - 1;
		break;
	case ABS_MT_TRACKING_ID:
		config->u.abs.max = UINT16_MAX;
		break;
	default:
		config->u.abs.max = EVENT_POSITION_MAX;
		break;
	}
}

static void describe_text(struct virtio_input_config *config, const char *text)
{
	config->size = (uint8_t)strlen(text);
	memcpy(config->u.string, text, config->size);
}

/* The serial number tells several devices of a kind apart. */
static void describe_serial(struct virtio_input_config *config, enum input_kind kind,
			    unsigned number)
{
	char serial[sizeof(config->u.string)];

	snprintf(serial, sizeof(serial), "%s-%u", descriptions[kind].kind, number);
	describe_text(config, serial);
}

static void describe_ids(struct virtio_input_config *config, const struct description *description)
{
	config->size = sizeof(config->u.ids);
	config->u.ids = (struct virtio_input_devids){
		.bustype = BUS_VIRTUAL,
		.vendor = VENDOR,
		.product = description->product,
		.version = description->version,
	};
}

const char *input_kind_name(enum input_kind kind)
{
	return descriptions[kind].kind;
}

struct virtio_input_config input_config(enum input_kind kind, unsigned number, uint8_t select,
					uint8_t subsel)
{
	const struct description *description = &descriptions[kind];
	struct virtio_input_config config = {.select = select, .subsel = subsel};

	if (select == VIRTIO_INPUT_CFG_EV_BITS)
		describe_events(&config, kind);
	else if (select == VIRTIO_INPUT_CFG_ABS_INFO)
		describe_axis(&config, description);
	else if (subsel == 0 && select == VIRTIO_INPUT_CFG_ID_NAME)
		describe_text(&config, description->name);
	else if (subsel == 0 && select == VIRTIO_INPUT_CFG_ID_SERIAL)
		describe_serial(&config, kind, number);
	else if (subsel == 0 && select == VIRTIO_INPUT_CFG_ID_DEVIDS)
		describe_ids(&config, description);
	else if (subsel == 0 && select == VIRTIO_INPUT_CFG_PROP_BITS)
		add_bits(&config, &description->properties);
	return config;
}
