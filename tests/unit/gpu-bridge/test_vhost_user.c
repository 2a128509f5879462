/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/vhost/vhost_user.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_ring.h>
#include <sys/eventfd.h>

#include "gpu-bridge/vhost/virtqueue.h"
#include "tests/fakes/vhost_front.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define RAM_SIZE (1 << 20)

/* -- A device that sends back what it is told, a chain at a time ------------- */

struct echo {
	unsigned resets;
	unsigned calls;
	char written[32]; /* of the configuration, by the driver */
};

static bool echo_on_queue(void *data, unsigned index, struct virtqueue *queue,
			  const struct guest_memory *memory)
{
	struct echo *echo = data;
	struct chain chain;
	char bytes[64];
	size_t size;

	echo->calls++;
	if (virtqueue_pop(queue, &chain) <= 0)
		return false;
	size = chain_read(&chain, 0, bytes, sizeof(bytes));
	virtqueue_push(queue, chain.head, (uint32_t)chain_write(&chain, 0, bytes, size));
	virtqueue_notify(queue);
	return true;
}

static void echo_read_config(void *data, void *config, size_t size)
{
	memcpy(config, "0123456789", 10);
}

static void echo_write_config(void *data, const void *bytes, size_t offset, size_t size)
{
	struct echo *echo = data;

	snprintf(echo->written, sizeof(echo->written), "%.*s at %zu", (int)size,
		 (const char *)bytes, offset);
}

static void echo_on_reset(void *data)
{
	struct echo *echo = data;

	echo->resets++;
}

static const struct vhost_device echo_device = {
	.name = "echo",
	.features = 1,
	.queues = 2,
	.on_queue = echo_on_queue,
	.read_config = echo_read_config,
	.write_config = echo_write_config,
	.on_reset = echo_on_reset,
};

struct stage {
	struct loop *loop;
	char *directory;
	char *path;
	struct vhost_address address;
	struct echo echo;
	struct vhost_user *vhost;
	struct vhost_front *front;
};

static struct stage *stage_create(bool we_listen)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	EXPECT_INT(loop_create(&stage->loop), 0);
	stage->directory = temporary_create();
	stage->path = xasprintf("%s/gpu.sock", stage->directory);
	stage->address = (struct vhost_address){we_listen, stage->path};
	EXPECT_INT(vhost_user_create(stage->loop, &stage->address, &echo_device, &stage->echo,
				     &stage->vhost),
		   0);
	return stage;
}

static struct stage *stage_connected(void)
{
	struct stage *stage = stage_create(true);

	stage->front = vhost_front_connect(stage->loop, stage->path, RAM_SIZE);
	vhost_front_set_up(stage->front);
	return stage;
}

static struct stage *stage_started(void)
{
	struct stage *stage = stage_connected();

	vhost_front_start(stage->front, 0);
	return stage;
}

static void stage_destroy(struct stage *stage)
{
	vhost_front_destroy(stage->front);
	vhost_user_destroy(stage->vhost);
	loop_destroy(stage->loop);
	temporary_destroy(stage->directory);
	free(stage->path);
	free(stage);
}

DEFINE_CLEANUP(struct stage *, stage_destroy)

static void offer(struct vhost_front *front, unsigned queue, const char *text)
{
	uint64_t buffer = guest_ram_take(front->ram, 256);
	struct ring_part parts[] = {
		{buffer, (uint32_t)strlen(text), false},
		{buffer + 128, 64, true},
	};

	memcpy(guest_ram_at(front->ram, buffer), text, strlen(text));
	driver_ring_submit(&front->rings[queue], parts, 2);
}

static void expect_echo(struct vhost_front *front, unsigned queue, const char *text)
{
	const struct vring_desc *descriptors = guest_ram_at(front->ram,
							    front->rings[queue].descriptors);
	uint32_t head, written;
	uint64_t answer;

	EXPECT(vhost_front_wait_used(front, queue, &head, &written));
	EXPECT_INT(written, strlen(text));
	answer = descriptors[descriptors[head].next].addr;
	EXPECT(memcmp(guest_ram_at(front->ram, answer), text, strlen(text)) == 0);
}

static unsigned open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* -- Sentences --------------------------------------------------------------- */

static void both_ways_round_a_chain_comes_back(void)
{
	for (int we_listen = 0; we_listen < 2; we_listen++) {
		CLEANUP(stage_destroyp) struct stage *stage = stage_create(we_listen);

		stage->front = (we_listen ? vhost_front_connect
					  : vhost_front_listen)(stage->loop, stage->path, RAM_SIZE);
		vhost_front_set_up(stage->front);
		vhost_front_start(stage->front, 0);
		offer(stage->front, 0, "hello");
		offer(stage->front, 1, "world");
		vhost_front_kick(stage->front, 0);
		vhost_front_kick(stage->front, 1);
		expect_echo(stage->front, 0, "hello");
		expect_echo(stage->front, 1, "world");
		EXPECT(vhost_front_was_called(stage->front, 0));
	}
}

static void what_was_there_before_the_start_is_seen_without_a_kick(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
	struct vhost_front *front = stage->front;

	vhost_front_share_memory(front);
	offer(front, 0, "early");
	vhost_front_start_ring(front, 0);
	expect_echo(front, 0, "early");
}

static void one_kick_is_enough_for_many_chains(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();

	for (int i = 0; i < 10; i++)
		offer(stage->front, 0, "again");
	vhost_front_kick(stage->front, 0);
	for (int i = 0; i < 10; i++)
		expect_echo(stage->front, 0, "again");
}

static void features_are_offered_and_no_others_taken(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
	uint64_t all = UINT64_MAX;
	uint64_t protocol = vhost_front_get_number(stage->front, VHOST_GET_PROTOCOL_FEATURES);

	EXPECT_INT(vhost_front_get_number(stage->front, VHOST_GET_FEATURES),
		   1ull | 1ull << 28 | 1ull << 29 | 1ull << 30 | 1ull << 32);
	EXPECT(protocol & 1 << 3);     /* REPLY_ACK */
	EXPECT(protocol & 1 << 9);     /* CONFIG */
	EXPECT(!(protocol & 1 << 15)); /* CONFIGURE_MEM_SLOTS */
	EXPECT_INT(vhost_front_ask(stage->front, VHOST_SET_FEATURES, &all, sizeof(all), NULL, 0),
		   0);
}

static void the_configuration_is_read_in_parts(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
	union vhost_payload payload = {.config = {.offset = 8, .size = 4}};
	uint32_t size = VHOST_CONFIG_SIZE_MIN + 4;

	vhost_front_send(stage->front, VHOST_GET_CONFIG, 0, &payload, size, NULL, 0);
	EXPECT_INT(vhost_front_answer(stage->front, VHOST_GET_CONFIG, &payload), size);
	EXPECT(memcmp(payload.config.bytes, "89\0\0", 4) == 0);
}

static void what_the_driver_writes_is_passed_on(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
	union vhost_payload payload = {.config = {.offset = 8, .size = 4}};
	uint32_t size = VHOST_CONFIG_SIZE_MIN + 4;

	memcpy(payload.config.bytes, "abcd", 4);
	EXPECT_INT(vhost_front_ask(stage->front, VHOST_SET_CONFIG, &payload, size, NULL, 0), 0);
	EXPECT_STRING(stage->echo.written, "abcd at 8");
	payload.config.offset = VHOST_CONFIG_MAX - 3;
	EXPECT_INT(vhost_front_ask(stage->front, VHOST_SET_CONFIG, &payload, size, NULL, 0), 1);
	EXPECT_STRING(stage->echo.written, "abcd at 8");
}

static void a_queue_is_called_when_its_device_has_something_for_it(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();

	EXPECT(!vhost_user_is_running(stage->vhost, 1));
	vhost_user_wake(stage->vhost, 1);
	vhost_front_sync(stage->front);
	EXPECT_INT(stage->echo.calls, 0);

	vhost_front_start(stage->front, 0);
	vhost_front_sync(stage->front);
	stage->echo.calls = 0;
	EXPECT(vhost_user_is_running(stage->vhost, 1));
	vhost_user_wake(stage->vhost, 1);
	vhost_front_sync(stage->front);
	EXPECT_INT(stage->echo.calls, 1);

	vhost_front_stop(stage->front);
	EXPECT(!vhost_user_is_running(stage->vhost, 1));
	vhost_user_wake(stage->vhost, 1);
	vhost_front_sync(stage->front);
	EXPECT_INT(stage->echo.calls, 1);
}

static void a_configuration_beyond_its_end_is_refused(void)
{
	static const struct {
		uint32_t offset, size, bytes;
	} wrong[] = {{253, 4, 4}, {0, 257, 0}, {UINT32_MAX, 4, 4}, {0, UINT32_MAX, 4}, {0, 8, 4}};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
		union vhost_payload payload = {
			.config = {.offset = wrong[i].offset, .size = wrong[i].size}};

		vhost_front_send(stage->front, VHOST_GET_CONFIG, 0, &payload,
				 VHOST_CONFIG_SIZE_MIN + wrong[i].bytes, NULL, 0);
		EXPECT_INT(vhost_front_answer(stage->front, VHOST_GET_CONFIG, &payload), 0);
	}
}

/* Messages that are refused: told where an acknowledgement was asked for, the end otherwise. */
static void what_cannot_be_is_refused(void)
{
	static const struct {
		uint32_t request;
		uint32_t size;
		uint64_t payload[5];
		unsigned fds;
	} wrong[] = {
		{99, 0, {0}, 0},					/* no such request */
		{VHOST_SET_FEATURES, 4, {0}, 0},			/* too short */
		{VHOST_SET_FEATURES, 16, {0}, 0},			/* too long */
		{VHOST_SET_FEATURES, 8, {0}, 1},			/* with a descriptor */
		{VHOST_SET_VRING_NUM, 8, {2 | 16ull << 32}, 0},		/* no such ring */
		{VHOST_SET_VRING_NUM, 8, {UINT32_MAX}, 0},		/* nor that */
		{VHOST_SET_VRING_BASE, 8, {0 | 65536ull << 32}, 0},	/* beyond an index */
		{VHOST_SET_VRING_ADDR, 40, {2}, 0},			/* no such ring */
		{VHOST_SET_VRING_KICK, 8, {0}, 0},			/* no descriptor */
		{VHOST_SET_VRING_KICK, 8, {VHOST_RING_NO_FD}, 0},	/* would be polled */
		{VHOST_SET_VRING_KICK, 8, {2}, 1},			/* no such ring */
		{VHOST_SET_VRING_CALL, 8, {VHOST_RING_NO_FD}, 1},	/* with one after all */
		{VHOST_SET_VRING_CALL, 8, {0}, 2},			/* two */
		{VHOST_SET_VRING_ENABLE, 8, {0 | 2ull << 32}, 0},	/* neither on nor off */
		{VHOST_SET_MEM_TABLE, 8, {1}, 1},			/* a region is missing */
		{VHOST_SET_MEM_TABLE, 40, {1, 0, 4096, 0, 0}, 0},	/* its file is */
		{VHOST_SET_MEM_TABLE, 40, {9, 0, 4096, 0, 0}, 8},	/* too many */
		{VHOST_SET_MEM_TABLE, 40, {1, 0, 1ull << 40, 0, 0}, 1}, /* larger than its file */
		{VHOST_GPU_SET_SOCKET, 0, {0}, 0},			/* no socket */
	};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
		int fds[8];

		for (unsigned k = 0; k < 8; k++)
			fds[k] = stage->front->ram->fd;
		if (vhost_front_ask(stage->front, wrong[i].request, wrong[i].payload, wrong[i].size,
				    fds, wrong[i].fds) != 1)
			test_fail(__FILE__, __LINE__, "message %u was not refused", i);
		vhost_front_sync(stage->front);
		vhost_front_send(stage->front, wrong[i].request, 0, wrong[i].payload, wrong[i].size,
				 fds, wrong[i].fds);
		EXPECT(vhost_front_wait_closed(stage->front));
		EXPECT_INT(stage->echo.resets, 1);
	}
}

static void a_header_that_cannot_be_ends_the_connection(void)
{
	static const struct vhost_header wrong[] = {
		{VHOST_GET_FEATURES, 2, 0},				  /* version */
		{VHOST_SET_FEATURES, 1, sizeof(union vhost_payload) + 1}, /* too large */
		{VHOST_SET_FEATURES, 1, UINT32_MAX},
	};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CLEANUP(stage_destroyp) struct stage *stage = stage_connected();

		vhost_front_send_raw(stage->front, &wrong[i], sizeof(wrong[i]), NULL, 0);
		EXPECT(vhost_front_wait_closed(stage->front));
	}
}

static void a_message_may_come_byte_by_byte(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
	struct vhost_header header = {VHOST_GET_QUEUE_NUM, VHOST_FLAG_VERSION, 0};
	union vhost_payload answer;

	for (unsigned i = 0; i < sizeof(header); i++) {
		vhost_front_send_raw(stage->front, (char *)&header + i, 1, NULL, 0);
		sd_event_run(loop_event(stage->loop), 0);
	}
	EXPECT_INT(vhost_front_answer(stage->front, VHOST_GET_QUEUE_NUM, &answer), 8);
	EXPECT_INT(answer.number, 2);
}

static void descriptors_do_not_pile_up(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();
	unsigned before = open_descriptors();
	int fds[32];

	for (int round = 0; round < 20; round++) {
		for (unsigned i = 0; i < FRONT_QUEUES; i++)
			vhost_front_start_ring(stage->front, i);
		vhost_front_share_memory(stage->front);
	}
	EXPECT_INT(open_descriptors(), before);

	for (unsigned i = 0; i < 32; i++)
		fds[i] = stage->front->ram->fd;
	vhost_front_send(stage->front, VHOST_SET_OWNER, 0, NULL, 0, fds, 32);
	EXPECT(vhost_front_wait_closed(stage->front));
	/* Theirs of the connection, of the rings' events, of the gpu socket. */
	EXPECT(open_descriptors() < before);
}

static void a_paused_device_keeps_what_it_has(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();

	offer(stage->front, 0, "before");
	vhost_front_kick(stage->front, 0);
	expect_echo(stage->front, 0, "before");
	vhost_front_stop(stage->front);
	EXPECT_INT(stage->front->bases[0], 1);
	offer(stage->front, 0, "after");
	vhost_front_continue(stage->front);
	expect_echo(stage->front, 0, "after");
	EXPECT_INT(stage->echo.resets, 0);
}

static void a_driver_that_begins_anew_resets_the_device(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();

	offer(stage->front, 0, "before");
	vhost_front_kick(stage->front, 0);
	expect_echo(stage->front, 0, "before");
	vhost_front_stop(stage->front);
	vhost_front_start(stage->front, 0);
	EXPECT_INT(stage->echo.resets, 1);
	offer(stage->front, 0, "after");
	vhost_front_kick(stage->front, 0);
	expect_echo(stage->front, 0, "after");
}

static void a_reset_stops_the_rings(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();
	unsigned calls;

	vhost_front_send(stage->front, VHOST_RESET_DEVICE, 0, NULL, 0, NULL, 0);
	vhost_front_sync(stage->front);
	EXPECT_INT(stage->echo.resets, 1);
	calls = stage->echo.calls;
	offer(stage->front, 0, "nobody");
	vhost_front_kick(stage->front, 0);
	vhost_front_sync(stage->front);
	EXPECT_INT(stage->echo.calls, calls);
}

static void a_disabled_ring_waits(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();
	struct vhost_vring_state off = {0, 0}, on = {0, 1};
	unsigned calls;

	vhost_front_ask(stage->front, VHOST_SET_VRING_ENABLE, &off, sizeof(off), NULL, 0);
	calls = stage->echo.calls;
	offer(stage->front, 0, "later");
	vhost_front_kick(stage->front, 0);
	vhost_front_sync(stage->front);
	EXPECT_INT(stage->echo.calls, calls);
	vhost_front_ask(stage->front, VHOST_SET_VRING_ENABLE, &on, sizeof(on), NULL, 0);
	expect_echo(stage->front, 0, "later");
}

static void a_broken_ring_is_reported_and_the_other_goes_on(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();
	uint64_t index = 0, count;
	CLEANUP(close_fdp) int error_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	vhost_front_ask(stage->front, VHOST_SET_VRING_ERR, &index, sizeof(index), &error_fd, 1);
	driver_ring_offer(&stage->front->rings[0], FRONT_RING_SIZE);
	vhost_front_kick(stage->front, 0);
	offer(stage->front, 1, "still here");
	vhost_front_kick(stage->front, 1);
	expect_echo(stage->front, 1, "still here");
	vhost_front_sync(stage->front);
	EXPECT(read(error_fd, &count, sizeof(count)) == sizeof(count));
}

static void a_ring_outside_of_memory_is_not_started(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
	unsigned calls = stage->echo.calls;

	vhost_front_start_ring(stage->front, 0); /* before there is memory */
	vhost_front_kick(stage->front, 0);
	vhost_front_sync(stage->front);
	EXPECT_INT(stage->echo.calls, calls);
	vhost_front_start(stage->front, 0);
	offer(stage->front, 0, "hello");
	vhost_front_kick(stage->front, 0);
	expect_echo(stage->front, 0, "hello");
}

static void a_front_end_may_leave_and_another_come(void)
{
	for (int we_listen = 0; we_listen < 2; we_listen++) {
		CLEANUP(stage_destroyp) struct stage *stage = stage_create(we_listen);

		for (unsigned round = 0; round < 3; round++) {
			stage->front = (we_listen ? vhost_front_connect : vhost_front_listen)(
				stage->loop, stage->path, RAM_SIZE);
			vhost_front_set_up(stage->front);
			vhost_front_start(stage->front, 0);
			EXPECT_INT(stage->echo.resets, round);
			offer(stage->front, 0, "hello");
			vhost_front_kick(stage->front, 0);
			expect_echo(stage->front, 0, "hello");
			vhost_front_destroy(TAKE(stage->front));
		}
	}
}

/* QEMU does not negotiate again: it stops the rings, and acknowledgements are what was agreed on.
 */
static void a_front_end_of_a_bridge_that_died_is_answered(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_create(true);
	struct vhost_vring_state off = {0, 0};

	stage->front = vhost_front_connect(stage->loop, stage->path, RAM_SIZE);
	EXPECT_INT(
		vhost_front_ask(stage->front, VHOST_SET_VRING_ENABLE, &off, sizeof(off), NULL, 0),
		0);
	vhost_front_stop(stage->front);
	vhost_front_start(stage->front, 0);
	offer(stage->front, 0, "hello");
	vhost_front_kick(stage->front, 0);
	expect_echo(stage->front, 0, "hello");
}

struct gpu_sockets {
	int present;
	unsigned changes;
	bool was_open; /* the one before, when the present one came */
};

static void note_gpu_socket(void *data, int fd)
{
	struct gpu_sockets *sockets = data;

	sockets->was_open = sockets->present < 0 || fcntl(sockets->present, F_GETFD) >= 0;
	sockets->present = fd;
	sockets->changes++;
}

static void the_socket_for_displays_is_handed_over_and_taken_back(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_connected();
	struct gpu_sockets sockets = {.present = -1};

	vhost_user_on_gpu_socket(stage->vhost, note_gpu_socket, &sockets);
	for (unsigned i = 1; i <= 3; i++) {
		vhost_front_start(stage->front, 0);
		vhost_front_stop(stage->front);
		EXPECT_INT(sockets.changes, i);
		EXPECT_INT(write(stage->front->gpu_socket, "x", 1), 1);
		EXPECT_INT(read(sockets.present, &(char){0}, 1), 1);
		EXPECT(sockets.was_open);
	}
	vhost_front_send(stage->front, 99, 0, NULL, 0, NULL, 0);
	EXPECT(vhost_front_wait_closed(stage->front));
	EXPECT_INT(sockets.changes, 4);
	EXPECT_INT(sockets.present, -1);
	EXPECT(sockets.was_open);
}

static void a_second_front_end_is_sent_away(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();
	CLEANUP(vhost_front_destroyp)
	struct vhost_front *second = vhost_front_connect(stage->loop, stage->path, RAM_SIZE);

	EXPECT(vhost_front_wait_closed(second));
	vhost_front_sync(stage->front);
}

static void memory_that_is_cut_short_ends_the_connection(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_started();
	struct vhost_front *front = stage->front;
	struct ring_part part = {RAM_GUEST_START + RAM_SIZE - 64, 64, false};

	EXPECT(front->ram->taken < RAM_SIZE - 4096);
	driver_ring_submit(&front->rings[0], &part, 1);
	EXPECT_INT(ftruncate(front->ram->fd, RAM_SIZE - 4096), 0);
	vhost_front_kick(front, 0);
	EXPECT(vhost_front_wait_closed(front));
	EXPECT_INT(stage->echo.resets, 1);
}

static void addresses_are_parsed(void)
{
	struct vhost_address address;

	EXPECT_INT(vhost_address_parse("listen:/run/gpu.sock", &address), 0);
	EXPECT(address.we_listen);
	EXPECT_STRING(address.path, "/run/gpu.sock");
	EXPECT_INT(vhost_address_parse("connect:x", &address), 0);
	EXPECT(!address.we_listen);
	EXPECT_INT(vhost_address_parse("connect:", &address), -EINVAL);
	EXPECT_INT(vhost_address_parse("/run/gpu.sock", &address), -EINVAL);
	EXPECT_INT(vhost_address_parse("", &address), -EINVAL);
}

int main(void)
{
	RUN_TEST(both_ways_round_a_chain_comes_back);
	RUN_TEST(what_was_there_before_the_start_is_seen_without_a_kick);
	RUN_TEST(one_kick_is_enough_for_many_chains);
	RUN_TEST(features_are_offered_and_no_others_taken);
	RUN_TEST(the_configuration_is_read_in_parts);
	RUN_TEST(what_the_driver_writes_is_passed_on);
	RUN_TEST(a_queue_is_called_when_its_device_has_something_for_it);
	RUN_TEST(a_configuration_beyond_its_end_is_refused);
	RUN_TEST(what_cannot_be_is_refused);
	RUN_TEST(a_header_that_cannot_be_ends_the_connection);
	RUN_TEST(a_message_may_come_byte_by_byte);
	RUN_TEST(descriptors_do_not_pile_up);
	RUN_TEST(a_paused_device_keeps_what_it_has);
	RUN_TEST(a_driver_that_begins_anew_resets_the_device);
	RUN_TEST(a_reset_stops_the_rings);
	RUN_TEST(a_disabled_ring_waits);
	RUN_TEST(a_broken_ring_is_reported_and_the_other_goes_on);
	RUN_TEST(a_ring_outside_of_memory_is_not_started);
	RUN_TEST(a_front_end_may_leave_and_another_come);
	RUN_TEST(a_front_end_of_a_bridge_that_died_is_answered);
	RUN_TEST(the_socket_for_displays_is_handed_over_and_taken_back);
	RUN_TEST(a_second_front_end_is_sent_away);
	RUN_TEST(memory_that_is_cut_short_ends_the_connection);
	RUN_TEST(addresses_are_parsed);
	return 0;
}
