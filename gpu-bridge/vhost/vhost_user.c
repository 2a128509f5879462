/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/vhost/vhost_user.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/log.h"
#include "common/xalloc.h"
#include "gpu-bridge/vhost/guest_memory.h"
#include "gpu-bridge/vhost/virtqueue.h"

#define BIT(number) (UINT64_C(1) << (number))

#define RING_FEATURES \
	(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_RING_F_INDIRECT_DESC) | \
	 BIT(VIRTIO_RING_F_EVENT_IDX) | BIT(VHOST_F_PROTOCOL_FEATURES))

#define PROTOCOL_FEATURES \
	(BIT(VHOST_PROTOCOL_F_MQ) | BIT(VHOST_PROTOCOL_F_REPLY_ACK) | \
	 BIT(VHOST_PROTOCOL_F_CONFIG) | BIT(VHOST_PROTOCOL_F_RESET_DEVICE))

/* A queue and what the front end said about it. */
struct ring {
	struct vhost_user *vhost;
	unsigned index;
	struct virtqueue *queue;
	struct virtqueue_layout layout;
	uint16_t base;
	uint16_t stopped_at;
	bool is_enabled;
	int kick_fd;
	int error_fd;
	sd_event_source *kick_source;
	sd_event_source *again_source; /* a turn later: chains were left */
};

struct vhost_user {
	const struct vhost_device *device;
	bool we_listen;
	void *data;
	struct vhost_connection *connection;
	struct guest_memory *memory;
	struct ring rings[VHOST_QUEUES_MAX];
	uint64_t features;

	/* The front end's own protocol for displays. It is kept open also while nobody speaks on
	 * it: QEMU takes its end for an error for as long as it lasts. */
	int gpu_socket;
	void (*on_gpu_socket)(void *data, int fd); /* NULL: nobody speaks on it */
	void *gpu_socket_data;
};

/* -- Rings ------------------------------------------------------------------- */

static void signal_error(const struct ring *ring)
{
	static const uint64_t one = 1;

	if (ring->error_fd >= 0 && write(ring->error_fd, &one, sizeof(one)) < 0)
		log_debug("%s: queue %u: nobody takes its errors", ring->vhost->device->name,
			  ring->index);
}

static bool ring_is_running(const struct ring *ring)
{
	return ring->is_enabled && virtqueue_is_running(ring->queue);
}

static void run_ring(struct ring *ring)
{
	struct vhost_user *vhost = ring->vhost;
	bool has_more;

	if (!ring_is_running(ring))
		return;
	has_more = vhost->device->on_queue(vhost->data, ring->index, ring->queue, vhost->memory);
	if (guest_memory_is_broken(vhost->memory)) {
		vhost_connection_drop(vhost->connection, "the guest's memory was cut short");
		return;
	}
	if (!virtqueue_is_running(ring->queue)) {
		log_warning("%s: queue %u: the guest's ring does not hold together; it stands "
			    "still until the guest resets the device",
			    vhost->device->name, ring->index);
		signal_error(ring);
		return;
	}
	sd_event_source_set_enabled(ring->again_source, has_more ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static int handle_kick(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct ring *ring = data;
	uint64_t count;
	ssize_t size = read(fd, &count, sizeof(count));

	/* A pipe that ended would be readable for ever. */
	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	run_ring(ring);
	return 0;
}

static int handle_again(sd_event_source *source, void *data)
{
	run_ring(data);
	return 0;
}

static void forget_kick(struct ring *ring)
{
	sd_event_source_disable_unref(ring->kick_source);
	ring->kick_source = NULL;
	ring->kick_fd = close_fd(ring->kick_fd);
}

static uint16_t stop_ring(struct ring *ring)
{
	sd_event_source_set_enabled(ring->again_source, SD_EVENT_OFF);
	forget_kick(ring);
	ring->stopped_at = virtqueue_stop(ring->queue);
	ring->base = ring->stopped_at;
	return ring->base;
}

static int start_ring(struct ring *ring)
{
	struct vhost_user *vhost = ring->vhost;
	int r;

	if (ring->index == 0 && ring->base != ring->stopped_at)
		vhost->device->on_reset(vhost->data);
	r = virtqueue_start(ring->queue, &ring->layout, ring->base,
			    vhost->features & BIT(VIRTIO_RING_F_INDIRECT_DESC),
			    vhost->features & BIT(VIRTIO_RING_F_EVENT_IDX));
	if (r < 0) {
		log_warning("%s: queue %u: the guest's ring cannot be used: %s",
			    vhost->device->name, ring->index, strerror(-r));
		signal_error(ring);
		return r;
	}
	if (!(vhost->features & BIT(VHOST_F_PROTOCOL_FEATURES)))
		ring->is_enabled = true;
	/* What was put there before we listened is not kicked for again. */
	sd_event_source_set_enabled(ring->again_source, SD_EVENT_ONESHOT);
	return 0;
}

static void stop_all(struct vhost_user *vhost)
{
	for (unsigned i = 0; i < vhost->device->queues; i++) {
		struct ring *ring = &vhost->rings[i];

		stop_ring(ring);
		ring->is_enabled = false;
		ring->base = 0;
		ring->stopped_at = 0;
	}
}

/* -- Messages ---------------------------------------------------------------- */

/* What a handler returns when the payload has become the answer. */
#define ANSWERED 1

static struct ring *ring_of(struct vhost_user *vhost, uint32_t index)
{
	return index < vhost->device->queues ? &vhost->rings[index] : NULL;
}

static int take_message_fd(struct vhost_message *message)
{
	return message->fds_count > 0 ? take_fd(&message->fds[0]) : -1;
}

static int get_features(struct vhost_user *vhost, struct vhost_message *message)
{
	message->payload.number = vhost->device->features | RING_FEATURES;
	return ANSWERED;
}

/* QEMU passes on what the driver took, which may be more than we offered. */
static int set_features(struct vhost_user *vhost, struct vhost_message *message)
{
	uint64_t offered = vhost->device->features | RING_FEATURES;
	uint64_t unknown = message->payload.number & ~offered;

	if (unknown)
		log_debug("%s: the driver took features that were not offered (0x%llx): ignored",
			  vhost->device->name, (unsigned long long)unknown);
	vhost->features = message->payload.number & offered;
	return 0;
}

static int get_protocol_features(struct vhost_user *vhost, struct vhost_message *message)
{
	message->payload.number = PROTOCOL_FEATURES;
	return ANSWERED;
}

static int get_queue_num(struct vhost_user *vhost, struct vhost_message *message)
{
	message->payload.number = vhost->device->queues;
	return ANSWERED;
}

static int ignore(struct vhost_user *vhost, struct vhost_message *message)
{
	return 0;
}

static int set_mem_table(struct vhost_user *vhost, struct vhost_message *message)
{
	uint32_t count = message->payload.memory.count;
	int r;

	if (count > GUEST_REGIONS_MAX || count != message->fds_count ||
	    message->header.size < VHOST_MEMORY_SIZE_MIN + count * sizeof(struct guest_region))
		return -EINVAL;
	if (vhost->device->on_memory_goes)
		vhost->device->on_memory_goes(vhost->data);
	r = guest_memory_set(vhost->memory, message->payload.memory.regions, message->fds, count);
	if (vhost->device->on_memory)
		vhost->device->on_memory(vhost->data, vhost->memory);
	for (unsigned i = 0; i < vhost->device->queues; i++) {
		if (virtqueue_remap(vhost->rings[i].queue) < 0) {
			log_warning("%s: queue %u: its ring is not in the new memory",
				    vhost->device->name, i);
			signal_error(&vhost->rings[i]);
		}
	}
	return r;
}

static int set_vring_num(struct vhost_user *vhost, struct vhost_message *message)
{
	struct ring *ring = ring_of(vhost, message->payload.state.index);

	if (!ring)
		return -EINVAL;
	ring->layout.size = message->payload.state.num;
	return 0;
}

static int set_vring_addr(struct vhost_user *vhost, struct vhost_message *message)
{
	struct ring *ring = ring_of(vhost, message->payload.address.index);

	if (!ring)
		return -EINVAL;
	ring->layout.descriptors = message->payload.address.desc_user_addr;
	ring->layout.available = message->payload.address.avail_user_addr;
	ring->layout.used = message->payload.address.used_user_addr;
	return 0;
}

static int set_vring_base(struct vhost_user *vhost, struct vhost_message *message)
{
	struct ring *ring = ring_of(vhost, message->payload.state.index);

	if (!ring || message->payload.state.num > UINT16_MAX)
		return -EINVAL;
	ring->base = (uint16_t)message->payload.state.num;
	return 0;
}

static int get_vring_base(struct vhost_user *vhost, struct vhost_message *message)
{
	struct ring *ring = ring_of(vhost, message->payload.state.index);

	if (!ring)
		return -EINVAL;
	message->payload.state.num = stop_ring(ring);
	return ANSWERED;
}

/* The ring that an event's message is about; `*ret_fd` is taken from it, -1 for none. */
static struct ring *ring_event_of(struct vhost_user *vhost, struct vhost_message *message,
				  int *ret_fd)
{
	struct ring *ring = ring_of(vhost, message->payload.number & VHOST_RING_INDEX_MASK);
	bool has_fd = !(message->payload.number & VHOST_RING_NO_FD);

	if (!ring || has_fd != (message->fds_count == 1))
		return NULL;
	*ret_fd = take_message_fd(message);
	/* It may be a pipe: nothing may ever wait there. */
	if (*ret_fd >= 0)
		fcntl(*ret_fd, F_SETFL, fcntl(*ret_fd, F_GETFL) | O_NONBLOCK);
	return ring;
}

static int set_vring_kick(struct vhost_user *vhost, struct vhost_message *message)
{
	int fd;
	struct ring *ring = ring_event_of(vhost, message, &fd);
	int r;

	/* Without one we would have to poll. */
	if (!ring || fd < 0)
		return -EINVAL;
	forget_kick(ring);
	ring->kick_fd = fd;
	r = sd_event_add_io(sd_event_source_get_event(ring->again_source), &ring->kick_source, fd,
			    EPOLLIN, handle_kick, ring);
	if (r < 0)
		return r;
	if (!virtqueue_is_running(ring->queue))
		start_ring(ring);
	return 0;
}

static int set_vring_call(struct vhost_user *vhost, struct vhost_message *message)
{
	int fd;
	struct ring *ring = ring_event_of(vhost, message, &fd);

	if (!ring)
		return -EINVAL;
	virtqueue_set_call(ring->queue, fd);
	return 0;
}

static int set_vring_err(struct vhost_user *vhost, struct vhost_message *message)
{
	int fd;
	struct ring *ring = ring_event_of(vhost, message, &fd);

	if (!ring)
		return -EINVAL;
	close_fd(ring->error_fd);
	ring->error_fd = fd;
	return 0;
}

static int set_vring_enable(struct vhost_user *vhost, struct vhost_message *message)
{
	struct ring *ring = ring_of(vhost, message->payload.state.index);

	if (!ring || message->payload.state.num > 1)
		return -EINVAL;
	ring->is_enabled = message->payload.state.num;
	if (ring->is_enabled && virtqueue_is_running(ring->queue))
		sd_event_source_set_enabled(ring->again_source, SD_EVENT_ONESHOT);
	return 0;
}

static bool config_is_sane(const struct vhost_message *message)
{
	uint32_t offset = message->payload.config.offset;
	uint32_t size = message->payload.config.size;

	return size <= VHOST_CONFIG_MAX && offset <= VHOST_CONFIG_MAX - size &&
	       message->header.size == VHOST_CONFIG_SIZE_MIN + size;
}

static int get_config(struct vhost_user *vhost, struct vhost_message *message)
{
	uint8_t config[VHOST_CONFIG_MAX] = {0};

	/* An answer without a payload says that it is refused. */
	if (!config_is_sane(message)) {
		message->header.size = 0;
		return ANSWERED;
	}
	vhost->device->read_config(vhost->data, config, sizeof(config));
	memcpy(message->payload.config.bytes, config + message->payload.config.offset,
	       message->payload.config.size);
	return ANSWERED;
}

static int set_config(struct vhost_user *vhost, struct vhost_message *message)
{
	if (!config_is_sane(message))
		return -EINVAL;
	if (vhost->device->write_config)
		vhost->device->write_config(vhost->data, message->payload.config.bytes,
					    message->payload.config.offset,
					    message->payload.config.size);
	return 0;
}

/* Takes it. */
static void replace_gpu_socket(struct vhost_user *vhost, int fd)
{
	int before = vhost->gpu_socket;

	vhost->gpu_socket = fd;
	if (vhost->on_gpu_socket && (fd >= 0 || before >= 0))
		vhost->on_gpu_socket(vhost->gpu_socket_data, fd);
	close_fd(before);
}

static int gpu_set_socket(struct vhost_user *vhost, struct vhost_message *message)
{
	if (message->fds_count != 1)
		return -EINVAL;
	replace_gpu_socket(vhost, take_message_fd(message));
	return 0;
}

static int reset_device(struct vhost_user *vhost, struct vhost_message *message)
{
	stop_all(vhost);
	vhost->device->on_reset(vhost->data);
	return 0;
}

/* A handler runs when the payload's size and the number of descriptors are as they must be. An
 * answer has the size that header.size says then. */
static const struct request {
	enum vhost_request request;
	const char *name;
	uint32_t size_min;
	uint32_t size_max;
	uint32_t answer_size; /* 0: as large as the request */
	unsigned fds_max;
	int (*handle)(struct vhost_user *vhost, struct vhost_message *message);
} requests[] = {
#define NUMBER sizeof(uint64_t)
#define STATE  sizeof(struct vhost_vring_state)
#define REQUEST(name, min, max, answer, fds, handler) \
	{ \
		VHOST_##name, #name, min, max, answer, fds, handler \
	}
	REQUEST(GET_FEATURES, 0, 0, NUMBER, 0, get_features),
	REQUEST(SET_FEATURES, NUMBER, NUMBER, 0, 0, set_features),
	REQUEST(SET_OWNER, 0, 0, 0, 0, ignore),
	REQUEST(RESET_OWNER, 0, 0, 0, 0, ignore),
	REQUEST(SET_MEM_TABLE, VHOST_MEMORY_SIZE_MIN, sizeof(union vhost_payload), 0,
		GUEST_REGIONS_MAX, set_mem_table),
	REQUEST(SET_VRING_NUM, STATE, STATE, 0, 0, set_vring_num),
	REQUEST(SET_VRING_ADDR, sizeof(struct vhost_vring_addr), sizeof(struct vhost_vring_addr), 0,
		0, set_vring_addr),
	REQUEST(SET_VRING_BASE, STATE, STATE, 0, 0, set_vring_base),
	REQUEST(GET_VRING_BASE, STATE, STATE, 0, 0, get_vring_base),
	REQUEST(SET_VRING_KICK, NUMBER, NUMBER, 0, 1, set_vring_kick),
	REQUEST(SET_VRING_CALL, NUMBER, NUMBER, 0, 1, set_vring_call),
	REQUEST(SET_VRING_ERR, NUMBER, NUMBER, 0, 1, set_vring_err),
	REQUEST(GET_PROTOCOL_FEATURES, 0, 0, NUMBER, 0, get_protocol_features),
	REQUEST(SET_PROTOCOL_FEATURES, NUMBER, NUMBER, 0, 0, ignore),
	REQUEST(GET_QUEUE_NUM, 0, 0, NUMBER, 0, get_queue_num),
	REQUEST(SET_VRING_ENABLE, STATE, STATE, 0, 0, set_vring_enable),
	REQUEST(GET_CONFIG, VHOST_CONFIG_SIZE_MIN, VHOST_CONFIG_SIZE_MAX, 0, 0, get_config),
	REQUEST(SET_CONFIG, VHOST_CONFIG_SIZE_MIN, VHOST_CONFIG_SIZE_MAX, 0, 0, set_config),
	REQUEST(GPU_SET_SOCKET, 0, NUMBER, 0, 1, gpu_set_socket),
	REQUEST(RESET_DEVICE, 0, 0, 0, 0, reset_device),
#undef REQUEST
#undef STATE
#undef NUMBER
};

static const struct request *request_find(uint32_t request)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].request == request)
			return &requests[i];
	return NULL;
}

static int dispatch(struct vhost_user *vhost, const struct request *request,
		    struct vhost_message *message)
{
	if (!request)
		return -EOPNOTSUPP;
	if (message->header.size < request->size_min || message->header.size > request->size_max ||
	    message->fds_count > request->fds_max)
		return -EPROTO;
	return request->handle(vhost, message);
}

/* A refusal is told where the front end asked for an acknowledgement. Where it did not, it would
 * go on as if nothing were wrong, or wait for ever. */
static int handle_message(void *data, struct vhost_message *message)
{
	struct vhost_user *vhost = data;
	const struct request *request = request_find(message->header.request);
	/* Whether or not this connection negotiated REPLY_ACK: to a bridge that takes over from
	 * one that died, QEMU goes on talking as it had agreed with that one, and waits. */
	bool wants_reply = message->header.flags & VHOST_FLAG_NEED_REPLY;
	int r = dispatch(vhost, request, message);

	if (r == ANSWERED)
		return vhost_connection_reply(vhost->connection, message,
					      request->answer_size ?: message->header.size);
	if (r < 0)
		log_warning("%s: the front end's %s (request %u, %u bytes) is refused: %s",
			    vhost->device->name, request ? request->name : "message",
			    message->header.request, message->header.size, strerror(-r));
	if (!wants_reply)
		return r;
	message->payload.number = r < 0;
	return vhost_connection_reply(vhost->connection, message, sizeof(uint64_t));
}

/* -- Life -------------------------------------------------------------------- */

/* QEMU says nothing to a bridge that takes over from one that died, until the guest resets. */
static void handle_connected(void *data)
{
	struct vhost_user *vhost = data;

	log_info("%s: a front end connected%s", vhost->device->name,
		 vhost->we_listen ? ""
				  : "; a guest that another bridge has served has to be reset");
}

static void forget_front_end(struct vhost_user *vhost)
{
	stop_all(vhost);
	for (unsigned i = 0; i < vhost->device->queues; i++) {
		virtqueue_set_call(vhost->rings[i].queue, -1);
		vhost->rings[i].error_fd = close_fd(vhost->rings[i].error_fd);
		vhost->rings[i].layout = (struct virtqueue_layout){0};
	}
	guest_memory_clear(vhost->memory);
	vhost->features = 0;
	replace_gpu_socket(vhost, -1);
}

static void handle_disconnected(void *data, const char *reason)
{
	struct vhost_user *vhost = data;

	log_info("%s: the front end is gone: %s", vhost->device->name, reason);
	vhost->device->on_reset(vhost->data);
	forget_front_end(vhost);
}

static const struct vhost_connection_events connection_events = {
	.on_connected = handle_connected,
	.on_message = handle_message,
	.on_disconnected = handle_disconnected,
};

static int init_ring(struct vhost_user *vhost, struct loop *loop, unsigned index)
{
	struct ring *ring = &vhost->rings[index];
	int r;

	ring->vhost = vhost;
	ring->index = index;
	ring->kick_fd = -1;
	ring->error_fd = -1;
	ring->queue = virtqueue_create(vhost->memory);
	r = sd_event_add_defer(loop_event(loop), &ring->again_source, handle_again, ring);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(ring->again_source, SD_EVENT_OFF);
}

int vhost_user_create(struct loop *loop, const struct vhost_address *address,
		      const struct vhost_device *device, void *data, struct vhost_user **ret_vhost)
{
	CLEANUP(vhost_user_destroyp) struct vhost_user *vhost = xcalloc(1, sizeof(*vhost));
	int r = 0;

	assert(device->queues <= VHOST_QUEUES_MAX);
	vhost->device = device;
	vhost->we_listen = address->we_listen;
	vhost->data = data;
	vhost->gpu_socket = -1;
	vhost->memory = guest_memory_create();
	for (unsigned i = 0; i < device->queues && r == 0; i++)
		r = init_ring(vhost, loop, i);
	if (r == 0)
		r = vhost_connection_create(loop, address, &connection_events, vhost,
					    &vhost->connection);
	if (r < 0)
		return r;
	*ret_vhost = TAKE(vhost);
	return 0;
}

void vhost_user_on_gpu_socket(struct vhost_user *vhost, void (*on_gpu_socket)(void *data, int fd),
			      void *data)
{
	vhost->on_gpu_socket = on_gpu_socket;
	vhost->gpu_socket_data = data;
}

void vhost_user_destroy(struct vhost_user *vhost)
{
	if (!vhost)
		return;
	vhost_connection_destroy(vhost->connection);
	for (unsigned i = 0; i < vhost->device->queues; i++) {
		struct ring *ring = &vhost->rings[i];

		if (!ring->queue)
			continue;
		forget_kick(ring);
		close_fd(ring->error_fd);
		sd_event_source_disable_unref(ring->again_source);
		virtqueue_destroy(ring->queue);
	}
	if (vhost->device->on_memory_goes)
		vhost->device->on_memory_goes(vhost->data);
	guest_memory_destroy(vhost->memory);
	close_fd(vhost->gpu_socket);
	free(vhost);
}

bool vhost_user_is_running(const struct vhost_user *vhost, unsigned index)
{
	return ring_is_running(&vhost->rings[index]);
}

void vhost_user_wake(struct vhost_user *vhost, unsigned index)
{
	const struct ring *ring = &vhost->rings[index];

	if (ring_is_running(ring))
		sd_event_source_set_enabled(ring->again_source, SD_EVENT_ONESHOT);
}
