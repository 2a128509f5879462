/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_port.h"

#include <stdarg.h>

#include "gateway/input/seat.h"
#include "tests/support/test.h"

static void note(struct fake_port *port, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void note(struct fake_port *port, const char *format, ...)
{
	char event[64];
	va_list arguments;
	int length;

	va_start(arguments, format);
	vsnprintf(event, sizeof(event), format, arguments);
	va_end(arguments);
	length = snprintf(port->record + port->length, sizeof(port->record) - port->length, "%s%s",
			  port->count > 0 ? ", " : "", event);
	port->length += (size_t)length;
	port->count++;
	EXPECT(port->length < sizeof(port->record));
}

static void note_key(void *data, uint8_t qnum, bool is_down)
{
	note(data, "key %02x %s", qnum, is_down ? "down" : "up");
}

static void note_motion(void *data, unsigned head, uint32_t x, uint32_t y)
{
	note(data, "motion %u %u,%u", head, x, y);
}

static void note_relative(void *data, unsigned head, int32_t dx, int32_t dy)
{
	note(data, "relative %u %d,%d", head, dx, dy);
}

static void note_button(void *data, unsigned head, enum input_button button, bool is_down)
{
	static const char *const buttons[INPUT_BUTTONS] = {
		"left", "middle", "right", "wheel-up", "wheel-down", "side", "extra"};

	note(data, "button %u %s %s", head, buttons[button], is_down ? "down" : "up");
}

static void note_touch(void *data, unsigned head, enum input_touch kind, unsigned slot, uint32_t x,
		       uint32_t y)
{
	static const char *const kinds[] = {"down", "move", "up", "cancel"};

	note(data, "touch %u slot %u %s %u,%u", head, slot, kinds[kind], x, y);
}

static const struct input_port input_port = {
	.key = note_key,
	.motion = note_motion,
	.relative = note_relative,
	.button = note_button,
	.touch = note_touch,
};

void fake_port_attach(struct fake_port *port, struct seat *seat)
{
	fake_port_forget(port);
	seat_attach(seat, &input_port, port);
}

void fake_port_forget(struct fake_port *port)
{
	port->record[0] = '\0';
	port->length = 0;
	port->count = 0;
}

void fake_port_expect_now(struct fake_port *port, const char *record)
{
	EXPECT_STRING(port->record, record);
	fake_port_forget(port);
}

struct awaited {
	const struct fake_port *port;
	size_t length;
};

static bool has_come(void *data)
{
	struct awaited *awaited = data;

	return awaited->port->length >= awaited->length;
}

void fake_port_expect(struct fake_port *port, struct loop *loop, const char *record)
{
	struct awaited awaited = {port, strlen(record)};

	test_wait(loop, has_come, &awaited);
	fake_port_expect_now(port, record);
}
