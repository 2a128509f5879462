/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What viewers say to the org.qemu.Display1 server: the beginning of a connection, calls right and
 * wrong, descriptors, and what their listeners answer, while the guest shows something.
 *
 * An input is a sequence of operations, each a byte (modulo their number) and what follows it; "n"
 * is a number as fuzz_input.h has it, "u8" to "u64" are plain, little-endian.
 *
 *	0  CALL     of a method: u8 which (in the table), u8 output (0xff: VM), u8 signature (0: the
 *		    method's; else in the table), u8 flags of the message, and the arguments:
 *		    bytes u8; 16 and 32 bits n; 64 bits u64; text u8 length (modulo 32) and bytes;
 *		    a descriptor u8 which
 *	1  BYTES    u8 count, bytes
 *	2  LINE     of the handshake: u8 which (in the table)
 *	3  BEGIN    the whole handshake
 *	4  TURN     the loop
 *	5  CLIENT   u8: another client (modulo 3) says what follows, and comes if it was not there
 *	6  LEAVE    it leaves
 *	7  GUEST    u8 what (modulo 6) it does on u8 output: a surface, an update, off, a cursor,
 *		    moves the pointer, its devices change
 *	8  LISTENER u8 what its owner does: 0 the whole handshake, 1 reads, 2 answers u8 calls
 *		    that came, 3 leaves, 4 answers that it maps; else so many bytes
 *		    follow
 *
 * What is checked besides what sanitizers see: that input is what it may be, and that nothing is
 * held down when all have left.
 */

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/bus/display_bus.h"
#include "tests/fuzz/descriptors.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/temporary.h"

#define OUTPUTS	      2
#define CLIENTS	      3
#define MESSAGE_MAX   2048
#define SURFACE_SIDE  16
#define TURNS_MAX     64
#define TURNS_LAST    1000
#define LISTENERS_MAX 8 /* an input's share */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct client {
	int fd; /* -1: not there */
	uint32_t serial;
};

struct stage {
	struct loop *loop;
	struct sockaddr_un address;
	struct display *display;
	struct display_bus *bus;
	int surface_fd;
	int event_fd;
	struct client clients[CLIENTS];
	struct client *client; /* who speaks */
	int listener;	       /* our end of the last one; -1: none */
	unsigned listeners;    /* so many were registered */
	uint32_t answered;     /* calls that came to it */
	struct fuzz_input input;

	/* What the guest's devices were told. */
	bool keys[256];
	bool buttons[DISPLAY_BUTTONS];
	bool contacts[DISPLAY_TOUCH_SLOTS];
};

/* -- The guest's devices ------------------------------------------------------- */

static void on_key(void *data, unsigned output, uint8_t qnum, bool is_down)
{
	struct stage *stage = data;

	CHECK(output < OUTPUTS);
	stage->keys[qnum] = is_down;
}

static void on_button(void *data, unsigned output, enum display_button button, bool is_down)
{
	struct stage *stage = data;

	CHECK(output < OUTPUTS && button < DISPLAY_BUTTONS);
	if (button == DISPLAY_BUTTON_WHEEL_UP || button == DISPLAY_BUTTON_WHEEL_DOWN)
		CHECK(is_down);
	else
		stage->buttons[button] = is_down;
}

static void check_position(const struct stage *stage, unsigned output, uint32_t x, uint32_t y)
{
	CHECK(output < OUTPUTS);
	CHECK(display_surface(stage->display, output) && x < SURFACE_SIDE && y < SURFACE_SIDE);
}

static void on_position(void *data, unsigned output, uint32_t x, uint32_t y)
{
	check_position(data, output, x, y);
}

static void on_motion(void *data, unsigned output, int32_t dx, int32_t dy)
{
	CHECK(output < OUTPUTS);
}

static void on_touch(void *data, unsigned output, enum display_touch kind, unsigned slot,
		     uint32_t x, uint32_t y)
{
	struct stage *stage = data;

	CHECK(output < OUTPUTS && slot < DISPLAY_TOUCH_SLOTS);
	if (kind != DISPLAY_TOUCH_UP)
		check_position(stage, output, x, y);
	stage->contacts[slot] = kind != DISPLAY_TOUCH_UP;
}

static int on_request(void *data, unsigned output, const struct display_mode *mode)
{
	CHECK(output < OUTPUTS);
	return 0;
}

static const struct display_bus_input_ops input_ops = {
	.on_key = on_key,
	.on_button = on_button,
	.on_position = on_position,
	.on_motion = on_motion,
	.on_touch = on_touch,
};

static void check_that_nothing_is_held(const struct stage *stage)
{
	for (unsigned i = 0; i < COUNT(stage->keys); i++)
		CHECK(!stage->keys[i]);
	for (unsigned i = 0; i < COUNT(stage->buttons); i++)
		CHECK(!stage->buttons[i]);
	for (unsigned i = 0; i < COUNT(stage->contacts); i++)
		CHECK(!stage->contacts[i]);
}

/* -- Messages ---------------------------------------------------------------- */

/* A message as it is on the wire (D-Bus specification, "Message Protocol"). */
struct wire {
	uint8_t bytes[MESSAGE_MAX];
	size_t size;
	int fd; /* that goes along; -1: none */
};

static void align(struct wire *wire, size_t alignment)
{
	size_t at = (wire->size + alignment - 1) / alignment * alignment;

	CHECK(at <= sizeof(wire->bytes));
	memset(wire->bytes + wire->size, 0, at - wire->size);
	wire->size = at;
}

static void add(struct wire *wire, const void *bytes, size_t size, size_t alignment)
{
	align(wire, alignment);
	CHECK(wire->size + size <= sizeof(wire->bytes));
	memcpy(wire->bytes + wire->size, bytes, size);
	wire->size += size;
}

static void add_u8(struct wire *wire, uint8_t value)
{
	add(wire, &value, sizeof(value), 1);
}

static void add_u16(struct wire *wire, uint16_t value)
{
	add(wire, &value, sizeof(value), sizeof(value));
}

static void add_u32(struct wire *wire, uint32_t value)
{
	add(wire, &value, sizeof(value), sizeof(value));
}

static void add_text(struct wire *wire, const char *text)
{
	add_u32(wire, (uint32_t)strlen(text));
	add(wire, text, strlen(text) + 1, 1);
}

static void add_signature(struct wire *wire, const char *signature)
{
	add_u8(wire, (uint8_t)strlen(signature));
	add(wire, signature, strlen(signature) + 1, 1);
}

enum field {
	FIELD_PATH = 1,
	FIELD_INTERFACE = 2,
	FIELD_MEMBER = 3,
	FIELD_REPLY_SERIAL = 5,
	FIELD_SIGNATURE = 8,
	FIELD_FDS = 9,
};

static void add_field(struct wire *wire, enum field field, const char *type)
{
	align(wire, 8);
	add_u8(wire, (uint8_t)field);
	add_signature(wire, type);
}

static void add_text_field(struct wire *wire, enum field field, const char *type, const char *text)
{
	if (!text)
		return;
	add_field(wire, field, type);
	if (field == FIELD_SIGNATURE)
		add_signature(wire, text);
	else
		add_text(wire, text);
}

static void add_number_field(struct wire *wire, enum field field, uint32_t number)
{
	if (number == 0)
		return;
	add_field(wire, field, "u");
	add_u32(wire, number);
}

#define LITTLE_ENDIAN_MARK 'l'
#define METHOD_CALL	   1
#define METHOD_RETURN	   2
#define FIELDS_AT	   12 /* where their size is */

static void begin_message(struct wire *wire, uint8_t type, uint8_t flags, uint32_t serial)
{
	*wire = (struct wire){.fd = -1};
	add_u8(wire, LITTLE_ENDIAN_MARK);
	add_u8(wire, type);
	add_u8(wire, flags);
	add_u8(wire, 1); /* the protocol's version */
	add_u32(wire, 0);
	add_u32(wire, serial);
	add_u32(wire, 0);
}

/* What follows is the body. */
static size_t end_header(struct wire *wire)
{
	uint32_t size = (uint32_t)(wire->size - FIELDS_AT - sizeof(size));

	memcpy(wire->bytes + FIELDS_AT, &size, sizeof(size));
	align(wire, 8);
	return wire->size;
}

static void end_message(struct wire *wire, size_t body)
{
	uint32_t size = (uint32_t)(wire->size - body);

	memcpy(wire->bytes + 4, &size, sizeof(size));
}

static void send_to(int socket, const void *bytes, size_t size, int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {(void *)bytes, size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (fd >= 0) {
		struct cmsghdr *header;

		message.msg_control = control.space;
		message.msg_controllen = sizeof(control.space);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	if (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
}

/* -- Calls ------------------------------------------------------------------- */

#define DBUS "org.freedesktop.DBus."

static const struct {
	const char *interface;
	const char *member;
	const char *signature;
} methods[] = {
	{DISPLAY1_CONSOLE, "RegisterListener", "h"},
	{DISPLAY1_CONSOLE, "SetUIInfo", "qqiiuu"},
	{DISPLAY1_KEYBOARD, "Press", "u"},
	{DISPLAY1_KEYBOARD, "Release", "u"},
	{DISPLAY1_MOUSE, "Press", "u"},
	{DISPLAY1_MOUSE, "Release", "u"},
	{DISPLAY1_MOUSE, "SetAbsPosition", "uu"},
	{DISPLAY1_MOUSE, "RelMotion", "ii"},
	{DISPLAY1_MULTITOUCH, "SendEvent", "utdd"},
	{DBUS "Properties", "Get", "ss"},
	{DBUS "Properties", "GetAll", "s"},
	{DBUS "Properties", "Set", "ssv"},
	{DBUS "Introspectable", "Introspect", ""},
	{DBUS "ObjectManager", "GetManagedObjects", ""},
	{DBUS "Peer", "Ping", ""},
	{NULL, "Press", "u"},
};

static const char *const signatures[] = {"",   "u",    "uu", "s", "ss", "h",
					 "hh", "utdd", "y",  "d", "v",	"qqiiuu"};

static int passed(struct stage *stage, uint8_t which)
{
	int fds[2];

	switch (which % 4) {
	case 0:
		if (stage->listeners == LISTENERS_MAX)
			return -1;
		stage->listeners++;
		CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
		close_fd(stage->listener);
		stage->listener = fds[0];
		stage->answered = 0;
		return fds[1];
	case 1:
		return dup(stage->surface_fd);
	case 2:
		return dup(stage->event_fd);
	default:
		return -1;
	}
}

static void read_text(struct fuzz_input *input, struct wire *wire)
{
	uint8_t size = fuzz_u8(input) % 32;
	char text[32];

	fuzz_bytes(input, text, size);
	add_u32(wire, size);
	add(wire, text, size, 1);
	add_u8(wire, 0);
}

static void read_argument(struct stage *stage, struct wire *wire, char type)
{
	struct fuzz_input *input = &stage->input;
	uint64_t wide;

	switch (type) {
	case 'y':
		add_u8(wire, fuzz_u8(input));
		return;
	case 'q':
		add_u16(wire, (uint16_t)fuzz_number(input));
		return;
	case 's':
		read_text(input, wire);
		return;
	case 'v':
		add_signature(wire, "u");
		add_u32(wire, fuzz_number(input));
		return;
	case 't':
	case 'd':
		wide = fuzz_u64(input);
		add(wire, &wide, sizeof(wide), sizeof(wide));
		return;
	case 'h':
		if (wire->fd < 0)
			wire->fd = passed(stage, fuzz_u8(input));
		add_u32(wire, 0);
		return;
	default:
		add_u32(wire, fuzz_number(input));
	}
}

static void read_path(struct fuzz_input *input, char path[DISPLAY1_PATH_MAX])
{
	uint8_t output = fuzz_u8(input);

	if (output == UINT8_MAX)
		strcpy(path, DISPLAY1_VM_PATH);
	else
		display1_console_path(output % (OUTPUTS + 1), path);
}

static void run_call(struct stage *stage)
{
	struct fuzz_input *input = &stage->input;
	unsigned which = fuzz_u8(input) % COUNT(methods);
	char path[DISPLAY1_PATH_MAX];
	const char *signature = methods[which].signature;
	struct wire wire;
	uint8_t other;
	size_t body;

	read_path(input, path);
	other = fuzz_u8(input) % (COUNT(signatures) + 1);
	if (other > 0)
		signature = signatures[other - 1];
	begin_message(&wire, METHOD_CALL, fuzz_u8(input) & 3, ++stage->client->serial);
	add_text_field(&wire, FIELD_PATH, "o", path);
	add_text_field(&wire, FIELD_INTERFACE, "s", methods[which].interface);
	add_text_field(&wire, FIELD_MEMBER, "s", methods[which].member);
	if (signature[0])
		add_text_field(&wire, FIELD_SIGNATURE, "g", signature);
	if (strchr(signature, 'h'))
		add_number_field(&wire, FIELD_FDS, 1);
	body = end_header(&wire);
	for (const char *type = signature; *type; type++)
		read_argument(stage, &wire, *type);
	end_message(&wire, body);
	send_to(stage->client->fd, wire.bytes, wire.size, wire.fd);
	close_fd(wire.fd);
}

static void run_bytes(struct stage *stage)
{
	uint8_t bytes[256];
	uint8_t size = fuzz_u8(&stage->input);

	fuzz_bytes(&stage->input, bytes, size);
	send_to(stage->client->fd, bytes, size, -1);
}

/* -- Clients ----------------------------------------------------------------- */

static bool turn(struct stage *stage, unsigned turns)
{
	for (unsigned i = 0; i < turns; i++) {
		int r = sd_event_run(loop_event(stage->loop), 0);

		CHECK(r >= 0);
		if (r == 0)
			return true;
	}
	return false;
}

static void run_turn(struct stage *stage)
{
	char bytes[4096];

	turn(stage, TURNS_MAX);
	while (recv(stage->client->fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static void run_line(struct stage *stage)
{
	static const char *const lines[] = {
		"AUTH EXTERNAL 30\r\n",
		"AUTH EXTERNAL\r\n",
		"AUTH\r\n",
		"DATA\r\n",
		"NEGOTIATE_UNIX_FD\r\n",
		"CANCEL\r\n",
		"AUTH ANONYMOUS 30\r\n",
		"BEGIN\r\n",
		"\r\n",
		"BEGIN\n",
	};
	const char *line = lines[fuzz_u8(&stage->input) % COUNT(lines)];

	send_to(stage->client->fd, line, strlen(line), -1);
}

/* Whoever comes begins, also on a listener's socket. */
static const char beginning[] = "\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";

static void run_begin(struct stage *stage)
{
	send_to(stage->client->fd, beginning, sizeof(beginning) - 1, -1);
	turn(stage, TURNS_MAX);
}

static void come(struct stage *stage, unsigned index)
{
	struct client *client = &stage->clients[index];

	stage->client = client;
	if (client->fd >= 0)
		return;
	client->serial = 0;
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK(client->fd >= 0);
	/* There may be as many as can wait. */
	if (connect(client->fd, (struct sockaddr *)&stage->address, sizeof(stage->address)) < 0)
		CHECK(errno == EAGAIN);
}

static void run_client(struct stage *stage)
{
	come(stage, fuzz_u8(&stage->input) % CLIENTS);
}

static void run_leave(struct stage *stage)
{
	stage->client->fd = close_fd(stage->client->fd);
	come(stage, 0);
}

/* -- Listeners --------------------------------------------------------------- */

static void answer_calls(struct stage *stage, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct wire wire;

		begin_message(&wire, METHOD_RETURN, 1, ++stage->answered);
		add_number_field(&wire, FIELD_REPLY_SERIAL, stage->answered);
		end_message(&wire, end_header(&wire));
		send_to(stage->listener, wire.bytes, wire.size, -1);
	}
	turn(stage, TURNS_MAX);
}

/* The first call asks what it can do. */
static void answer_that_it_maps(struct stage *stage)
{
	static const char interface[] = DISPLAY1_LISTENER_MAP;
	struct wire wire;
	size_t body;

	begin_message(&wire, METHOD_RETURN, 1, ++stage->answered);
	add_number_field(&wire, FIELD_REPLY_SERIAL, stage->answered);
	add_text_field(&wire, FIELD_SIGNATURE, "g", "v");
	body = end_header(&wire);
	add_signature(&wire, "as");
	add_u32(&wire, sizeof(uint32_t) + sizeof(interface));
	add_text(&wire, interface);
	end_message(&wire, body);
	send_to(stage->listener, wire.bytes, wire.size, -1);
	turn(stage, TURNS_MAX);
}

static void run_listener(struct stage *stage)
{
	uint8_t what = fuzz_u8(&stage->input);
	uint8_t bytes[4096];

	switch (what) {
	case 0:
		turn(stage, TURNS_MAX);
		send_to(stage->listener, beginning, sizeof(beginning) - 1, -1);
		turn(stage, TURNS_MAX);
		return;
	case 1:
		while (recv(stage->listener, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
			turn(stage, 1);
		return;
	case 2:
		answer_calls(stage, fuzz_u8(&stage->input) % 16);
		return;
	case 3:
		stage->listener = close_fd(stage->listener);
		return;
	case 4:
		answer_that_it_maps(stage);
		return;
	default:
		fuzz_bytes(&stage->input, bytes, what);
		send_to(stage->listener, bytes, what, -1);
	}
}

/* -- The guest --------------------------------------------------------------- */

static void show(struct stage *stage, unsigned output)
{
	static const uint32_t pixels[SURFACE_SIDE * SURFACE_SIDE];
	const struct display_surface surface = {
		.fd = stage->surface_fd,
		.width = SURFACE_SIDE,
		.height = SURFACE_SIDE,
		.stride_bytes = SURFACE_SIDE * 4,
		.format = PIXMAN_x8r8g8b8,
		.pixels = pixels,
	};

	display_show(stage->display, output, &surface);
}

static void run_guest(struct stage *stage)
{
	static const struct display_cursor cursor;
	uint8_t what = fuzz_u8(&stage->input) % 6;
	unsigned output = fuzz_u8(&stage->input) % OUTPUTS;
	bool is_on = display_surface(stage->display, output);

	switch (what) {
	case 0:
		show(stage, output);
		return;
	case 1:
		if (is_on)
			display_update(stage->display, output, &(struct display_rect){1, 2, 3, 4});
		return;
	case 2:
		display_disable(stage->display, output);
		return;
	case 3:
		display_set_cursor(stage->display, output, &cursor);
		return;
	case 4:
		if (display_cursor(stage->display, output))
			display_move_pointer(stage->display, output,
					     &(struct display_pointer){5, -5, true});
		return;
	default:
		display_bus_set_absolute(stage->bus, output, stage->client->serial % 2);
		display_bus_set_locks(stage->bus, stage->client->serial % 8);
	}
}

/* -- Life -------------------------------------------------------------------- */

static char *directory;

static void remove_directory(void)
{
	temporary_destroy(directory);
}

static struct stage *the_stage(void)
{
	static struct stage stage;
	struct display_bus_options options = {
		.name = "fuzz",
		.patience_us = DISPLAY_BUS_PATIENCE_US,
		.input = &input_ops,
		.input_data = &stage,
	};

	if (stage.bus)
		return &stage;
	log_open(LOG_LEVEL_ERROR);
	directory = temporary_create();
	atexit(remove_directory);
	stage.address.sun_family = AF_UNIX;
	snprintf(stage.address.sun_path, sizeof(stage.address.sun_path), "%s/bus", directory);
	options.path = stage.address.sun_path;
	stage.listener = -1;
	for (unsigned i = 0; i < CLIENTS; i++)
		stage.clients[i].fd = -1;
	stage.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	stage.surface_fd = memfd_create("surface", MFD_CLOEXEC);
	CHECK(ftruncate(stage.surface_fd, SURFACE_SIDE * SURFACE_SIDE * 4) == 0);
	CHECK(loop_create(&stage.loop) == 0);
	stage.display = display_create(OUTPUTS);
	display_on_request(stage.display, on_request, NULL);
	CHECK(display_bus_create(stage.loop, stage.display, &options, &stage.bus) == 0);
	return &stage;
}

static void end(struct stage *stage)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		stage->clients[i].fd = close_fd(stage->clients[i].fd);
	stage->listener = close_fd(stage->listener);
	CHECK(turn(stage, TURNS_LAST));
	for (unsigned i = 0; i < OUTPUTS; i++)
		display_disable(stage->display, i);
	CHECK(turn(stage, TURNS_LAST));
	check_that_nothing_is_held(stage);
}

static void (*const operations[])(struct stage *stage) = {
	run_call,   run_bytes, run_line,  run_begin,	run_turn,
	run_client, run_leave, run_guest, run_listener,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct stage *stage = the_stage();
	struct descriptors before = descriptors_now();

	stage->input = (struct fuzz_input){bytes, size};
	stage->listeners = 0;
	display_bus_set_locks(stage->bus, 0);
	come(stage, 0);
	while (!fuzz_input_ended(&stage->input))
		operations[fuzz_u8(&stage->input) % COUNT(operations)](stage);
	end(stage);
	descriptors_check_count(&before);
	return 0;
}
