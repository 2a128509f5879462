/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/vhost_front.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "tests/support/test.h"

/* -- Connecting -------------------------------------------------------------- */

static void lay_out_rings(struct vhost_front *front)
{
	for (unsigned i = 0; i < FRONT_QUEUES; i++)
		driver_ring_init(&front->rings[i], front->ram, front->ring_size);
}

static struct vhost_front *front_create(struct loop *loop, int socket, size_t ram_size)
{
	struct vhost_front *front = xcalloc(1, sizeof(*front));

	front->loop = loop;
	front->socket = socket;
	front->gpu_socket = -1;
	front->ram = guest_ram_create(ram_size);
	for (unsigned i = 0; i < FRONT_QUEUES; i++) {
		front->kick_fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		front->call_fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	}
	front->ring_size = FRONT_RING_SIZE;
	lay_out_rings(front);
	return front;
}

void vhost_front_set_ring_size(struct vhost_front *front, unsigned size)
{
	front->ring_size = size;
	lay_out_rings(front);
}

static int unix_socket(const char *path, struct sockaddr_un *ret_address)
{
	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	EXPECT(strlen(path) < sizeof(ret_address->sun_path));
	strcpy(ret_address->sun_path, path);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

struct vhost_front *vhost_front_connect(struct loop *loop, const char *path, size_t ram_size)
{
	struct sockaddr_un address;
	int fd = unix_socket(path, &address);

	EXPECT(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return front_create(loop, fd, ram_size);
}

struct listening {
	int listen_fd;
	int fd;
};

static bool has_come(void *data)
{
	struct listening *listening = data;

	listening->fd = accept4(listening->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return listening->fd >= 0;
}

struct vhost_front *vhost_front_listen(struct loop *loop, const char *path, size_t ram_size)
{
	struct sockaddr_un address;
	struct listening listening = {unix_socket(path, &address), -1};

	unlink(path);
	EXPECT(bind(listening.listen_fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	EXPECT(listen(listening.listen_fd, 1) == 0);
	EXPECT(test_wait(loop, has_come, &listening));
	close(listening.listen_fd);
	return front_create(loop, listening.fd, ram_size);
}

void vhost_front_destroy(struct vhost_front *front)
{
	if (!front)
		return;
	close_fd(front->socket);
	close_fd(front->gpu_socket);
	for (unsigned i = 0; i < FRONT_QUEUES; i++) {
		close_fd(front->kick_fds[i]);
		close_fd(front->call_fds[i]);
	}
	guest_ram_destroy(front->ram);
	free(front);
}

/* -- Messages ---------------------------------------------------------------- */

void vhost_front_send_raw(struct vhost_front *front, const void *bytes, size_t size, const int *fds,
			  unsigned count)
{
	union {
		char space[CMSG_SPACE(32 * sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {(void *)bytes, size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	EXPECT(count <= 32);
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
	EXPECT(sendmsg(front->socket, &message, MSG_NOSIGNAL) == (ssize_t)size);
}

void vhost_front_send(struct vhost_front *front, uint32_t request, uint32_t flags,
		      const void *payload, uint32_t size, const int *fds, unsigned count)
{
	struct {
		struct vhost_header header;
		unsigned char payload[sizeof(union vhost_payload)];
	} message = {.header = {request, VHOST_FLAG_VERSION | flags, size}};

	EXPECT(size <= sizeof(message.payload));
	if (size > 0)
		memcpy(message.payload, payload, size);
	vhost_front_send_raw(front, &message, sizeof(message.header) + size, fds, count);
}

struct waiting {
	struct vhost_front *front;
	unsigned char *bytes;
	size_t size;
	size_t received;
	bool is_closed;
};

static bool has_received(void *data)
{
	struct waiting *waiting = data;
	ssize_t received = recv(waiting->front->socket, waiting->bytes + waiting->received,
				waiting->size - waiting->received, MSG_DONTWAIT);

	if (received > 0)
		waiting->received += (size_t)received;
	waiting->is_closed = received == 0 || (received < 0 && errno == ECONNRESET);
	return waiting->is_closed || waiting->received == waiting->size;
}

/* Returns false when the back end closed the connection. */
static bool receive(struct vhost_front *front, void *bytes, size_t size)
{
	struct waiting waiting = {front, bytes, size, 0, false};

	if (size == 0)
		return true;
	EXPECT(test_wait(front->loop, has_received, &waiting));
	return !waiting.is_closed;
}

int vhost_front_answer(struct vhost_front *front, uint32_t request,
		       union vhost_payload *ret_payload)
{
	struct vhost_header header;

	if (!receive(front, &header, sizeof(header)))
		return -1;
	EXPECT_INT(header.request, request);
	EXPECT_INT(header.flags, VHOST_FLAG_VERSION | VHOST_FLAG_REPLY);
	EXPECT(header.size <= sizeof(*ret_payload));
	return receive(front, ret_payload, header.size) ? (int)header.size : -1;
}

int64_t vhost_front_ask(struct vhost_front *front, uint32_t request, const void *payload,
			uint32_t size, const int *fds, unsigned count)
{
	union vhost_payload answer;
	int answer_size;

	vhost_front_send(front, request, VHOST_FLAG_NEED_REPLY, payload, size, fds, count);
	answer_size = vhost_front_answer(front, request, &answer);
	if (answer_size < 0)
		return -1;
	EXPECT_INT(answer_size, sizeof(uint64_t));
	return (int64_t)answer.number;
}

uint64_t vhost_front_get_number(struct vhost_front *front, uint32_t request)
{
	union vhost_payload answer = {0};

	vhost_front_send(front, request, 0, NULL, 0, NULL, 0);
	EXPECT_INT(vhost_front_answer(front, request, &answer), sizeof(uint64_t));
	return answer.number;
}

void vhost_front_sync(struct vhost_front *front)
{
	vhost_front_get_number(front, VHOST_GET_FEATURES);
}

/* -- What QEMU says ---------------------------------------------------------- */

static void send_number(struct vhost_front *front, uint32_t request, uint64_t number)
{
	vhost_front_send(front, request, 0, &number, sizeof(number), NULL, 0);
}

static void send_state(struct vhost_front *front, uint32_t request, unsigned index, unsigned number)
{
	struct vhost_vring_state state = {index, number};

	vhost_front_send(front, request, 0, &state, sizeof(state), NULL, 0);
}

static void send_event(struct vhost_front *front, uint32_t request, uint64_t index, int fd)
{
	vhost_front_send(front, request, 0, &index, sizeof(index), &fd, 1);
}

void vhost_front_set_up(struct vhost_front *front)
{
	uint64_t offered = vhost_front_get_number(front, VHOST_GET_FEATURES);
	uint64_t protocol;

	EXPECT(offered & UINT64_C(1) << VHOST_F_PROTOCOL_FEATURES);
	protocol = vhost_front_get_number(front, VHOST_GET_PROTOCOL_FEATURES);
	send_number(front, VHOST_SET_PROTOCOL_FEATURES, protocol);
	EXPECT(vhost_front_get_number(front, VHOST_GET_QUEUE_NUM) >= FRONT_QUEUES);
	vhost_front_send(front, VHOST_SET_OWNER, 0, NULL, 0, NULL, 0);
	for (unsigned i = 0; i < FRONT_QUEUES; i++)
		send_event(front, VHOST_SET_VRING_CALL, i, front->call_fds[i]);
}

void vhost_front_share_memory(struct vhost_front *front)
{
	union vhost_payload payload = {.memory = {.count = 1}};

	payload.memory.regions[0] = (struct guest_region){RAM_GUEST_START, front->ram->size,
							  RAM_USER_START, 0};
	EXPECT_INT(vhost_front_ask(front, VHOST_SET_MEM_TABLE, &payload,
				   VHOST_MEMORY_SIZE_MIN + sizeof(struct guest_region),
				   &front->ram->fd, 1),
		   0);
}

void vhost_front_start_ring(struct vhost_front *front, unsigned index)
{
	const struct driver_ring *ring = &front->rings[index];
	struct vhost_vring_addr address = {
		.index = index,
		.desc_user_addr = driver_ring_user(ring->descriptors),
		.avail_user_addr = driver_ring_user(ring->available),
		.used_user_addr = driver_ring_user(ring->used),
	};

	send_state(front, VHOST_SET_VRING_NUM, index, ring->size);
	send_state(front, VHOST_SET_VRING_BASE, index, front->bases[index]);
	vhost_front_send(front, VHOST_SET_VRING_ADDR, 0, &address, sizeof(address), NULL, 0);
	send_event(front, VHOST_SET_VRING_KICK, index, front->kick_fds[index]);
	send_event(front, VHOST_SET_VRING_CALL, index, front->call_fds[index]);
	send_state(front, VHOST_SET_VRING_ENABLE, index, 1);
	vhost_front_sync(front);
}

static void pass_gpu_socket(struct vhost_front *front)
{
	int fds[2];

	EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0);
	close_fd(front->gpu_socket);
	front->gpu_socket = fds[0];
	vhost_front_send(front, VHOST_GPU_SET_SOCKET, 0, NULL, 0, &fds[1], 1);
	close(fds[1]);
}

void vhost_front_start(struct vhost_front *front, uint64_t features)
{
	pass_gpu_socket(front);
	send_number(front, VHOST_SET_FEATURES,
		    features | UINT64_C(1) << VIRTIO_F_VERSION_1 |
			    UINT64_C(1) << VHOST_F_PROTOCOL_FEATURES);
	vhost_front_share_memory(front);
	lay_out_rings(front);
	for (unsigned i = 0; i < FRONT_QUEUES; i++) {
		front->bases[i] = 0;
		vhost_front_start_ring(front, i);
	}
}

void vhost_front_stop(struct vhost_front *front)
{
	union vhost_payload answer;

	for (unsigned i = 0; i < FRONT_QUEUES; i++)
		send_state(front, VHOST_SET_VRING_ENABLE, i, 0);
	for (unsigned i = 0; i < FRONT_QUEUES; i++) {
		send_state(front, VHOST_GET_VRING_BASE, i, 0);
		EXPECT_INT(vhost_front_answer(front, VHOST_GET_VRING_BASE, &answer),
			   sizeof(struct vhost_vring_state));
		EXPECT_INT(answer.state.index, i);
		front->bases[i] = (uint16_t)answer.state.num;
	}
}

void vhost_front_continue(struct vhost_front *front)
{
	vhost_front_share_memory(front);
	for (unsigned i = 0; i < FRONT_QUEUES; i++)
		vhost_front_start_ring(front, i);
}

/* -- Rings ------------------------------------------------------------------- */

void vhost_front_kick(struct vhost_front *front, unsigned index)
{
	static const uint64_t one = 1;

	EXPECT(write(front->kick_fds[index], &one, sizeof(one)) == sizeof(one));
}

bool vhost_front_was_called(struct vhost_front *front, unsigned index)
{
	uint64_t count;

	return read(front->call_fds[index], &count, sizeof(count)) == sizeof(count);
}

struct used {
	struct driver_ring *ring;
	uint32_t *head;
	uint32_t *written;
};

static bool has_used(void *data)
{
	struct used *used = data;

	return driver_ring_take_used(used->ring, used->head, used->written);
}

bool vhost_front_wait_used(struct vhost_front *front, unsigned index, uint32_t *ret_head,
			   uint32_t *ret_written)
{
	struct used used = {&front->rings[index], ret_head, ret_written};

	return test_wait(front->loop, has_used, &used);
}

bool vhost_front_wait_closed(struct vhost_front *front)
{
	char byte;

	return !receive(front, &byte, 1);
}
