/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/panel/panel.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <sys/socket.h>

#include "common/xalloc.h"
#include "tests/fakes/fake_panel.h"
#include "tests/support/test.h"
#include "tests/unit/gpu-bridge/gpu_stage.h"

#define OK VIRTIO_GPU_RESP_OK_NODATA

#define RECT(x, y, w, h) ((struct virtio_gpu_rect){x, y, w, h})

/* More than the socket takes. */
#define LARGE	    512
#define LARGE_BYTES (LARGE * LARGE * 4)

/* -- A guest whose display is QEMU's too -------------------------------------- */

struct rig {
	struct gpu_stage *stage;
	struct gpu_driver *driver;
	struct panel *panel;
	struct fake_panel *qemu;
};

static void handle_gpu_socket(void *data, int fd)
{
	panel_set_socket(data, fd);
}

/* Turns the loop for as long as there is something to be done. */
static void settle(struct rig *rig)
{
	while (sd_event_run(loop_event(rig->stage->loop), 0) > 0)
		;
}

/* QEMU reads until there is nothing more. */
static void read_all(struct rig *rig)
{
	do
		settle(rig);
	while (fake_panel_read(rig->qemu) > 0);
}

/* The driver starts, and QEMU has a new socket. */
static void start(struct rig *rig)
{
	vhost_front_start(rig->stage->front, GPU_STAGE_FEATURES);
	gpu_driver_init(rig->driver, rig->stage->front);
	fake_panel_destroy(rig->qemu);
	rig->qemu = fake_panel_create(rig->stage->front->gpu_socket);
	rig->stage->front->gpu_socket = -1;
}

/* QEMU has not answered yet. */
static struct rig *rig_create_waiting(void)
{
	struct rig *rig = xcalloc(1, sizeof(*rig));

	rig->stage = gpu_stage_create();
	rig->driver = &rig->stage->driver;
	rig->panel = panel_create(rig->stage->loop, rig->stage->display);
	vhost_user_on_gpu_socket(rig->stage->vhost, handle_gpu_socket, rig->panel);
	vhost_front_stop(rig->stage->front);
	start(rig);
	return rig;
}

/* Both outputs are off, as QEMU knows. */
static struct rig *rig_create(void)
{
	struct rig *rig = rig_create_waiting();

	read_all(rig);
	fake_panel_answer(rig->qemu);
	read_all(rig);
	fake_panel_expect(rig->qemu, "features? features hidden0 off0 hidden1 off1");
	return rig;
}

static void rig_destroy(struct rig *rig)
{
	panel_destroy(rig->panel);
	gpu_stage_destroy(rig->stage);
	fake_panel_destroy(rig->qemu);
	free(rig);
}

DEFINE_CLEANUP(struct rig *, rig_destroy)
#define RIG CLEANUP(rig_destroyp) struct rig

static void expect_told(struct rig *rig, const char *text)
{
	read_all(rig);
	fake_panel_expect(rig->qemu, text);
}

/* -- Drawing ----------------------------------------------------------------- */

static uint32_t colour_at(uint32_t seed, uint32_t x, uint32_t y)
{
	return (seed * 7919 + y * 1009 + x) & 0xffffff;
}

struct picture {
	uint32_t id;
	uint32_t width;
	uint32_t height;
	uint64_t memory;
};

static struct picture make(struct rig *rig, uint32_t id, uint32_t width, uint32_t height)
{
	return (struct picture){id, width, height, gpu_driver_make(rig->driver, id, width, height)};
}

/* Draws a rectangle of the picture that belongs to `seed`, and flushes it. */
static void draw_rect(struct rig *rig, const struct picture *picture, uint32_t seed,
		      struct virtio_gpu_rect rect)
{
	uint32_t *pixels = guest_ram_at(rig->stage->front->ram, picture->memory);

	for (uint32_t y = rect.y; y < rect.y + rect.height; y++)
		for (uint32_t x = rect.x; x < rect.x + rect.width; x++)
			pixels[y * picture->width + x] = colour_at(seed, x, y);
	EXPECT_INT(gpu_driver_transfer(rig->driver, picture->id, rect,
				       ((uint64_t)rect.y * picture->width + rect.x) * 4),
		   OK);
	EXPECT_INT(gpu_driver_flush(rig->driver, picture->id, rect), OK);
}

static void draw(struct rig *rig, const struct picture *picture, uint32_t seed)
{
	draw_rect(rig, picture, seed, RECT(0, 0, picture->width, picture->height));
}

static void show(struct rig *rig, unsigned output, const struct picture *picture)
{
	EXPECT_INT(gpu_driver_show(rig->driver, output, picture->id,
				   RECT(0, 0, picture->width, picture->height)),
		   OK);
}

static bool row_is(struct rig *rig, unsigned output, uint32_t seed, uint32_t y)
{
	for (uint32_t x = 0; x < rig->qemu->outputs[output].width; x++)
		if (fake_panel_pixel(rig->qemu, output, x, y) != colour_at(seed, x, y))
			return false;
	return true;
}

static void expect_picture(struct rig *rig, unsigned output, uint32_t seed)
{
	for (uint32_t y = 0; y < rig->qemu->outputs[output].height; y++)
		EXPECT(row_is(rig, output, seed, y));
}

/* -- Beginning --------------------------------------------------------------- */

static void nothing_is_said_before_qemu_has_answered(void)
{
	RIG *rig = rig_create_waiting();
	struct picture picture = make(rig, 1, 64, 48);

	show(rig, 0, &picture);
	draw(rig, &picture, 1);
	expect_told(rig, "features?");
	fake_panel_answer(rig->qemu);
	expect_told(rig, "features hidden0 scanout0:64x48 update0:64x48+0+0 hidden1 off1");
	expect_picture(rig, 0, 1);
}

static void an_answer_may_come_in_pieces(void)
{
	RIG *rig = rig_create_waiting();
	struct panel_features answer = {{PANEL_GET_PROTOCOL_FEATURES, PANEL_FLAG_REPLY, 8}, {0}};

	read_all(rig);
	for (size_t i = 0; i < sizeof(answer); i++) {
		fake_panel_expect(rig->qemu, i == 0 ? "features?" : "");
		fake_panel_say(rig->qemu, (const char *)&answer + i, 1);
		read_all(rig);
	}
	fake_panel_expect(rig->qemu, "features hidden0 off0 hidden1 off1");
}

static void a_guest_that_starts_again_is_shown_anew(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, 64, 48);

	show(rig, 0, &picture);
	draw(rig, &picture, 1);
	vhost_front_stop(rig->stage->front);
	start(rig);
	read_all(rig);
	fake_panel_answer(rig->qemu);
	expect_told(rig, "features? features hidden0 off0 hidden1 off1");
	picture = make(rig, 1, 32, 32);
	show(rig, 0, &picture);
	draw(rig, &picture, 2);
	read_all(rig);
	expect_picture(rig, 0, 2);
}

static void a_vm_that_goes_on_shows_what_it_did(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, 64, 48);
	struct vhost_front *front = rig->stage->front;
	int fds[2];

	show(rig, 0, &picture);
	draw(rig, &picture, 1);
	/* QEMU closes before it stops the rings. */
	fake_panel_destroy(rig->qemu);
	vhost_front_stop(front);
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	vhost_front_send(front, VHOST_GPU_SET_SOCKET, 0, NULL, 0, &fds[1], 1);
	close(fds[1]);
	rig->qemu = fake_panel_create(fds[0]);
	vhost_front_continue(front);
	read_all(rig);
	fake_panel_answer(rig->qemu);
	read_all(rig);
	expect_picture(rig, 0, 1);
}

/* -- Pictures ---------------------------------------------------------------- */

static void what_is_flushed_is_sent_and_no_more(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, 64, 48);

	draw(rig, &picture, 1);
	show(rig, 0, &picture);
	expect_told(rig, "scanout0:64x48 update0:64x48+0+0");
	expect_picture(rig, 0, 1);
	draw_rect(rig, &picture, 2, RECT(10, 20, 5, 3));
	expect_told(rig, "update0:5x3+10+20");
	for (uint32_t y = 0; y < 48; y++)
		for (uint32_t x = 0; x < 64; x++) {
			bool is_new = x >= 10 && x < 15 && y >= 20 && y < 23;

			EXPECT_INT(fake_panel_pixel(rig->qemu, 0, x, y),
				   colour_at(is_new ? 2 : 1, x, y));
		}
}

static void a_page_flip_is_an_update_of_everything(void)
{
	RIG *rig = rig_create();
	struct picture pictures[] = {make(rig, 1, 64, 48), make(rig, 2, 64, 48)};

	show(rig, 0, &pictures[0]);
	expect_told(rig, "scanout0:64x48 update0:64x48+0+0");
	for (uint32_t i = 1; i <= 100; i++) {
		draw(rig, &pictures[i % 2], i);
		show(rig, 0, &pictures[i % 2]);
		expect_told(rig, "update0:64x48+0+0");
		expect_picture(rig, 0, i);
	}
}

static void an_output_goes_off_and_comes_back(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, 64, 48);

	show(rig, 0, &picture);
	expect_told(rig, "scanout0:64x48 update0:64x48+0+0");
	EXPECT_INT(gpu_driver_show(rig->driver, 0, 0, RECT(0, 0, 0, 0)), OK);
	expect_told(rig, "off0");
	draw(rig, &picture, 1);
	expect_told(rig, "");
	show(rig, 0, &picture);
	expect_told(rig, "scanout0:64x48 update0:64x48+0+0");
	expect_picture(rig, 0, 1);
}

static void another_size_comes_with_its_pixels(void)
{
	RIG *rig = rig_create();
	struct picture small = make(rig, 1, 32, 24), large = make(rig, 2, 80, 60);

	draw(rig, &small, 1);
	draw(rig, &large, 2);
	show(rig, 0, &large);
	expect_told(rig, "scanout0:80x60 update0:80x60+0+0");
	show(rig, 0, &small);
	expect_told(rig, "scanout0:32x24 update0:32x24+0+0");
	expect_picture(rig, 0, 1);
	/* And back before QEMU has read of it. */
	show(rig, 0, &large);
	show(rig, 0, &small);
	show(rig, 0, &large);
	read_all(rig);
	expect_picture(rig, 0, 2);
}

static void a_resource_on_two_outputs_is_on_both(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, 96, 48);

	draw(rig, &picture, 1);
	EXPECT_INT(gpu_driver_show(rig->driver, 0, 1, RECT(0, 0, 64, 48)), OK);
	EXPECT_INT(gpu_driver_show(rig->driver, 1, 1, RECT(64, 8, 32, 24)), OK);
	read_all(rig);
	expect_picture(rig, 0, 1);
	for (uint32_t y = 0; y < 24; y++)
		for (uint32_t x = 0; x < 32; x++)
			EXPECT_INT(fake_panel_pixel(rig->qemu, 1, x, y),
				   colour_at(1, x + 64, y + 8));
	fake_panel_expect(rig->qemu, "scanout0:64x48 update0:64x48+0+0 "
				     "scanout1:32x24 update1:32x24+0+0");
	draw_rect(rig, &picture, 2, RECT(60, 0, 8, 10));
	expect_told(rig, "update0:4x10+60+0 update1:4x2+0+0");
}

static void every_format_of_a_guest_is_shown_in_its_colours(void)
{
	static const struct {
		enum virtio_gpu_formats format;
		uint8_t bytes[4]; /* of red 0x11, green 0x22, blue 0x33 */
	} formats[] = {
		{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, {0x33, 0x22, 0x11, 0x80}},
		{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, {0x33, 0x22, 0x11, 0x80}},
		{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, {0x80, 0x11, 0x22, 0x33}},
		{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, {0x80, 0x11, 0x22, 0x33}},
		{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, {0x11, 0x22, 0x33, 0x80}},
		{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, {0x80, 0x33, 0x22, 0x11}},
		{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, {0x80, 0x33, 0x22, 0x11}},
		{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, {0x11, 0x22, 0x33, 0x80}},
	};
	RIG *rig = rig_create();
	uint64_t memory = guest_ram_take(rig->stage->front->ram, 4);
	struct virtio_gpu_mem_entry entry = {memory, 4, 0};

	for (uint32_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct virtio_gpu_resource_create_2d create = {
			.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
			.resource_id = i + 1,
			.format = formats[i].format,
			.width = 1,
			.height = 1,
		};

		memcpy(guest_ram_at(rig->stage->front->ram, memory), formats[i].bytes, 4);
		EXPECT_INT(gpu_driver_send(rig->driver, &create, sizeof(create)), OK);
		EXPECT_INT(gpu_driver_attach(rig->driver, i + 1, &entry, 1), OK);
		EXPECT_INT(gpu_driver_transfer(rig->driver, i + 1, RECT(0, 0, 1, 1), 0), OK);
		EXPECT_INT(gpu_driver_show(rig->driver, 0, i + 1, RECT(0, 0, 1, 1)), OK);
		read_all(rig);
		EXPECT_INT(fake_panel_pixel(rig->qemu, 0, 0, 0), 0x112233);
	}
}

static void a_surface_that_is_too_large_is_shown_as_off(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, 64, 48);
	struct picture wide = make(rig, 2, PANEL_SIDE_MAX + 1, 1);
	struct picture widest = make(rig, 3, PANEL_SIDE_MAX, 2);

	show(rig, 0, &wide);
	draw(rig, &wide, 1);
	expect_told(rig, "");
	show(rig, 0, &picture);
	read_all(rig);
	show(rig, 0, &wide);
	draw(rig, &wide, 1);
	show(rig, 1, &widest);
	draw(rig, &widest, 2);
	read_all(rig);
	EXPECT_INT(rig->qemu->outputs[0].width, 0);
	expect_picture(rig, 1, 2);
	show(rig, 0, &picture);
	draw(rig, &picture, 1);
	read_all(rig);
	expect_picture(rig, 0, 1);
}

/* -- The pointer ------------------------------------------------------------- */

static void move_cursor(struct rig *rig, int32_t x, int32_t y)
{
	gpu_driver_cursor(rig->driver, VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 1, x, y, 0);
}

static void the_pointer_is_shown_moved_and_hidden(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, 64, 64);
	uint32_t *pixels = guest_ram_at(rig->stage->front->ram, picture.memory);

	for (uint32_t i = 0; i < 64 * 64; i++)
		pixels[i] = 0xff000000 | i;
	EXPECT_INT(gpu_driver_transfer(rig->driver, 1, RECT(0, 0, 64, 64), 0), OK);
	gpu_driver_cursor(rig->driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1, 5, 6, 7);
	expect_told(rig, "cursor0:5,6");
	EXPECT_INT(rig->qemu->cursor.hot_x, 7);
	EXPECT_INT(rig->qemu->cursor.hot_y, 7);
	/* It is the guest's, but for whether that has an alpha channel. */
	for (uint32_t i = 0; i < 64 * 64; i++)
		EXPECT_INT(rig->qemu->cursor.pixels[i] & 0xffffff, i);
	move_cursor(rig, -3, 40);
	expect_told(rig, "pointer0:-3,40");
	gpu_driver_cursor(rig->driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 0, 1, 2, 0);
	expect_told(rig, "hidden0");
	gpu_driver_cursor(rig->driver, VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1, 8, 9, 1);
	expect_told(rig, "cursor0:8,9");
}

/* An update of the picture would show it. */
static void a_new_picture_for_a_hidden_pointer_waits(void)
{
	RIG *rig = rig_create();
	struct display *display = rig->stage->display;
	struct display_cursor cursor = {.pixels = {0xff123456}};

	display_set_cursor(display, 0, &cursor);
	expect_told(rig, "");
	display_move_pointer(display, 0, &(struct display_pointer){3, 4, false});
	expect_told(rig, "hidden0");
	display_move_pointer(display, 0, &(struct display_pointer){3, 4, true});
	expect_told(rig, "cursor0:3,4");
	EXPECT_INT(rig->qemu->cursor.pixels[0], 0xff123456);
}

/* -- A QEMU that does not read ----------------------------------------------- */

static void the_guest_goes_on_while_qemu_stands_still(void)
{
	RIG *rig = rig_create();
	struct picture pictures[] = {make(rig, 1, LARGE, LARGE), make(rig, 2, LARGE, LARGE)};
	struct mallinfo2 before;
	size_t unread;

	show(rig, 0, &pictures[1]);
	read_all(rig);
	draw(rig, &pictures[1], 1);
	settle(rig);
	before = mallinfo2();
	/* Of what was sent already, and so that no two make one. */
	for (uint32_t i = 0; i < 2000; i++)
		EXPECT_INT(gpu_driver_flush(rig->driver, 2, RECT(i % 250 * 2, i / 250 * 2, 1, 1)),
			   OK);
	EXPECT(mallinfo2().uordblks < before.uordblks + 16384);
	for (uint32_t i = 0; i < 2000; i++) {
		draw_rect(rig, &pictures[i % 2], i, RECT(0, 0, 3, 3));
		show(rig, 0, &pictures[i % 2]);
		move_cursor(rig, (int32_t)i, 0);
	}
	EXPECT(mallinfo2().uordblks < before.uordblks + 16384);
	draw(rig, &pictures[1], 77);
	show(rig, 0, &pictures[1]);

	/* What lies there is less than a picture, and ends with a whole message. */
	rig->qemu->text[0] = '\0';
	unread = fake_panel_read(rig->qemu);
	EXPECT(unread > 0 && unread < LARGE_BYTES);
	rig->qemu->pixels_read = 0;
	read_all(rig);
	expect_picture(rig, 0, 77);
	/* Once, and not a hundred times. */
	EXPECT(rig->qemu->pixels_read <= 2 * LARGE * LARGE);
}

static void scattered_damage_is_merged_and_exact(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, LARGE, LARGE);

	show(rig, 0, &picture);
	draw(rig, &picture, 1);
	settle(rig);
	for (uint32_t i = 0; i < 400; i++)
		draw_rect(rig, &picture, 2, RECT(i % 20 * 24, i / 20 * 24, 7, 5));
	read_all(rig);
	for (uint32_t y = 0; y < LARGE; y++)
		for (uint32_t x = 0; x < LARGE; x++) {
			bool is_new = x < 480 && y < 480 && x % 24 < 7 && y % 24 < 5;

			EXPECT_INT(fake_panel_pixel(rig->qemu, 0, x, y),
				   colour_at(is_new ? 2 : 1, x, y));
		}
}

static void at_every_turn_what_was_said_ends_with_a_message(void)
{
	RIG *rig = rig_create();
	struct picture pictures[] = {make(rig, 1, LARGE, LARGE), make(rig, 2, LARGE - 1, LARGE)};

	for (uint32_t i = 0; i < 40; i++) {
		const struct picture *picture = &pictures[i / 3 % 2];

		draw(rig, picture, i);
		show(rig, 0, picture);
		move_cursor(rig, (int32_t)i, 1);
		/* Sometimes what lies there is left to lie. */
		while (sd_event_run(loop_event(rig->stage->loop), 0) > 0)
			if (i % 4)
				fake_panel_read(rig->qemu);
	}
	read_all(rig);
	expect_picture(rig, 0, 39);
}

/* The guest flips, and QEMU has read a part of a picture in between. */
static void a_guest_that_is_faster_than_qemu_is_shown_all_over(void)
{
	RIG *rig = rig_create();
	struct picture pictures[] = {make(rig, 1, LARGE, LARGE), make(rig, 2, LARGE, LARGE)};
	bool is_seen[2] = {false, false};

	for (uint32_t i = 1; i <= 12; i++) {
		draw(rig, &pictures[i % 2], i);
		show(rig, 0, &pictures[i % 2]);
		fake_panel_read(rig->qemu);
		for (uint32_t k = 2; k < i; k++) {
			is_seen[0] |= row_is(rig, 0, k, 0);
			is_seen[1] |= row_is(rig, 0, k, LARGE - 1);
		}
	}
	EXPECT(is_seen[0]);
	EXPECT(is_seen[1]);
}

static void one_output_does_not_keep_the_other_waiting(void)
{
	RIG *rig = rig_create();
	struct picture large = make(rig, 1, LARGE, LARGE), small = make(rig, 2, 64, 48);

	show(rig, 0, &large);
	show(rig, 1, &small);
	for (uint32_t i = 1; i <= 8; i++) {
		draw(rig, &large, i);
		draw(rig, &small, i);
		fake_panel_read(rig->qemu);
	}
	EXPECT(strstr(rig->qemu->text, "update1:64x48+0+0"));
	read_all(rig);
	expect_picture(rig, 0, 8);
	expect_picture(rig, 1, 8);
}

/* One step of a guest that has several pictures, and of a QEMU that reads when it likes. Returns
 * the picture that is shown then, and keeps in `seeds` what was drawn. */
static int take_random_step(struct rig *rig, const struct picture *pictures, unsigned count,
			    uint32_t *seeds, int shown)
{
	unsigned index = (unsigned)rand() % count;

	switch (rand() % 6) {
	case 0:
		EXPECT_INT(gpu_driver_show(rig->driver, 0, 0, RECT(0, 0, 0, 0)), OK);
		return -1;
	case 1:
		settle(rig);
		return shown;
	case 2:
		fake_panel_read(rig->qemu);
		return shown;
	case 3:
		move_cursor(rig, rand() % 100, rand() % 100);
		return shown;
	default:
		seeds[index] = (uint32_t)rand() % 1000;
		draw(rig, &pictures[index], seeds[index]);
		show(rig, 0, &pictures[index]);
		return (int)index;
	}
}

static void whatever_the_guest_does_the_panel_ends_up_right(void)
{
	RIG *rig = rig_create();
	struct picture pictures[] = {
		make(rig, 1, LARGE, LARGE),
		make(rig, 2, LARGE, LARGE),
		make(rig, 3, LARGE + 1, 300),
		make(rig, 4, 16, 16),
	};
	uint32_t seeds[4] = {0};
	int shown = -1;

	srand(1);
	for (unsigned round = 0; round < 60; round++) {
		for (unsigned i = 0; i < 12; i++)
			shown = take_random_step(rig, pictures, 4, seeds, shown);
		rig->qemu->text[0] = '\0';
		read_all(rig);
		EXPECT_INT(rig->qemu->outputs[0].width, shown < 0 ? 0 : pictures[shown].width);
		if (shown >= 0)
			expect_picture(rig, 0, seeds[shown]);
	}
}

/* A pair of sockets that take a part of what they are given. */
static void tcp_pair(int ret_fds[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	socklen_t size = sizeof(address);
	int listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int little = 4096;

	EXPECT(setsockopt(listen_fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)) == 0);
	EXPECT(bind(listen_fd, (struct sockaddr *)&address, size) == 0);
	EXPECT(listen(listen_fd, 1) == 0);
	EXPECT(getsockname(listen_fd, (struct sockaddr *)&address, &size) == 0);
	ret_fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(connect(ret_fds[1], (struct sockaddr *)&address, size) == 0);
	ret_fds[0] = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	EXPECT(ret_fds[0] >= 0);
	close(listen_fd);
}

struct arrival {
	struct rig *rig;
	const char *word;
	uint64_t pixels;
};

static bool has_arrived(void *data)
{
	struct arrival *arrival = data;
	struct fake_panel *qemu = arrival->rig->qemu;

	fake_panel_read_part(qemu, 10000);
	return qemu->pixels_read >= arrival->pixels && strstr(qemu->text, arrival->word);
}

static void what_went_out_in_part_goes_on_before_anything_else(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, LARGE, LARGE);
	struct arrival arrival = {rig, "features?", 0};
	int fds[2];

	tcp_pair(fds);
	panel_set_socket(rig->panel, fds[1]);
	fake_panel_destroy(rig->qemu);
	rig->qemu = fake_panel_create(fds[0]);
	EXPECT(test_wait(rig->stage->loop, has_arrived, &arrival));
	fake_panel_answer(rig->qemu);
	show(rig, 0, &picture);
	draw(rig, &picture, 1);
	for (uint32_t i = 0; i < 8; i++) {
		move_cursor(rig, 5, (int32_t)i);
		settle(rig);
		fake_panel_read_part(rig->qemu, 5000);
	}
	arrival = (struct arrival){rig, "pointer0:5,7", LARGE * LARGE};
	EXPECT(test_wait(rig->stage->loop, has_arrived, &arrival));
	EXPECT_INT(rig->qemu->size, 0);
	expect_picture(rig, 0, 1);
	panel_set_socket(rig->panel, -1);
	close(fds[1]);
}

/* -- A QEMU that says what it should not -------------------------------------- */

/* The guest notices nothing, and nothing more is said. */
static void expect_silence(struct rig *rig, uint32_t id)
{
	struct picture picture = make(rig, id, 64, 48);

	read_all(rig);
	rig->qemu->text[0] = '\0';
	show(rig, 0, &picture);
	draw(rig, &picture, 1);
	expect_told(rig, "");
}

static void a_wrong_answer_ends_the_conversation(void)
{
	static const struct panel_header wrong[] = {
		{PANEL_SET_PROTOCOL_FEATURES, PANEL_FLAG_REPLY, 8},
		{PANEL_GET_PROTOCOL_FEATURES, 0, 8},
		{PANEL_GET_PROTOCOL_FEATURES, PANEL_FLAG_REPLY, 4},
		{PANEL_GET_PROTOCOL_FEATURES, PANEL_FLAG_REPLY, UINT32_MAX},
		{0, 0, 0},
	};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		RIG *rig = rig_create_waiting();

		read_all(rig);
		fake_panel_say(rig->qemu, &wrong[i], sizeof(wrong[i]));
		expect_silence(rig, 1);
	}
}

static void what_nobody_asked_for_ends_the_conversation(void)
{
	RIG *rig = rig_create();

	fake_panel_answer(rig->qemu);
	expect_silence(rig, 1);
	/* A flood is left to lie. */
	for (unsigned i = 0; i < 100; i++)
		fake_panel_answer(rig->qemu);
	expect_silence(rig, 2);
}

static void a_descriptor_that_is_no_socket_is_left_alone(void)
{
	RIG *rig = rig_create();
	int fds[2];

	EXPECT(pipe(fds) == 0);
	vhost_front_send(rig->stage->front, VHOST_GPU_SET_SOCKET, 0, NULL, 0, &fds[1], 1);
	close(fds[1]);
	expect_silence(rig, 1);
	close(fds[0]);
}

static void a_qemu_that_leaves_is_no_longer_shown_anything(void)
{
	RIG *rig = rig_create();
	struct picture picture = make(rig, 1, LARGE, LARGE);

	show(rig, 0, &picture);
	settle(rig);
	/* With much unread. */
	fake_panel_destroy(rig->qemu);
	rig->qemu = NULL;
	settle(rig);
	draw(rig, &picture, 1);
	vhost_front_destroy(rig->stage->front);
	rig->stage->front = NULL;
	settle(rig);
	EXPECT(!display_surface(rig->stage->display, 0));
}

int main(void)
{
	RUN_TEST(nothing_is_said_before_qemu_has_answered);
	RUN_TEST(an_answer_may_come_in_pieces);
	RUN_TEST(a_guest_that_starts_again_is_shown_anew);
	RUN_TEST(a_vm_that_goes_on_shows_what_it_did);
	RUN_TEST(what_is_flushed_is_sent_and_no_more);
	RUN_TEST(a_page_flip_is_an_update_of_everything);
	RUN_TEST(an_output_goes_off_and_comes_back);
	RUN_TEST(another_size_comes_with_its_pixels);
	RUN_TEST(a_resource_on_two_outputs_is_on_both);
	RUN_TEST(every_format_of_a_guest_is_shown_in_its_colours);
	RUN_TEST(a_surface_that_is_too_large_is_shown_as_off);
	RUN_TEST(the_pointer_is_shown_moved_and_hidden);
	RUN_TEST(a_new_picture_for_a_hidden_pointer_waits);
	RUN_TEST(the_guest_goes_on_while_qemu_stands_still);
	RUN_TEST(scattered_damage_is_merged_and_exact);
	RUN_TEST(at_every_turn_what_was_said_ends_with_a_message);
	RUN_TEST(a_guest_that_is_faster_than_qemu_is_shown_all_over);
	RUN_TEST(one_output_does_not_keep_the_other_waiting);
	RUN_TEST(whatever_the_guest_does_the_panel_ends_up_right);
	RUN_TEST(what_went_out_in_part_goes_on_before_anything_else);
	RUN_TEST(a_wrong_answer_ends_the_conversation);
	RUN_TEST(what_nobody_asked_for_ends_the_conversation);
	RUN_TEST(a_descriptor_that_is_no_socket_is_left_alone);
	RUN_TEST(a_qemu_that_leaves_is_no_longer_shown_anything);
	return 0;
}
