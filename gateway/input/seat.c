/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/input/seat.h"

#include <pthread.h>
#include <stdatomic.h>

#include "common/xalloc.h"
#include "gateway/frame/heads.h"
#include "gateway/input/input_queue.h"

/* One wheel event turns at most this far: a number from the network is no loop's length. */
#define WHEEL_NOTCHES_MAX 20

#define QNUM_CAPS_LOCK	 0x3a
#define QNUM_NUM_LOCK	 0x45
#define QNUM_SCROLL_LOCK 0x46

static const struct {
	enum input_lock lock;
	uint8_t qnum;
} lock_keys[] = {
	{INPUT_LOCK_CAPS, QNUM_CAPS_LOCK},
	{INPUT_LOCK_NUM, QNUM_NUM_LOCK},
	{INPUT_LOCK_SCROLL, QNUM_SCROLL_LOCK},
};

/* One finger on the guest's screen, and whose it is. */
struct slot {
	struct seat_client *client; /* NULL: free */
	uint32_t contact;
	unsigned head;
	uint32_t x;
	uint32_t y;
};

struct seat {
	struct loop *loop;
	struct heads *heads;
	const struct input_port *port; /* NULL: detached */
	void *port_data;
	atomic_bool is_attached;	   /* for other threads */
	const struct input_port *observer; /* NULL: none */
	void *observer_data;

	unsigned key_holders[QNUM_MAX + 1];
	unsigned button_holders[INPUT_BUTTONS];
	unsigned button_head[INPUT_BUTTONS]; /* where it was pressed */
	struct slot slots[INPUT_CONTACTS_MAX];
	unsigned locks; /* as far as we know */
	bool has_pointer;
	unsigned pointer_head;
	uint32_t pointer_x;
	uint32_t pointer_y;
};

struct seat_client {
	struct seat *seat;
	bool holds_key[QNUM_MAX + 1]; /* loop thread */
	bool holds_button[INPUT_BUTTONS];

	pthread_mutex_t lock;
	/* protected by lock: */
	struct input_queue queue;
	bool is_posted;
};

/* -- To the port ---------------------------------------------------------- */

/* Tells the port, and who looks on. */
#define SEND(seat, what, ...) \
	do { \
		if ((seat)->port) \
			(seat)->port->what((seat)->port_data, __VA_ARGS__); \
		if ((seat)->port && (seat)->observer) \
			(seat)->observer->what((seat)->observer_data, __VA_ARGS__); \
	} while (0)

static void send_key(struct seat *seat, uint8_t qnum, bool is_down)
{
	SEND(seat, key, qnum, is_down);
}

static void send_button(struct seat *seat, unsigned head, enum input_button button, bool is_down)
{
	SEND(seat, button, head, button, is_down);
}

static void send_touch(struct seat *seat, enum input_touch kind, const struct slot *slot)
{
	SEND(seat, touch, slot->head, kind, (unsigned)(slot - seat->slots), slot->x, slot->y);
}

/* -- Events of one client -------------------------------------------------- */

static void hold_key(struct seat_client *client, uint8_t qnum, bool is_down)
{
	struct seat *seat = client->seat;

	if (client->holds_key[qnum] == is_down)
		return; /* the viewer's own repeat: the guest makes one itself */
	client->holds_key[qnum] = is_down;

	if (is_down) {
		for (size_t i = 0; i < sizeof(lock_keys) / sizeof(lock_keys[0]); i++)
			if (lock_keys[i].qnum == qnum && seat->key_holders[qnum] == 0)
				seat->locks ^= lock_keys[i].lock;
		if (seat->key_holders[qnum]++ == 0)
			send_key(seat, qnum, true);
	} else if (--seat->key_holders[qnum] == 0) {
		send_key(seat, qnum, false);
	}
}

/* Presses the lock keys in which the guest differs from the viewer's keyboard. */
static void match_locks(struct seat *seat, unsigned wanted)
{
	if (!seat->port)
		return;
	for (size_t i = 0; i < sizeof(lock_keys) / sizeof(lock_keys[0]); i++) {
		if (((seat->locks ^ wanted) & lock_keys[i].lock) == 0)
			continue;
		if (seat->key_holders[lock_keys[i].qnum] > 0)
			continue; /* somebody is pressing it right now */
		send_key(seat, lock_keys[i].qnum, true);
		send_key(seat, lock_keys[i].qnum, false);
	}
	seat->locks = wanted;
}

static void hold_button(struct seat_client *client, unsigned head, enum input_button button,
			bool is_down)
{
	struct seat *seat = client->seat;

	if (client->holds_button[button] == is_down)
		return;
	client->holds_button[button] = is_down;

	if (is_down) {
		if (seat->button_holders[button]++ > 0)
			return;
		seat->button_head[button] = head;
		send_button(seat, head, button, true);
	} else if (--seat->button_holders[button] == 0) {
		send_button(seat, seat->button_head[button], button, false);
	}
}

static void turn_wheel(struct seat *seat, unsigned head, int32_t notches)
{
	enum input_button button = notches > 0 ? INPUT_BUTTON_WHEEL_UP : INPUT_BUTTON_WHEEL_DOWN;

	for (int i = 0; i < abs(notches) && i < WHEEL_NOTCHES_MAX; i++) {
		send_button(seat, head, button, true);
		send_button(seat, head, button, false);
	}
}

static struct slot *find_slot(struct seat *seat, const struct seat_client *client, uint32_t contact)
{
	for (size_t i = 0; i < INPUT_CONTACTS_MAX; i++) {
		struct slot *slot = &seat->slots[i];

		if (slot->client == client && (!client || slot->contact == contact))
			return slot;
	}
	return NULL;
}

static void touch(struct seat_client *client, const struct input_event *event)
{
	struct seat *seat = client->seat;
	enum input_touch kind = event->touch.kind;
	struct slot *slot = find_slot(seat, client, event->touch.contact);

	if (!slot) {
		if (kind != INPUT_TOUCH_DOWN)
			return;
		slot = find_slot(seat, NULL, 0);
		if (!slot)
			return; /* all of the guest's slots are taken */
		*slot = (struct slot){client, event->touch.contact, event->head, 0, 0};
	} else if (kind == INPUT_TOUCH_DOWN) {
		kind = INPUT_TOUCH_MOVE;
	}

	slot->x = event->touch.x;
	slot->y = event->touch.y;
	send_touch(seat, kind, slot);
	if (kind == INPUT_TOUCH_UP || kind == INPUT_TOUCH_CANCEL)
		slot->client = NULL;
}

static uint32_t at_most(uint32_t value, uint32_t limit)
{
	return value < limit ? value : limit;
}

static void move_pointer(struct seat *seat, const struct input_event *event, struct size size)
{
	seat->has_pointer = true;
	seat->pointer_head = event->head;
	seat->pointer_x = at_most(event->motion.x, size.width - 1);
	seat->pointer_y = at_most(event->motion.y, size.height - 1);
	SEND(seat, motion, event->head, seat->pointer_x, seat->pointer_y);
}

static void handle_event(struct seat_client *client, struct input_event *event)
{
	struct seat *seat = client->seat;
	struct head *head = heads_get(seat->heads, event->head);
	struct size size;

	if (!head)
		return;

	switch (event->type) {
	case INPUT_KEY:
		hold_key(client, event->key.qnum, event->key.is_down);
		break;
	case INPUT_LOCKS:
		match_locks(seat, event->locks);
		break;
	case INPUT_MOTION:
		move_pointer(seat, event, head_size(head));
		break;
	case INPUT_RELATIVE:
		SEND(seat, relative, event->head, event->relative.dx, event->relative.dy);
		break;
	case INPUT_BUTTON:
		if (event->button.button < INPUT_BUTTONS)
			hold_button(client, event->head, event->button.button,
				    event->button.is_down);
		break;
	case INPUT_WHEEL:
		turn_wheel(seat, event->head, event->wheel.dy);
		break;
	case INPUT_TOUCH:
		size = head_size(head);
		event->touch.x = at_most(event->touch.x, size.width - 1);
		event->touch.y = at_most(event->touch.y, size.height - 1);
		touch(client, event);
		break;
	}
}

static bool pop(struct seat_client *client, struct input_event *ret_event)
{
	bool is_there;

	pthread_mutex_lock(&client->lock);
	is_there = input_queue_pop(&client->queue, ret_event);
	if (!is_there)
		client->is_posted = false;
	pthread_mutex_unlock(&client->lock);
	return is_there;
}

/* One queue's length at a time: a viewer that floods waits for its next turn. */
static void handle_queue(void *data)
{
	struct seat_client *client = data;
	struct input_event event;

	for (unsigned i = 0; i < INPUT_QUEUE_LENGTH; i++) {
		if (!pop(client, &event))
			return;
		handle_event(client, &event);
	}
	loop_post(client->seat->loop, handle_queue, client);
}

/* -- Clients ---------------------------------------------------------------- */

struct seat_client *seat_client_open(struct seat *seat)
{
	struct seat_client *client = xcalloc(1, sizeof(*client));

	client->seat = seat;
	pthread_mutex_init(&client->lock, NULL);
	return client;
}

int seat_client_send(struct seat_client *client, const struct input_event *event)
{
	bool is_first = false;
	int r;

	pthread_mutex_lock(&client->lock);
	r = input_queue_push(&client->queue, event);
	if (r == 0 && !client->is_posted)
		is_first = client->is_posted = true;
	pthread_mutex_unlock(&client->lock);

	if (is_first)
		loop_post(client->seat->loop, handle_queue, client);
	return r;
}

static bool is_queue_posted(struct seat_client *client)
{
	pthread_mutex_lock(&client->lock);
	bool is_posted = client->is_posted;
	pthread_mutex_unlock(&client->lock);
	return is_posted;
}

static void handle_close(void *data)
{
	struct seat_client *client = data;
	struct seat *seat = client->seat;

	/* The rest of a flood was put behind us: it goes first. */
	if (is_queue_posted(client)) {
		loop_post(seat->loop, handle_close, client);
		return;
	}
	for (unsigned qnum = 0; qnum <= QNUM_MAX; qnum++)
		hold_key(client, (uint8_t)qnum, false);
	for (unsigned button = 0; button < INPUT_BUTTONS; button++)
		hold_button(client, 0, button, false);
	for (size_t i = 0; i < INPUT_CONTACTS_MAX; i++) {
		if (seat->slots[i].client != client)
			continue;
		send_touch(seat, INPUT_TOUCH_CANCEL, &seat->slots[i]);
		seat->slots[i].client = NULL;
	}
	pthread_mutex_destroy(&client->lock);
	free(client);
}

void seat_client_close(struct seat_client *client)
{
	/* Posts keep their order: what the queue still holds is handled before. */
	if (client)
		loop_post(client->seat->loop, handle_close, client);
}

/* -- The seat --------------------------------------------------------------- */

struct seat *seat_create(struct loop *loop, struct heads *heads)
{
	struct seat *seat = xcalloc(1, sizeof(*seat));

	seat->loop = loop;
	seat->heads = heads;
	return seat;
}

void seat_destroy(struct seat *seat)
{
	if (!seat)
		return;
	loop_run_posts(seat->loop);
	free(seat);
}

void seat_attach(struct seat *seat, const struct input_port *port, void *data)
{
	loop_assert_thread(seat->loop);
	seat->port = port;
	seat->port_data = data;
	atomic_store(&seat->is_attached, true);
	seat->locks = 0;
	seat_repeat(seat);
}

void seat_detach(struct seat *seat)
{
	loop_assert_thread(seat->loop);
	seat->port = NULL;
	atomic_store(&seat->is_attached, false);
}

void seat_observe(struct seat *seat, const struct input_port *observer, void *data)
{
	loop_assert_thread(seat->loop);
	seat->observer = observer;
	seat->observer_data = data;
}

bool seat_is_attached(const struct seat *seat)
{
	return atomic_load(&seat->is_attached);
}

static void repeat(struct seat *seat)
{
	if (seat->has_pointer) {
		struct size size = head_size(heads_get(seat->heads, seat->pointer_head));

		seat->port->motion(seat->port_data, seat->pointer_head,
				   at_most(seat->pointer_x, size.width - 1),
				   at_most(seat->pointer_y, size.height - 1));
	}
	for (unsigned qnum = 0; qnum <= QNUM_MAX; qnum++)
		if (seat->key_holders[qnum] > 0)
			send_key(seat, (uint8_t)qnum, true);
	for (unsigned button = 0; button < INPUT_BUTTONS; button++)
		if (seat->button_holders[button] > 0)
			send_button(seat, seat->button_head[button], button, true);
	for (size_t i = 0; i < INPUT_CONTACTS_MAX; i++)
		if (seat->slots[i].client)
			send_touch(seat, INPUT_TOUCH_DOWN, &seat->slots[i]);
}

void seat_repeat(struct seat *seat)
{
	/* Nobody does it again. */
	const struct input_port *observer = TAKE(seat->observer);

	if (seat->port)
		repeat(seat);
	seat->observer = observer;
}

void seat_set_locks(struct seat *seat, unsigned locks)
{
	seat->locks = locks;
}
