/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The queues of a virtio-input: a driver that offers what it likes, on a device to which anything
 * happens meanwhile.
 *
 * An input is u8 kind of device (modulo 4), u8 size of the rings (modulo 8: the power of two), and
 * a sequence of operations, each a byte (modulo their number) and what follows it; "n" is a number
 * as fuzz_input.h has it, "u8" and "u16" are plain, little-endian.
 *
 *	0  CHANGE   happens to the device: u8 kind (modulo 7), u8 code, u16 x, u16 y
 *	1  OFFER    u8 buffers (modulo 8), each for one event; and a kick
 *	2  BUFFER   a strange one: u8 ring, n length, u8 flags, u8 next, n head; and a kick
 *	3  STATUS   u16 type, u16 code, u8 value, u8 size (modulo 17)
 *	4  CONFIG   u8 offset, u8 bytes (modulo 8), bytes: written; and what is there then, read
 *	5  TURN     the loop, and take what came
 *	6  PAUSE    the VM stops
 *	7  GO       it goes on
 *	8  BOOT     the guest resets, and its driver starts
 *	9  INDEX    u8 ring, u16: the available index, plus that; u16: what is asked for next
 *	10 WRITE    to the memory: u16 where, u8 size (modulo 32), bytes
 *
 * What is checked besides what sanitizers see: that events are of the device's, come in frames, and
 * change something; and that a driver that did nothing strange, and offers enough in the end, knows
 * all that is down, and where.
 */

#include <linux/input-event-codes.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/input/input_device.h"
#include "tests/fakes/vhost_front.h"
#include "tests/fuzz/descriptors.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/temporary.h"

#define EVENTS	 0
#define STATUSES 1

#define RAM_SIZE (64 << 10)
#define BUFFERS	 0x4000 /* one of EVENT_SIZE for each descriptor, in the memory */
#define STATUS	 0x6000

#define EVENT_SIZE    sizeof(struct virtio_input_event)
#define RING_SIZE_MAX 128

#define FEATURES \
	(UINT64_C(1) << VIRTIO_RING_F_INDIRECT_DESC | UINT64_C(1) << VIRTIO_RING_F_EVENT_IDX)

/* An input's share of what takes long. */
#define STARTS_MAX 4

#define TURNS_MAX 64

/* As many events as there can be for a device that rests. */
#define EVENTS_MAX 4096

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is down, and where. */
struct state {
	bool keys[KEY_CNT];
	bool has_position;
	int32_t x;
	int32_t y;
	struct contact {
		bool is_down;
		int32_t x;
		int32_t y;
	} contacts[EVENT_SLOTS];
};

struct stage {
	struct loop *loop;
	struct input_device *device;
	struct vhost_front *front;
	struct fuzz_input input;
	unsigned ring_size;
	unsigned starts; /* how many more */
	bool is_running;
	bool is_plain;	  /* nothing strange was in the rings */
	unsigned offered; /* buffers that did not come back */
	struct state real;
	struct state known; /* to the driver */
	unsigned slot;
	bool is_in_frame;
};

static unsigned lights;

static void on_lights(void *data, unsigned now)
{
	lights = now;
}

/* -- The driver -------------------------------------------------------------- */

static void turn(struct stage *stage)
{
	for (unsigned i = 0; i < TURNS_MAX; i++) {
		int r = sd_event_run(loop_event(stage->loop), 0);

		CHECK(r >= 0);
		if (r == 0)
			return;
	}
}

static void see_key(struct stage *stage, const struct virtio_input_event *event)
{
	CHECK(event->code < KEY_CNT && event->value <= 1);
	CHECK(stage->known.keys[event->code] != (bool)event->value);
	stage->known.keys[event->code] = event->value;
}

static void see_absolute(struct stage *stage, const struct virtio_input_event *event)
{
	int32_t value = (int32_t)event->value;

	switch (event->code) {
	case ABS_X:
		stage->known.x = value;
		stage->known.has_position = true;
		return;
	case ABS_Y:
		stage->known.y = value;
		return;
	case ABS_MT_SLOT:
		CHECK(value >= 0 && value < EVENT_SLOTS);
		stage->slot = (unsigned)value;
		return;
	case ABS_MT_TRACKING_ID:
		CHECK(stage->known.contacts[stage->slot].is_down == (value < 0));
		stage->known.contacts[stage->slot].is_down = value >= 0;
		return;
	case ABS_MT_POSITION_X:
		stage->known.contacts[stage->slot].x = value;
		return;
	default:
		CHECK(event->code == ABS_MT_POSITION_Y);
		stage->known.contacts[stage->slot].y = value;
	}
}

static void see_event(struct stage *stage, const struct virtio_input_event *event)
{
	stage->is_in_frame = event->type != EV_SYN;
	switch (event->type) {
	case EV_SYN:
		CHECK(event->code == SYN_REPORT);
		return;
	case EV_KEY:
		see_key(stage, event);
		return;
	case EV_ABS:
		see_absolute(stage, event);
		return;
	default:
		CHECK(event->type == EV_REL && event->value != 0);
		CHECK(event->code == REL_X || event->code == REL_Y || event->code == REL_WHEEL);
	}
}

static uint64_t buffer_of(const struct stage *stage, uint32_t head)
{
	return RAM_GUEST_START + BUFFERS + head * EVENT_SIZE;
}

/* Returns how many events came. */
static unsigned take_events(struct stage *stage)
{
	struct driver_ring *ring = &stage->front->rings[EVENTS];
	uint32_t head, written;
	unsigned count = 0;

	while (stage->is_plain && driver_ring_take_used(ring, &head, &written)) {
		struct virtio_input_event event;

		CHECK(head < ring->size && written == EVENT_SIZE && stage->offered > 0);
		stage->offered--;
		memcpy(&event, guest_ram_at(stage->front->ram, buffer_of(stage, head)), EVENT_SIZE);
		see_event(stage, &event);
		count++;
	}
	return count;
}

static void offer(struct stage *stage, unsigned count)
{
	struct driver_ring *ring = &stage->front->rings[EVENTS];

	for (unsigned i = 0; i < count && stage->offered < ring->size; i++) {
		uint16_t head = ring->next_available % ring->size;

		driver_ring_describe(ring, head, buffer_of(stage, head), EVENT_SIZE,
				     VRING_DESC_F_WRITE, 0);
		driver_ring_offer(ring, head);
		stage->offered++;
	}
	vhost_front_kick(stage->front, EVENTS);
}

static void start(struct stage *stage)
{
	struct vhost_front *front = stage->front;
	const uint64_t features = FEATURES | UINT64_C(1) << VHOST_F_PROTOCOL_FEATURES;

	front->ram->taken = 0;
	memset(front->ram->bytes, 0, RAM_SIZE);
	vhost_front_send(front, VHOST_SET_FEATURES, 0, &features, sizeof(features), NULL, 0);
	vhost_front_share_memory(front);
	for (unsigned i = 0; i < FRONT_QUEUES; i++) {
		driver_ring_init(&front->rings[i], front->ram, stage->ring_size);
		front->bases[i] = 0;
		vhost_front_start_ring(front, i);
	}
	CHECK(front->ram->taken <= BUFFERS);
	stage->is_running = true;
	stage->is_plain = true;
	stage->offered = 0;
	stage->known = (struct state){0};
	stage->slot = 0;
	stage->is_in_frame = false;
}

static void reset(struct stage *stage)
{
	vhost_front_stop(stage->front);
	vhost_front_send(stage->front, VHOST_RESET_DEVICE, 0, NULL, 0, NULL, 0);
	vhost_front_sync(stage->front);
	CHECK(lights == 0);
	stage->is_running = false;
}

/* -- Operations -------------------------------------------------------------- */

static struct change read_change(struct fuzz_input *input)
{
	struct change change = {.kind = fuzz_u8(input) % (CHANGE_TOUCH_UP + 1)};
	uint8_t code = fuzz_u8(input);

	change.x = fuzz_u16(input);
	change.y = fuzz_u16(input);
	switch (change.kind) {
	case CHANGE_KEY:
		/* The lowest are the keyboard's, and a mouse's buttons are above. */
		change.code = code < 0xf0 ? code : BTN_LEFT + code % 16;
		change.x &= 1;
		change.y = 0;
		break;
	case CHANGE_MOTION:
	case CHANGE_WHEEL:
		change.x = (int16_t)change.x;
		change.y = change.kind == CHANGE_MOTION ? (int16_t)change.y : 0;
		break;
	default:
		change.code = change.kind == CHANGE_POSITION ? 0 : code % EVENT_SLOTS;
		change.x &= EVENT_POSITION_MAX;
		change.y &= EVENT_POSITION_MAX;
		break;
	}
	return change;
}

static void run_change(struct stage *stage)
{
	struct change change = read_change(&stage->input);
	struct state *real = &stage->real;
	struct contact *contact = &real->contacts[change.code % EVENT_SLOTS];

	input_device_change(stage->device, &change);
	switch (change.kind) {
	case CHANGE_KEY:
		real->keys[change.code] = change.x;
		break;
	case CHANGE_POSITION:
		real->has_position = true;
		real->x = change.x;
		real->y = change.y;
		break;
	case CHANGE_TOUCH_DOWN:
	case CHANGE_TOUCH_MOVE:
		if (change.kind == CHANGE_TOUCH_MOVE && !contact->is_down)
			break;
		*contact = (struct contact){true, change.x, change.y};
		break;
	case CHANGE_TOUCH_UP:
		contact->is_down = false;
		break;
	default:
		break;
	}
}

static void run_offer(struct stage *stage)
{
	unsigned count = fuzz_u8(&stage->input) % 8;

	if (stage->is_running && stage->is_plain)
		offer(stage, count);
}

static void run_buffer(struct stage *stage)
{
	struct fuzz_input *input = &stage->input;
	unsigned index = fuzz_u8(input) % 2;
	struct driver_ring *ring = &stage->front->rings[index];
	uint32_t length = fuzz_number(input);
	uint8_t flags = fuzz_u8(input);
	uint8_t next = fuzz_u8(input);
	uint32_t head = fuzz_number(input);

	stage->is_plain = false;
	driver_ring_describe(ring, (uint16_t)(head % ring->size), RAM_GUEST_START + BUFFERS, length,
			     flags, next);
	driver_ring_offer(ring, (uint16_t)head);
	vhost_front_kick(stage->front, index);
}

static void run_status(struct stage *stage)
{
	struct fuzz_input *input = &stage->input;
	struct virtio_input_event event = {.type = fuzz_u16(input)};
	struct ring_part part = {RAM_GUEST_START + STATUS, 0, false};

	event.code = fuzz_u16(input);
	event.value = fuzz_u8(input);
	part.length = fuzz_u8(input) % 17;
	memcpy(guest_ram_at(stage->front->ram, part.address), &event, EVENT_SIZE);
	driver_ring_submit(&stage->front->rings[STATUSES], &part, 1);
	vhost_front_kick(stage->front, STATUSES);
}

static void run_config(struct stage *stage)
{
	struct fuzz_input *input = &stage->input;
	union vhost_payload payload = {.config = {.offset = fuzz_u8(input)}};
	struct virtio_input_config config;

	payload.config.size = fuzz_u8(input) % 8;
	fuzz_bytes(input, payload.config.bytes, payload.config.size);
	vhost_front_ask(stage->front, VHOST_SET_CONFIG, &payload,
			(uint32_t)VHOST_CONFIG_SIZE_MIN + payload.config.size, NULL, 0);

	payload = (union vhost_payload){.config = {.size = sizeof(config)}};
	vhost_front_send(stage->front, VHOST_GET_CONFIG, 0, &payload,
			 VHOST_CONFIG_SIZE_MIN + sizeof(config), NULL, 0);
	CHECK(vhost_front_answer(stage->front, VHOST_GET_CONFIG, &payload) > 0);
	memcpy(&config, payload.config.bytes, sizeof(config));
	CHECK(config.size <= sizeof(config.u));
}

static void run_turn(struct stage *stage)
{
	turn(stage);
	take_events(stage);
}

static bool take_start(struct stage *stage)
{
	if (stage->starts == 0)
		return false;
	stage->starts--;
	return true;
}

static void run_pause(struct stage *stage)
{
	if (!stage->is_running || !take_start(stage))
		return;
	vhost_front_stop(stage->front);
	stage->is_running = false;
}

static void run_go(struct stage *stage)
{
	if (stage->is_running || !take_start(stage))
		return;
	vhost_front_continue(stage->front);
	stage->is_running = true;
}

static void run_boot(struct stage *stage)
{
	if (!take_start(stage))
		return;
	reset(stage);
	start(stage);
}

static void run_index(struct stage *stage)
{
	struct fuzz_input *input = &stage->input;
	struct driver_ring *ring = &stage->front->rings[fuzz_u8(input) % 2];
	struct vring_avail *available = guest_ram_at(ring->ram, ring->available);

	stage->is_plain = false;
	available->idx = (uint16_t)(ring->next_available + fuzz_u16(input));
	driver_ring_set_used_event(ring, fuzz_u16(input));
}

static void run_write(struct stage *stage)
{
	struct fuzz_input *input = &stage->input;
	size_t offset = fuzz_u16(input) % (RAM_SIZE - 32);
	uint8_t size = fuzz_u8(input) % 32;

	stage->is_plain = false;
	fuzz_bytes(input, stage->front->ram->bytes + offset, size);
}

/* -- Life -------------------------------------------------------------------- */

static char *directory;

static void remove_directory(void)
{
	temporary_destroy(directory);
}

/* Each is made when an input wants it. */
static struct stage *stage_of(enum input_kind kind)
{
	static struct stage stages[INPUT_KINDS];
	static struct vhost_address addresses[INPUT_KINDS];
	struct stage *stage = &stages[kind];
	const struct input_device_options options = {.kind = kind, .on_lights = on_lights};
	CLEANUP(freep) char *path = NULL;

	if (stage->device)
		return stage;
	if (!directory) {
		log_open(LOG_LEVEL_ERROR);
		directory = temporary_create();
		atexit(remove_directory);
	}
	path = xasprintf("%s/%s.sock", directory, input_kind_name(kind));
	addresses[kind] = (struct vhost_address){true, path};
	CHECK(loop_create(&stage->loop) == 0);
	CHECK(input_device_create(stage->loop, &addresses[kind], &options, &stage->device) == 0);
	addresses[kind].path = TAKE(path);
	stage->front = vhost_front_connect(stage->loop, addresses[kind].path, RAM_SIZE);
	vhost_front_set_up(stage->front);
	stage->ring_size = 1;
	start(stage);
	reset(stage);
	return stage;
}

/* Lets go of all that is down, and of the motion that the queue remembers. */
static void let_go(struct stage *stage)
{
	for (uint16_t code = 0; code < KEY_CNT; code++)
		if (stage->real.keys[code])
			input_device_change(stage->device,
					    &(struct change){CHANGE_KEY, code, 0, 0});
	for (uint16_t slot = 0; slot < EVENT_SLOTS; slot++)
		if (stage->real.contacts[slot].is_down)
			input_device_change(stage->device,
					    &(struct change){CHANGE_TOUCH_UP, slot, 0, 0});
	input_device_change(stage->device, &(struct change){CHANGE_POSITION, 0, 0, 0});
}

static void check_knowledge(struct stage *stage)
{
	const struct state *real = &stage->real;
	const struct state *known = &stage->known;

	CHECK(!stage->is_in_frame);
	for (unsigned code = 0; code < KEY_CNT; code++)
		CHECK(code == BTN_TOUCH || known->keys[code] == real->keys[code]);
	for (unsigned slot = 0; slot < EVENT_SLOTS; slot++) {
		CHECK(known->contacts[slot].is_down == real->contacts[slot].is_down);
		CHECK(!real->contacts[slot].is_down ||
		      (known->contacts[slot].x == real->contacts[slot].x &&
		       known->contacts[slot].y == real->contacts[slot].y));
	}
	CHECK(!real->has_position || (known->x == real->x && known->y == real->y));
}

/* A driver that offers enough. */
static void drain(struct stage *stage)
{
	unsigned events = 0, more;

	if (!stage->is_running)
		vhost_front_continue(stage->front);
	stage->is_running = true;
	do {
		offer(stage, RING_SIZE_MAX);
		turn(stage);
		more = take_events(stage);
		events += more;
	} while (more > 0 && events < EVENTS_MAX);
	CHECK(more == 0);
	check_knowledge(stage);
}

static void (*const operations[])(struct stage *stage) = {
	run_change, run_offer, run_buffer, run_status, run_config, run_turn,
	run_pause,  run_go,    run_boot,   run_index,  run_write,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct fuzz_input input = {bytes, size};
	struct stage *stage = stage_of(fuzz_u8(&input) % INPUT_KINDS);
	struct descriptors before = descriptors_now();

	stage->ring_size = 1u << fuzz_u8(&input) % 8;
	stage->input = input;
	stage->starts = STARTS_MAX;
	stage->real = (struct state){.has_position = true};
	start(stage);
	while (!fuzz_input_ended(&stage->input))
		operations[fuzz_u8(&stage->input) % COUNT(operations)](stage);
	turn(stage);
	if (stage->is_plain)
		take_events(stage);
	if (stage->is_plain)
		drain(stage);
	let_go(stage);
	reset(stage);
	turn(stage);
	descriptors_check_count(&before);
	return 0;
}
