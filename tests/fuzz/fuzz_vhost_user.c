/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The socket to the front end, with all of a virtio-gpu behind it: what QEMU, or whoever
 * took its place, may say, and which descriptors it may pass along.
 *
 * An input is a sequence of operations, each a byte (modulo their number) and what follows it;
 * "n" is a number as fuzz_input.h has it, "u8" to "u64" are plain, little-endian.
 *
 *	0  MESSAGE  u8 request (in the table of known ones; its length: u32), u8 flags (added to
 *		    the version's; 0x80: without it), u8 change of the size (signed), fds, and the
 *		    payload, by the request's kind:
 *		    number  u8, u8: the lowest bytes; u8: 0, or 1 for u64 in their place
 *		    state   u8 index, n number
 *		    address u8 index, places of descriptors, available, used
 *		    memory  u8 count, u8 regions that follow (modulo 9), each: n guest page,
 *			    n size, u8 place, n file offset
 *		    config  n offset, n size, n flags, u8 bytes that follow
 *		    none    u8 bytes that follow
 *	1  BYTES    u8 count, fds, bytes: sent as they are
 *	2  START    what QEMU says at the start of u8 rings (its two lowest bits) with u8 features
 *	3  CHAIN    a command in a ring: u8 ring, u8 type (modulo 16, from GET_DISPLAY_INFO on, or
 *		    from UPDATE_CURSOR on in the cursor's ring), 8 n: its words; and a kick
 *	4  KICK     u8 ring: an event; its second bit: a byte in the pipe
 *	5  WRITE    u16 where in the memory's file, u8 count (modulo 32), bytes
 *	6  TURN     the loop, u8 times
 *	7  PIECES   u8: the next message comes in pieces of so many bytes
 *	8  SHRINK   the memory's file to u8 pages; it has its size again at the end
 *	9  AGAIN    the front end leaves, and comes again
 *	10 SECOND   another front end comes: u8 bits: 1 after that the bridge has a turn; 2 then it
 *		    leaves; 4 instead: in the place of ours, which left at the same time
 *	11 CLOSE    u8: one direction of the socket, or both
 *	12 FLOOD    u8 questions (modulo 4; 0xff: more than the socket holds) whose answers
 *		    nobody reads
 *	13 RESET    what QEMU says when the guest resets, and a start
 *	14 PANEL    QEMU's end of a gpu socket: u8: 0 passes one, 1 gets it ready, 2 reads what
 *		    came, 3 closes it; else so many bytes follow, and are written to it
 *	15 SHOW     a picture on a display: u8 output, n width, n height
 *
 * START, AGAIN, SECOND, FLOOD and RESET do nothing after some times.
 *
 * "fds" is u8 count (modulo 12), and for each a u8: which, in the table of passed descriptors. A
 * place is u8: which page of the memory, as the front end's process has it, or, from 0xf0 on,
 * something strange.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_gpu.h>
#include <linux/virtio_ring.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/gpu/gpu_device.h"
#include "gpu-bridge/panel/panel.h"
#include "gpu-bridge/panel/panel_connection.h"
#include "gpu-bridge/panel/panel_message.h"
#include "gpu-bridge/vhost/guest_memory.h"
#include "gpu-bridge/vhost/vhost_message.h"
#include "gpu-bridge/vhost/vhost_user.h"
#include "tests/fakes/driver_ring.h"
#include "tests/fuzz/counted_renderer.h"
#include "tests/fuzz/descriptors.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/temporary.h"

#define PAGE	   4096
#define RAM_SIZE   (16 * PAGE)
#define RINGS	   2
#define RING_SIZE  8
#define ROOM	   2048
#define OUTPUTS	   2
#define MEMORY_MAX (UINT64_C(1) << 20)

/* Twice as many as the bridge takes. */
#define FDS_MAX 12

/* So many turns are enough for all that was said, and a guest may keep the device at work for
 * ever. */
#define TURNS_MAX 64

/* When nobody says anything any more there is nothing to do. */
#define TURNS_LAST 1000

/* More answers than a socket holds. */
#define FLOOD 1000

/* An input's share of what takes long. */
#define STARTS_MAX 4

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a front end may pass; not its own end of the connection, which would then never end. */
enum passed {
	PASSED_RAM,
	PASSED_RAM_AGAIN, /* by a descriptor that cannot write */
	PASSED_SMALL,	  /* a file of one page */
	PASSED_EMPTY,
	PASSED_SEALED, /* against writing */
	PASSED_KICK_0,
	PASSED_KICK_1,
	PASSED_CALL,
	PASSED_FULL, /* an event that counts no further */
	PASSED_PIPE_READ,
	PASSED_PIPE_WRITE,
	PASSED_PIPE_ENDED, /* readable for ever */
	PASSED_PIPE_BROKEN,
	PASSED_SOCKET,
	PASSED_NULL,
	PASSED_DIRECTORY,
	PASSED_EPOLL,
	PASSED_COUNT,
};

/* The front end. */
struct front {
	struct loop *loop;
	struct vhost_user *vhost;
	struct sockaddr_un address;
	struct display *display;
	struct gpu_device *gpu;
	struct panel *panel;
	struct guest_ram *ram;
	struct driver_ring rings[RINGS];
	int passed[PASSED_COUNT];
	int pipe_write; /* of PASSED_PIPE_READ */
	int pipe_read;	/* of PASSED_PIPE_WRITE */
	int socket;
	int second;
	int panel_socket; /* QEMU's end of the gpu socket */
	bool is_short;	  /* the memory's file */
	bool is_gone;	  /* the bridge closed the connection */
	unsigned piece;
	unsigned starts; /* how many more starts, and the like, which take long */
	struct fuzz_input input;
};

/* -- The device -------------------------------------------------------------- */

static bool on_queue(void *data, unsigned index, struct virtqueue *queue,
		     const struct guest_memory *memory)
{
	struct front *front = data;
	bool has_more = gpu_vhost_device.on_queue(front->gpu, index, queue, memory);

	CHECK(counted_bytes() <= MEMORY_MAX);
	return has_more;
}

static void read_config(void *data, void *config, size_t size)
{
	const struct front *front = data;

	gpu_vhost_device.read_config(front->gpu, config, size);
}

static void on_reset(void *data)
{
	const struct front *front = data;

	gpu_vhost_device.on_reset(front->gpu);
	CHECK(counted_images() == 0 && counted_bytes() == 0);
}

static void on_memory_goes(void *data)
{
	const struct front *front = data;

	gpu_vhost_device.on_memory_goes(front->gpu);
}

static void on_memory(void *data, const struct guest_memory *memory)
{
	const struct front *front = data;

	gpu_vhost_device.on_memory(front->gpu, memory);
}

static void on_gpu_socket(void *data, int fd)
{
	const struct front *front = data;

	panel_set_socket(front->panel, fd);
}

static struct vhost_device device = {
	.name = "gpu",
	.queues = RINGS,
	.on_queue = on_queue,
	.read_config = read_config,
	.on_reset = on_reset,
	.on_memory_goes = on_memory_goes,
	.on_memory = on_memory,
};

/* -- Turning, and what is answered -------------------------------------------- */

static bool turn(struct front *front, unsigned turns)
{
	for (unsigned i = 0; i < turns; i++) {
		int r = sd_event_run(loop_event(front->loop), 0);

		CHECK(r >= 0);
		if (r == 0)
			return true;
	}
	return false;
}

/* Every answer is whole, an answer, and of a size that the request can have. */
static void read_answers(struct front *front)
{
	struct vhost_header header;

	while (recv(front->socket, &header, sizeof(header), MSG_DONTWAIT) == sizeof(header)) {
		unsigned char payload[sizeof(union vhost_payload)];

		CHECK(header.flags == (VHOST_FLAG_VERSION | VHOST_FLAG_REPLY));
		CHECK(header.size <= sizeof(payload));
		CHECK(header.size == 0 || recv(front->socket, payload, header.size, MSG_DONTWAIT) ==
						  (ssize_t)header.size);
	}
}

/* -- Sending ----------------------------------------------------------------- */

static void come(struct front *front)
{
	front->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK(connect(front->socket, (struct sockaddr *)&front->address, sizeof(front->address)) ==
	      0);
	front->is_gone = false;
	CHECK(turn(front, TURNS_MAX));
}

static void leave(struct front *front)
{
	front->second = close_fd(front->second);
	front->panel_socket = close_fd(front->panel_socket);
	front->socket = close_fd(front->socket);
	CHECK(turn(front, TURNS_LAST));
	CHECK(counted_images() == 0);
}

/* What cannot be sent is lost: the bridge has closed, or does not read. */
static void send_part(struct front *front, const void *bytes, size_t size, const int *fds,
		      unsigned count)
{
	union {
		char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {(void *)bytes, size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (front->is_gone)
		return;
	if (count > 0) {
		struct cmsghdr *header;

		message.msg_control = control.space;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	if (sendmsg(front->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
		front->is_gone = true;
}

static void send_bytes(struct front *front, const void *bytes, size_t size, const int *fds,
		       unsigned count)
{
	const unsigned char *rest = bytes;

	while (front->piece > 0 && size > front->piece) {
		send_part(front, rest, front->piece, fds, count);
		turn(front, TURNS_MAX);
		rest += front->piece;
		size -= front->piece;
		count = 0;
	}
	front->piece = 0;
	if (size > 0)
		send_part(front, rest, size, fds, count);
}

/* A message whose payload is as long as its header says, or as there is room. */
struct outgoing {
	struct vhost_header header;
	union vhost_payload payload;
};

static void send_message(struct front *front, const struct outgoing *message, const int *fds,
			 unsigned count)
{
	unsigned char bytes[sizeof(message->header) + sizeof(message->payload)];
	size_t size = message->header.size;

	if (size > sizeof(message->payload))
		size = sizeof(message->payload);
	memcpy(bytes, &message->header, sizeof(message->header));
	memcpy(bytes + sizeof(message->header), &message->payload, size);
	send_bytes(front, bytes, sizeof(message->header) + size, fds, count);
}

static void say(struct front *front, uint32_t request, const void *payload, uint32_t size, int fd)
{
	struct outgoing message = {.header = {request, VHOST_FLAG_VERSION, size}};

	if (size > 0)
		memcpy(&message.payload, payload, size);
	send_message(front, &message, &fd, fd >= 0);
}

static void say_number(struct front *front, uint32_t request, uint64_t number, int fd)
{
	say(front, request, &number, sizeof(number), fd);
}

static void say_state(struct front *front, uint32_t request, unsigned index, unsigned number)
{
	struct vhost_vring_state state = {index, number};

	say(front, request, &state, sizeof(state), -1);
}

/* -- What QEMU says ---------------------------------------------------------- */

static void say_start(struct front *front, unsigned rings, uint64_t features)
{
	struct guest_region region = {RAM_GUEST_START, RAM_SIZE, RAM_USER_START, 0};
	union vhost_payload memory = {.memory = {.count = 1, .regions = {region}}};

	say_number(front, VHOST_SET_FEATURES,
		   features << VIRTIO_RING_F_INDIRECT_DESC | UINT64_C(1)
								     << VHOST_F_PROTOCOL_FEATURES,
		   -1);
	say(front, VHOST_SET_MEM_TABLE, &memory, VHOST_MEMORY_SIZE_MIN + sizeof(region),
	    front->ram->fd);
	for (unsigned i = 0; i < RINGS; i++) {
		struct driver_ring *ring = &front->rings[i];
		struct vhost_vring_addr address = {.index = i};

		if (!(rings & 1u << i))
			continue;
		address.desc_user_addr = driver_ring_user(ring->descriptors);
		address.avail_user_addr = driver_ring_user(ring->available);
		address.used_user_addr = driver_ring_user(ring->used);
		say_state(front, VHOST_SET_VRING_NUM, i, RING_SIZE);
		say_state(front, VHOST_SET_VRING_BASE, i, ring->next_available);
		say(front, VHOST_SET_VRING_ADDR, &address, sizeof(address), -1);
		say_number(front, VHOST_SET_VRING_KICK, i, front->passed[PASSED_KICK_0 + i]);
		say_number(front, VHOST_SET_VRING_CALL, i, front->passed[PASSED_CALL]);
		say_state(front, VHOST_SET_VRING_ENABLE, i, 1);
		turn(front, TURNS_MAX);
	}
	read_answers(front);
}

static bool take_start(struct front *front)
{
	if (front->starts == 0)
		return false;
	front->starts--;
	return true;
}

static void run_start(struct front *front)
{
	uint8_t rings = fuzz_u8(&front->input);
	uint8_t features = fuzz_u8(&front->input);

	if (take_start(front))
		say_start(front, rings, features);
}

static void run_reset(struct front *front)
{
	if (!take_start(front))
		return;
	for (unsigned i = 0; i < RINGS; i++)
		say_state(front, VHOST_GET_VRING_BASE, i, 0);
	say(front, VHOST_RESET_DEVICE, NULL, 0, -1);
	turn(front, TURNS_MAX);
	say_start(front, 3, 1);
}

/* -- Messages ---------------------------------------------------------------- */

enum kind {
	KIND_NONE,
	KIND_NUMBER,
	KIND_STATE,
	KIND_ADDRESS,
	KIND_MEMORY,
	KIND_CONFIG,
};

static const struct {
	uint32_t request;
	enum kind kind;
} requests[] = {
	{VHOST_GET_FEATURES, KIND_NONE},
	{VHOST_SET_FEATURES, KIND_NUMBER},
	{VHOST_SET_OWNER, KIND_NONE},
	{VHOST_RESET_OWNER, KIND_NONE},
	{VHOST_SET_MEM_TABLE, KIND_MEMORY},
	{VHOST_SET_VRING_NUM, KIND_STATE},
	{VHOST_SET_VRING_ADDR, KIND_ADDRESS},
	{VHOST_SET_VRING_BASE, KIND_STATE},
	{VHOST_GET_VRING_BASE, KIND_STATE},
	{VHOST_SET_VRING_KICK, KIND_NUMBER},
	{VHOST_SET_VRING_CALL, KIND_NUMBER},
	{VHOST_SET_VRING_ERR, KIND_NUMBER},
	{VHOST_GET_PROTOCOL_FEATURES, KIND_NONE},
	{VHOST_SET_PROTOCOL_FEATURES, KIND_NUMBER},
	{VHOST_GET_QUEUE_NUM, KIND_NONE},
	{VHOST_SET_VRING_ENABLE, KIND_STATE},
	{VHOST_GET_CONFIG, KIND_CONFIG},
	{VHOST_SET_CONFIG, KIND_CONFIG},
	{VHOST_GPU_SET_SOCKET, KIND_NONE},
	{VHOST_RESET_DEVICE, KIND_NONE},
};

static unsigned read_fds(struct front *front, int fds[FDS_MAX])
{
	unsigned count = fuzz_u8(&front->input) % (FDS_MAX + 1);

	for (unsigned i = 0; i < count; i++)
		fds[i] = front->passed[fuzz_u8(&front->input) % PASSED_COUNT];
	return count;
}

static uint64_t read_place(struct front *front)
{
	static const uint64_t strange[] = {
		0,
		RAM_USER_START + 1,
		RAM_USER_START + 2,
		RAM_USER_START + 4,
		RAM_USER_START + RAM_SIZE - 16,
		RAM_USER_START + RAM_SIZE,
		RAM_GUEST_START,
		UINT64_MAX,
		UINT64_MAX - 15,
	};
	uint8_t place = fuzz_u8(&front->input);

	if (place >= 0xf0)
		return strange[(place - 0xf0) % COUNT(strange)];
	return RAM_USER_START + place % 32 * (PAGE / 2);
}

static uint32_t read_memory(struct front *front, union vhost_payload *payload)
{
	struct fuzz_input *input = &front->input;
	unsigned count;

	payload->memory.count = fuzz_u8(input);
	count = fuzz_u8(input) % (GUEST_REGIONS_MAX + 1);
	for (unsigned i = 0; i < count; i++) {
		struct guest_region *region = &payload->memory.regions[i];

		region->guest_address = (uint64_t)fuzz_number(input) * PAGE;
		region->size = fuzz_number(input);
		region->user_address = read_place(front);
		region->file_offset = fuzz_number(input);
	}
	return VHOST_MEMORY_SIZE_MIN + count * (uint32_t)sizeof(struct guest_region);
}

static uint32_t read_config_payload(struct fuzz_input *input, union vhost_payload *payload)
{
	uint8_t count;

	payload->config.offset = fuzz_number(input);
	payload->config.size = fuzz_number(input);
	payload->config.flags = fuzz_number(input);
	count = fuzz_u8(input);
	fuzz_bytes(input, payload->config.bytes, count);
	return VHOST_CONFIG_SIZE_MIN + count;
}

/* Returns the payload's natural size. */
static uint32_t read_payload(struct front *front, enum kind kind, union vhost_payload *payload)
{
	struct fuzz_input *input = &front->input;
	uint32_t size;

	switch (kind) {
	case KIND_NUMBER:
		payload->number = fuzz_u16(input);
		if (fuzz_u8(input) == 1)
			payload->number = fuzz_u64(input);
		return sizeof(payload->number);
	case KIND_STATE:
		payload->state.index = fuzz_u8(input);
		payload->state.num = fuzz_number(input);
		return sizeof(payload->state);
	case KIND_ADDRESS:
		payload->address.index = fuzz_u8(input);
		payload->address.desc_user_addr = read_place(front);
		payload->address.avail_user_addr = read_place(front);
		payload->address.used_user_addr = read_place(front);
		return sizeof(payload->address);
	case KIND_MEMORY:
		return read_memory(front, payload);
	case KIND_CONFIG:
		return read_config_payload(input, payload);
	default:
		size = fuzz_u8(input);
		fuzz_bytes(input, payload, size);
		return size;
	}
}

static void run_message(struct front *front)
{
	struct fuzz_input *input = &front->input;
	unsigned which = fuzz_u8(input) % (COUNT(requests) + 1);
	bool is_known = which < COUNT(requests);
	struct outgoing message = {0};
	int fds[FDS_MAX];
	unsigned count;
	uint8_t flags;
	int8_t change;

	message.header.request = is_known ? requests[which].request : fuzz_u32(input);
	flags = fuzz_u8(input);
	message.header.flags = flags & 0x80 ? flags : VHOST_FLAG_VERSION | flags;
	change = (int8_t)fuzz_u8(input);
	count = read_fds(front, fds);
	message.header.size = read_payload(front, is_known ? requests[which].kind : KIND_NONE,
					   &message.payload);
	message.header.size += (uint32_t)change;
	send_message(front, &message, fds, count);
}

static void run_bytes(struct front *front)
{
	unsigned char bytes[256];
	uint8_t size = fuzz_u8(&front->input);
	int fds[FDS_MAX];
	unsigned count = read_fds(front, fds);

	fuzz_bytes(&front->input, bytes, size);
	send_bytes(front, bytes, size, fds, count);
}

static void run_pieces(struct front *front)
{
	front->piece = fuzz_u8(&front->input);
}

static void run_flood(struct front *front)
{
	uint8_t code = fuzz_u8(&front->input);
	unsigned count = code % 4;

	if (code == 0xff && front->starts == STARTS_MAX) {
		front->starts = 0;
		count = FLOOD;
	}
	for (unsigned i = 0; i < count && !front->is_gone; i++) {
		say(front, VHOST_GET_FEATURES, NULL, 0, -1);
		turn(front, 1);
	}
}

/* -- The guest --------------------------------------------------------------- */

/* The file may be cut short: it is not touched by way of a mapping. */
static void write_file_at(struct front *front, size_t offset, const void *bytes, size_t size)
{
	if (!front->is_short)
		memcpy(front->ram->bytes + offset, bytes, size);
}

static void kick(struct front *front, unsigned ring)
{
	static const uint64_t one = 1;

	if (write(front->passed[PASSED_KICK_0 + ring], &one, sizeof(one)) < 0)
		return;
}

static void run_chain(struct front *front)
{
	struct fuzz_input *input = &front->input;
	unsigned index = fuzz_u8(input) % RINGS;
	struct driver_ring *ring = &front->rings[index];
	struct {
		struct virtio_gpu_ctrl_hdr header;
		uint32_t words[8];
	} command = {.header.type = index == 0 ? VIRTIO_GPU_CMD_GET_DISPLAY_INFO
					       : VIRTIO_GPU_CMD_UPDATE_CURSOR};
	size_t at = (10 + index) * PAGE + ring->next_available % RING_SIZE * 64;
	struct ring_part parts[] = {
		{RAM_GUEST_START + at, sizeof(command), false},
		{RAM_GUEST_START + at + ROOM, ROOM, true},
	};

	command.header.type += fuzz_u8(input) % 16;
	for (unsigned i = 0; i < COUNT(command.words); i++)
		command.words[i] = fuzz_number(input);
	if (front->is_short)
		return;
	write_file_at(front, at, &command, sizeof(command));
	driver_ring_submit(ring, parts, COUNT(parts));
	kick(front, index);
}

/* One command of a driver's that does nothing strange. */
static void send_command(struct front *front, const void *command, uint32_t size)
{
	struct driver_ring *ring = &front->rings[0];
	size_t at = 12 * PAGE + ring->next_available % RING_SIZE * 64;
	struct ring_part parts[] = {
		{RAM_GUEST_START + at, size, false},
		{RAM_GUEST_START + at + ROOM, sizeof(struct virtio_gpu_ctrl_hdr), true},
	};

	write_file_at(front, at, command, size);
	driver_ring_submit(ring, parts, COUNT(parts));
	kick(front, 0);
	turn(front, 2);
}

static void run_show(struct front *front)
{
	struct fuzz_input *input = &front->input;
	uint32_t output = fuzz_u8(input);
	uint32_t width = fuzz_number(input);
	uint32_t height = fuzz_number(input);
	struct virtio_gpu_rect whole = {0, 0, width, height};
	const struct virtio_gpu_resource_create_2d create = {
		{.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D},
		output + 1,
		VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		width,
		height,
	};
	const struct virtio_gpu_set_scanout show = {
		{.type = VIRTIO_GPU_CMD_SET_SCANOUT},
		whole,
		output,
		output + 1,
	};
	const struct virtio_gpu_resource_flush flush = {
		{.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH},
		whole,
		output + 1,
		0,
	};

	if (front->is_short)
		return;
	send_command(front, &create, sizeof(create));
	send_command(front, &show, sizeof(show));
	send_command(front, &flush, sizeof(flush));
}

static void run_kick(struct front *front)
{
	uint8_t which = fuzz_u8(&front->input);

	if (!(which & 2))
		kick(front, which % RINGS);
	else if (write(front->pipe_write, &which, 1) < 0)
		return;
}

static void run_write(struct front *front)
{
	struct fuzz_input *input = &front->input;
	size_t offset = fuzz_u16(input) % (RAM_SIZE - 32);
	uint8_t size = fuzz_u8(input) % 32;
	unsigned char bytes[32];

	fuzz_bytes(input, bytes, size);
	write_file_at(front, offset, bytes, size);
}

static void run_shrink(struct front *front)
{
	off_t size = fuzz_u8(&front->input) % (RAM_SIZE / PAGE + 1) * PAGE;

	CHECK(ftruncate(front->ram->fd, size) == 0);
	front->is_short = true;
}

/* -- QEMU's own display ------------------------------------------------------- */

static void pass_panel_socket(struct front *front)
{
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	close_fd(front->panel_socket);
	front->panel_socket = fds[0];
	say(front, VHOST_GPU_SET_SOCKET, NULL, 0, fds[1]);
	close(fds[1]);
	turn(front, TURNS_MAX);
}

static void write_panel(struct front *front, const void *bytes, size_t size)
{
	if (send(front->panel_socket, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
}

static void read_panel(struct front *front)
{
	static unsigned char bytes[PANEL_BATCH_BYTES_MIN];

	while (recv(front->panel_socket, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		turn(front, 1);
}

static void run_panel(struct front *front)
{
	static const struct panel_features ready = {
		.header = {PANEL_GET_PROTOCOL_FEATURES, PANEL_FLAG_REPLY, sizeof(uint64_t)},
	};
	unsigned char bytes[256];
	uint8_t what = fuzz_u8(&front->input);

	switch (what) {
	case 0:
		if (take_start(front))
			pass_panel_socket(front);
		return;
	case 1:
		write_panel(front, &ready, sizeof(ready));
		return;
	case 2:
		read_panel(front);
		return;
	case 3:
		front->panel_socket = close_fd(front->panel_socket);
		return;
	default:
		fuzz_bytes(&front->input, bytes, what);
		write_panel(front, bytes, what);
	}
}

/* -- Coming and going -------------------------------------------------------- */

static void run_turn(struct front *front)
{
	turn(front, fuzz_u8(&front->input));
	read_answers(front);
}

static void run_again(struct front *front)
{
	if (!take_start(front))
		return;
	leave(front);
	come(front);
}

static void run_second(struct front *front)
{
	uint8_t when = fuzz_u8(&front->input);

	if (!take_start(front))
		return;
	if (when & 4) {
		front->socket = close_fd(front->socket);
		come(front);
		return;
	}
	close_fd(front->second);
	front->second = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connect(front->second, (struct sockaddr *)&front->address, sizeof(front->address)) < 0)
		return;
	if (when & 1)
		turn(front, TURNS_MAX);
	if (when & 2)
		front->second = close_fd(front->second);
}

static void run_close(struct front *front)
{
	static const int ways[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};

	shutdown(front->socket, ways[fuzz_u8(&front->input) % COUNT(ways)]);
	turn(front, TURNS_MAX);
}

/* -- Life -------------------------------------------------------------------- */

static int memory_file(size_t size)
{
	int fd = memfd_create("passed", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	CHECK(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	return fd;
}

static void make_passed(struct front *front)
{
	int *passed = front->passed;
	CLEANUP(freep) char *path = xasprintf("/proc/self/fd/%d", front->ram->fd);
	int fds[2];

	passed[PASSED_RAM] = front->ram->fd;
	passed[PASSED_RAM_AGAIN] = open(path, O_RDONLY | O_CLOEXEC);
	passed[PASSED_SMALL] = memory_file(PAGE);
	passed[PASSED_EMPTY] = memory_file(0);
	passed[PASSED_SEALED] = memory_file(PAGE);
	CHECK(fcntl(passed[PASSED_SEALED], F_ADD_SEALS, F_SEAL_WRITE) == 0);
	for (unsigned i = PASSED_KICK_0; i <= PASSED_FULL; i++)
		passed[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
	passed[PASSED_PIPE_READ] = fds[0];
	front->pipe_write = fds[1];
	CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
	passed[PASSED_PIPE_WRITE] = fds[1];
	front->pipe_read = fds[0];
	CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
	passed[PASSED_PIPE_ENDED] = fds[0];
	close(fds[1]);
	CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
	passed[PASSED_PIPE_BROKEN] = fds[1];
	close(fds[0]);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	passed[PASSED_SOCKET] = fds[0];
	passed[PASSED_NULL] = open("/dev/null", O_RDWR | O_CLOEXEC);
	passed[PASSED_DIRECTORY] = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	passed[PASSED_EPOLL] = epoll_create1(EPOLL_CLOEXEC);
}

static char *directory;

static void remove_directory(void)
{
	temporary_destroy(directory);
}

static struct front *the_front(void)
{
	static struct front front;
	static struct vhost_address address = {.we_listen = true};

	if (front.loop)
		return &front;
	log_open(LOG_LEVEL_ERROR);
	signal(SIGPIPE, SIG_IGN);
	directory = temporary_create();
	atexit(remove_directory);
	address.path = xasprintf("%s/gpu.sock", directory);
	front.address.sun_family = AF_UNIX;
	strcpy(front.address.sun_path, address.path);
	front.socket = -1;
	front.second = -1;
	front.panel_socket = -1;
	front.ram = guest_ram_create(RAM_SIZE);
	make_passed(&front);
	device.features = gpu_vhost_device.features;
	CHECK(loop_create(&front.loop) == 0);
	CHECK(vhost_user_create(front.loop, &address, &device, &front, &front.vhost) == 0);
	vhost_user_on_gpu_socket(front.vhost, on_gpu_socket, &front);
	return &front;
}

static void begin(struct front *front)
{
	memset(front->ram->bytes, 0, RAM_SIZE);
	front->ram->taken = 0;
	for (unsigned i = 0; i < RINGS; i++)
		driver_ring_init(&front->rings[i], front->ram, RING_SIZE);
	front->display = display_create(OUTPUTS);
	CHECK(gpu_device_create(front->loop, front->display, counted_renderer(&renderer_soft),
				MEMORY_MAX, &front->gpu) == 0);
	front->panel = panel_create(front->loop, front->display);
	front->starts = STARTS_MAX;
	come(front);
}

/* What the other side of a descriptor would have read. */
static void drain(int fd)
{
	unsigned char bytes[256];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

static void end(struct front *front)
{
	static const uint64_t full = UINT64_MAX - 1;

	turn(front, TURNS_MAX);
	read_answers(front);
	leave(front);
	panel_destroy(TAKE(front->panel));
	gpu_device_destroy(TAKE(front->gpu));
	display_destroy(TAKE(front->display));
	for (unsigned i = PASSED_KICK_0; i <= PASSED_FULL; i++)
		drain(front->passed[i]);
	CHECK(write(front->passed[PASSED_FULL], &full, sizeof(full)) == sizeof(full));
	drain(front->passed[PASSED_PIPE_READ]);
	drain(front->pipe_read);
	if (front->is_short)
		CHECK(ftruncate(front->ram->fd, RAM_SIZE) == 0);
	front->is_short = false;
	front->piece = 0;
}

static void (*const operations[])(struct front *front) = {
	run_message, run_bytes, run_start,  run_chain, run_kick,  run_write, run_turn,	run_pieces,
	run_shrink,  run_again, run_second, run_close, run_flood, run_reset, run_panel, run_show,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct front *front = the_front();
	struct descriptors before = descriptors_now();

	begin(front);
	front->input = (struct fuzz_input){bytes, size};
	while (!fuzz_input_ended(&front->input)) {
		operations[fuzz_u8(&front->input) % COUNT(operations)](front);
		turn(front, 1);
	}
	end(front);
	descriptors_check(&before);
	return 0;
}
