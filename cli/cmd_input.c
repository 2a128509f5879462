/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/command.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/head.h"
#include "gateway/input/input_event.h"

#define WHEEL_MAX 100

/* As often as a touch screen reports, roughly. */
#define SWIPE_STEP_MS	   16
#define SWIPE_DEFAULT_MS   300
#define SWIPE_DURATION_MAX 60000

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *name, int number)
{
	json_object_object_add(object, name, json_object_new_int(number));
}

static int add_head(struct json_object *object, const char *text)
{
	unsigned head;

	if (!unsigned_from_text(text, HEADS_MAX - 1, &head))
		return usage_error("there can be no head %s", text);
	add_number(object, "head", (int)head);
	return STATUS_DONE;
}

static int add_position(struct json_object *object, const char *x_text, const char *y_text)
{
	unsigned x;
	unsigned y;

	if (!unsigned_from_text(x_text, FRAME_SIDE_MAX - 1, &x) ||
	    !unsigned_from_text(y_text, FRAME_SIDE_MAX - 1, &y))
		return usage_error("%s %s is no position on a head", x_text, y_text);
	add_number(object, "x", (int)x);
	add_number(object, "y", (int)y);
	return STATUS_DONE;
}

static int send_one(const struct target *target, const char *path, struct json_object *event)
{
	CLEANUP(client_closep) struct client *client = NULL;
	int status = client_open(target, &client);

	return status == STATUS_DONE ? client_post(client, path, event) : status;
}

/* -- key ------------------------------------------------------------------ */

static int run_key(const struct target *target, int argc, char **argv)
{
	static const struct option options[] = {
		{"down", no_argument, NULL, 'd'},
		{"up", no_argument, NULL, 'u'},
		{0},
	};
	CLEANUP(client_closep) struct client *client = NULL;
	const char *action = "press";
	int option;
	int status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return STATUS_USAGE;
		action = option == 'd' ? "down" : "up";
	}
	if (optind == argc)
		return usage_error("key needs the keys to press, such as ctrl+alt+delete");

	status = client_open(target, &client);
	for (int i = optind; i < argc && status == STATUS_DONE; i++) {
		CLEANUP(json_object_putp) struct json_object *event = json_object_new_object();

		add_text(event, "keys", argv[i]);
		add_text(event, "action", action);
		status = client_post(client, "/api/v1/input/key", event);
	}
	return status;
}

const struct command command_key = {
	.name = "key",
	.arguments = "[--down|--up] CHORD...",
	.summary = "press keys: ctrl+alt+delete, ret, f5",
	.help = "  --down    press without letting go\n"
		"  --up      let go\n"
		"Keys have QEMU's qcode names, joined by +.\n",
	.run = run_key,
};

/* -- type ----------------------------------------------------------------- */

static int run_type(const struct target *target, int argc, char **argv)
{
	static const struct option options[] = {{0}};
	CLEANUP(json_object_putp) struct json_object *event = json_object_new_object();

	if (getopt_long(argc, argv, "", options, NULL) != -1)
		return STATUS_USAGE;
	if (optind + 1 != argc)
		return usage_error("type needs one text (in quotes, where it has spaces)");
	add_text(event, "text", argv[optind]);
	return send_one(target, "/api/v1/input/type", event);
}

const struct command command_type = {
	.name = "type",
	.arguments = "[--] TEXT",
	.summary = "type a text, on a US layout",
	.help = "",
	.run = run_type,
};

/* -- pointer -------------------------------------------------------------- */

static int add_wheel(struct json_object *event, const char *name, const char *text)
{
	int notches;

	if (!int_from_text(text, WHEEL_MAX, &notches))
		return usage_error("%s is no number of notches from -%d to %d", text, WHEEL_MAX,
				   WHEEL_MAX);
	add_number(event, name, notches);
	return STATUS_DONE;
}

static int parse_pointer(int argc, char **argv, struct json_object *event)
{
	static const struct option options[] = {
		{"head", required_argument, NULL, 'n'},
		{"click", required_argument, NULL, 'b'},
		{"down", required_argument, NULL, 'b'},
		{"up", required_argument, NULL, 'b'},
		{"wheel", required_argument, NULL, 'w'},
		{"wheel-x", required_argument, NULL, 'x'},
		{0},
	};
	bool has_button = false;
	int status = STATUS_DONE;
	int index;
	int option;

	add_number(event, "head", 0);
	while (status == STATUS_DONE &&
	       (option = getopt_long(argc, argv, "", options, &index)) != -1) {
		switch (option) {
		case 'n':
			status = add_head(event, optarg);
			break;
		case 'b':
			if (has_button)
				return usage_error(
					"only one of --click, --down and --up at a time");
			has_button = true;
			add_text(event, options[index].name, optarg);
			break;
		case 'w':
			status = add_wheel(event, "wheel", optarg);
			break;
		case 'x':
			status = add_wheel(event, "wheel_x", optarg);
			break;
		default:
			return STATUS_USAGE;
		}
	}
	if (status != STATUS_DONE)
		return status;
	if (optind + 2 != argc)
		return usage_error("pointer needs a position: X Y, in pixels of the head");
	return add_position(event, argv[optind], argv[optind + 1]);
}

static int run_pointer(const struct target *target, int argc, char **argv)
{
	CLEANUP(json_object_putp) struct json_object *event = json_object_new_object();
	int status = parse_pointer(argc, argv, event);

	return status == STATUS_DONE ? send_one(target, "/api/v1/input/pointer", event) : status;
}

const struct command command_pointer = {
	.name = "pointer",
	.arguments = "[--head N] X Y [--click|--down|--up BUTTON] [--wheel N] [--wheel-x N]",
	.summary = "move the pointer, press its buttons, turn its wheel",
	.help = "  --head N          which head: 0 (default), 1, ...\n"
		"  --click BUTTON    left, middle, right, side or extra\n"
		"  --down BUTTON     press without letting go\n"
		"  --up BUTTON       let go\n"
		"  --wheel N         notches; up is positive\n"
		"  --wheel-x N       notches; right is positive\n",
	.run = run_pointer,
};

/* -- touch ---------------------------------------------------------------- */

/* A finger's way over the screen. */
struct finger {
	unsigned x, y, to_x, to_y;
};

#define FINGERS_MAX 2

struct gesture {
	unsigned contact; /* the first finger's; the other's is the next */
	unsigned duration_ms;
	unsigned fingers_count;
	struct finger fingers[FINGERS_MAX];
};

static void sleep_ms(unsigned ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L};

	nanosleep(&time, NULL);
}

/* Where a finger is after `part` of its way. */
static unsigned between(unsigned from, unsigned to, double part)
{
	return (unsigned)(from + part * ((double)to - from) + 0.5);
}

static int post_fingers(struct client *client, struct json_object *event,
			const struct gesture *gesture, const char *action, double part)
{
	int status = STATUS_DONE;

	add_text(event, "action", action);
	for (unsigned i = 0; i < gesture->fingers_count && status == STATUS_DONE; i++) {
		const struct finger *finger = &gesture->fingers[i];

		add_number(event, "contact", (int)(gesture->contact + i));
		add_number(event, "x", (int)between(finger->x, finger->to_x, part));
		add_number(event, "y", (int)between(finger->y, finger->to_y, part));
		status = client_post(client, "/api/v1/input/touch", event);
	}
	return status;
}

static int make_gesture(const struct target *target, struct json_object *event,
			const struct gesture *gesture)
{
	CLEANUP(client_closep) struct client *client = NULL;
	unsigned steps = gesture->duration_ms / SWIPE_STEP_MS + 1;
	int status = client_open(target, &client);

	if (status == STATUS_DONE)
		status = post_fingers(client, event, gesture, "down", 0);
	for (unsigned step = 1; step <= steps && status == STATUS_DONE; step++) {
		sleep_ms(SWIPE_STEP_MS);
		status = post_fingers(client, event, gesture, "move", (double)step / steps);
	}
	if (status == STATUS_DONE)
		status = post_fingers(client, event, gesture, "up", 1);
	return status;
}

static int parse_positions(char **words, unsigned count, unsigned *positions)
{
	for (unsigned i = 0; i < count; i++)
		if (!unsigned_from_text(words[i], FRAME_SIDE_MAX - 1, &positions[i]))
			return usage_error("%s is no position on a head", words[i]);
	return STATUS_DONE;
}

static int parse_swipe(char **words, int count, struct gesture *gesture)
{
	unsigned at[4];

	if (count != 4)
		return usage_error("touch swipe needs two positions: X Y TO_X TO_Y");
	gesture->fingers_count = 1;
	if (parse_positions(words, 4, at) != STATUS_DONE)
		return STATUS_USAGE;
	gesture->fingers[0] = (struct finger){at[0], at[1], at[2], at[3]};
	return STATUS_DONE;
}

/* Two fingers side by side, around a place. */
static int parse_pinch(char **words, int count, struct gesture *gesture)
{
	unsigned at[4];
	unsigned half, to_half;

	if (count != 4)
		return usage_error("touch pinch needs a position and two distances: X Y FROM TO");
	if (parse_positions(words, 4, at) != STATUS_DONE)
		return STATUS_USAGE;
	half = at[2] / 2;
	to_half = at[3] / 2;
	if (half > at[0] || to_half > at[0])
		return usage_error("a finger would be left of the screen");
	if (gesture->contact + 1 >= INPUT_CONTACTS_MAX)
		return usage_error("touch pinch needs two contacts");
	gesture->fingers_count = 2;
	gesture->fingers[0] = (struct finger){at[0] - half, at[1], at[0] - to_half, at[1]};
	gesture->fingers[1] = (struct finger){at[0] + half, at[1], at[0] + to_half, at[1]};
	return STATUS_DONE;
}

static int parse_touch_options(int argc, char **argv, struct json_object *event,
			       struct gesture *gesture)
{
	static const struct option options[] = {
		{"head", required_argument, NULL, 'n'},
		{"contact", required_argument, NULL, 'c'},
		{"duration", required_argument, NULL, 'd'},
		{0},
	};
	int status = STATUS_DONE;
	int option;

	add_number(event, "head", 0);
	while (status == STATUS_DONE &&
	       (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			status = add_head(event, optarg);
			break;
		case 'c':
			if (!unsigned_from_text(optarg, INPUT_CONTACTS_MAX - 1, &gesture->contact))
				return usage_error("%s is no contact from 0 to %d", optarg,
						   INPUT_CONTACTS_MAX - 1);
			add_number(event, "contact", (int)gesture->contact);
			break;
		case 'd':
			if (!unsigned_from_text(optarg, SWIPE_DURATION_MAX, &gesture->duration_ms))
				return usage_error("%s is no number of milliseconds up to %d",
						   optarg, SWIPE_DURATION_MAX);
			break;
		default:
			return STATUS_USAGE;
		}
	}
	return status;
}

/* The gateway knows where the contact was last. */
static bool may_lack_position(const char *action)
{
	return strcmp(action, "up") == 0 || strcmp(action, "cancel") == 0;
}

static int run_touch(const struct target *target, int argc, char **argv)
{
	CLEANUP(json_object_putp) struct json_object *event = json_object_new_object();
	struct gesture gesture = {.duration_ms = SWIPE_DEFAULT_MS};
	int status = parse_touch_options(argc, argv, event, &gesture);
	char **words = argv + optind;
	int count = argc - optind;

	if (status != STATUS_DONE)
		return status;
	if (count > 0 && strcmp(words[0], "swipe") == 0)
		status = parse_swipe(words + 1, count - 1, &gesture);
	else if (count > 0 && strcmp(words[0], "pinch") == 0)
		status = parse_pinch(words + 1, count - 1, &gesture);
	if (status != STATUS_DONE)
		return status;
	if (gesture.fingers_count > 0)
		return make_gesture(target, event, &gesture);
	if (count != 3 && !(count == 1 && may_lack_position(words[0])))
		return usage_error("touch needs what to do, and where: tap X Y");
	add_text(event, "action", words[0]);
	if (count == 3)
		status = add_position(event, words[1], words[2]);
	return status == STATUS_DONE ? send_one(target, "/api/v1/input/touch", event) : status;
}

const struct command command_touch = {
	.name = "touch",
	.arguments = "[--head N] [--contact N] tap|down|move X Y | up|cancel [X Y] | swipe X Y "
		     "TO_X TO_Y | pinch X Y FROM TO",
	.summary = "touch the screen",
	.help = "  --head N         which head: 0 (default), 1, ...\n"
		"  --contact N      which finger: 0 (default) to 9\n"
		"  --duration MS    how long a swipe or pinch takes: 300 (default)\n"
		"FROM and TO are how far the two fingers of a pinch are apart, in pixels.\n",
	.run = run_touch,
};
