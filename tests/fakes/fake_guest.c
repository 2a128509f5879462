/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * fake-guest: a guest without a VM
 *
 * Serves org.qemu.Display1 at --path with heads on which a box moves, says
 * READY, and prints a line for each input event that it gets. With --qmp the
 * socket is a monitor, as `--attach qmp:` wants it.
 *
 * With --film a part of each head shows a poster, and nothing else moves. The space bar
 * begins a film there, and ends it: "film" and "poster MS" are printed then, with the time
 * (CLOCK_REALTIME) of the last change.
 */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/loop.h"
#include "tests/fakes/fake_display1.h"
#include "tests/fakes/fake_film.h"

#define BOX_SIDE    64
#define CURSOR_SIDE 32
#define SPACE_KEY   57

struct guest {
	struct fake_display1 *fake;
	struct fake_options options;
	struct loop_timer *timer;
	unsigned fps;
	bool full_damage;
	struct film_box film; /* empty: a box moves instead */
	bool is_playing;
	bool is_on[FAKE_HEADS_MAX];
	uint32_t tick;
	uint64_t next_us;			/* when the next picture is due */
	struct fake_size drawn[FAKE_HEADS_MAX]; /* the size that the background was drawn at */
	uint32_t box_x[FAKE_HEADS_MAX];
};

static uint32_t background(uint32_t x, uint32_t y, unsigned head)
{
	bool is_line = x % 64 == 0 || y % 64 == 0;

	if (is_line)
		return 0xff404850;
	return 0xff000000 | (0x18 + head * 0x20) << 16 | (x & 0xff) >> 2 << 8 | (y & 0xff) >> 1;
}

static void paint(struct guest *guest, unsigned head, uint32_t x0, uint32_t y0, uint32_t width,
		  uint32_t height, bool is_box)
{
	struct fake_size size = fake_head_size(guest->fake, head);
	uint32_t *pixels = fake_head_pixels(guest->fake, head);

	for (uint32_t y = y0; y < y0 + height && y < size.height; y++)
		for (uint32_t x = x0; x < x0 + width && x < size.width; x++)
			pixels[(size_t)y * size.width + x] =
				is_box ? 0xff000000 | (guest->tick * 7 & 0xff) << 16 |
						 (x - x0) * 4 << 8 | (y - y0) * 4
				       : background(x, y, head);
}

static void draw_cursor(struct guest *guest, unsigned head)
{
	uint32_t pixels[CURSOR_SIDE * CURSOR_SIDE] = {0};

	for (unsigned y = 0; y < CURSOR_SIDE; y++)
		for (unsigned x = 0; x <= y / 2; x++)
			pixels[y * CURSOR_SIDE + x] = x == 0 || x == y / 2 ? 0xff000000
									   : 0xffffffff;
	fake_head_define_cursor(guest->fake, head, CURSOR_SIDE, CURSOR_SIDE, 0, 0, pixels,
				sizeof(pixels));
}

static void present_film(struct guest *guest, unsigned head)
{
	const struct film_box *box = &guest->film;

	fake_head_present(guest->fake, head, (int32_t)box->x, (int32_t)box->y, (int32_t)box->width,
			  (int32_t)box->height);
}

static void draw_poster(struct guest *guest, unsigned head)
{
	film_draw_poster(fake_head_pixels(guest->fake, head),
			 fake_head_size(guest->fake, head).width, guest->film);
}

static bool film_fits(const struct guest *guest, struct fake_size size)
{
	return guest->film.x + guest->film.width <= size.width &&
	       guest->film.y + guest->film.height <= size.height;
}

static void draw_film(struct guest *guest, unsigned head)
{
	if (!guest->is_playing || !film_fits(guest, fake_head_size(guest->fake, head)))
		return;
	film_draw(fake_head_pixels(guest->fake, head), fake_head_size(guest->fake, head).width,
		  guest->film, guest->tick);
	present_film(guest, head);
}

/* The poster is one change, and the last. */
static void toggle_film(struct guest *guest)
{
	struct timespec now;

	guest->is_playing = !guest->is_playing;
	if (guest->is_playing) {
		puts("film");
		return;
	}
	for (unsigned i = 0; i < guest->options.heads; i++)
		if (guest->is_on[i] && film_fits(guest, fake_head_size(guest->fake, i))) {
			draw_poster(guest, i);
			present_film(guest, i);
		}
	clock_gettime(CLOCK_REALTIME, &now);
	printf("poster %lld\n", now.tv_sec * 1000LL + now.tv_nsec / 1000000);
}

static void draw_box(struct guest *guest, unsigned head)
{
	struct fake_size size = fake_head_size(guest->fake, head);
	uint32_t y = size.height / 2;
	uint32_t old_x = guest->box_x[head];
	uint32_t x;

	x = guest->tick * 4 % (size.width - BOX_SIDE);
	paint(guest, head, old_x, y, BOX_SIDE, BOX_SIDE, false);
	paint(guest, head, x, y, BOX_SIDE, BOX_SIDE, true);
	guest->box_x[head] = x;
	if (guest->full_damage) {
		fake_head_present_all(guest->fake, head);
	} else {
		uint32_t left = x < old_x ? x : old_x;
		uint32_t right = (x < old_x ? old_x : x) + BOX_SIDE;

		fake_head_present(guest->fake, head, (int32_t)left, (int32_t)y,
				  (int32_t)(right - left), BOX_SIDE);
	}
}

static void draw_head(struct guest *guest, unsigned head)
{
	struct fake_size size = fake_head_size(guest->fake, head);

	if (size.width < 2 * BOX_SIDE || size.height < 2 * BOX_SIDE)
		return;
	if (memcmp(&guest->drawn[head], &size, sizeof(size)) != 0) {
		paint(guest, head, 0, 0, size.width, size.height, false);
		if (guest->film.width && film_fits(guest, size))
			draw_poster(guest, head);
		guest->drawn[head] = size;
		fake_head_present_all(guest->fake, head);
		guest->box_x[head] = 0;
	}
	if (guest->film.width)
		draw_film(guest, head);
	else
		draw_box(guest, head);
}

static void draw(void *data)
{
	struct guest *guest = data;
	uint64_t now = loop_now_us();

	guest->tick++;
	for (unsigned i = 0; i < guest->options.heads; i++)
		if (guest->is_on[i])
			draw_head(guest, i);
	if (!guest->fps)
		return;
	guest->next_us += 1000000 / guest->fps;
	if (guest->next_us < now)
		guest->next_us = now;
	loop_timer_arm(guest->timer, guest->next_us - now);
}

static void handle_line(void *data, const char *line)
{
	struct guest *guest = data;
	unsigned head, key, is_down;
	int x, y;

	puts(line);
	if (guest->film.width && sscanf(line, "key %u %u", &key, &is_down) == 2) {
		if (key == SPACE_KEY && is_down)
			toggle_film(guest);
	} else if (sscanf(line, "motion %u %d %d", &head, &x, &y) == 3)
		fake_head_move_cursor(guest->fake, head, x, y, true);
	else if (sscanf(line, "listener %u", &head) == 1 && !strstr(line, "closed"))
		draw_cursor(guest, head);
	else if (sscanf(line, "uiinfo %u", &head) == 1) {
		guest->is_on[head] = true;
		if (!guest->fps)
			draw(guest);
	}
}

static int usage(void)
{
	fputs("usage: fake-guest --path PATH [--qmp] [--heads N] [--size WxH] [--fps N]\n"
	      "                  [--damage box|full] [--film WxH+X+Y] [--off] [--relative]\n",
	      stderr);
	return 2;
}

static bool parse(int argc, char **argv, struct guest *guest)
{
	static const struct option options[] = {
		{"path", required_argument, NULL, 'p'},	 {"qmp", no_argument, NULL, 'q'},
		{"heads", required_argument, NULL, 'h'}, {"size", required_argument, NULL, 's'},
		{"fps", required_argument, NULL, 'f'},	 {"damage", required_argument, NULL, 'd'},
		{"film", required_argument, NULL, 'm'},	 {"off", no_argument, NULL, 'o'},
		{"relative", no_argument, NULL, 'r'},	 {NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 'p':
			guest->options.path = optarg;
			break;
		case 'q':
			guest->options.monitor = FAKE_MONITOR_QMP;
			break;
		case 'h':
			guest->options.heads = (unsigned)atoi(optarg);
			break;
		case 's':
			if (sscanf(optarg, "%ux%u", &guest->options.width,
				   &guest->options.height) != 2)
				return false;
			break;
		case 'f':
			guest->fps = (unsigned)atoi(optarg);
			break;
		case 'd':
			guest->full_damage = strcmp(optarg, "full") == 0;
			break;
		case 'm':
			if (sscanf(optarg, "%ux%u+%u+%u", &guest->film.width, &guest->film.height,
				   &guest->film.x, &guest->film.y) != 4)
				return false;
			break;
		case 'o':
			guest->options.heads_are_off = true;
			break;
		case 'r':
			guest->options.is_relative = true;
			break;
		default:
			return false;
		}
	}
	return guest->options.path && optind == argc && guest->options.heads <= FAKE_HEADS_MAX;
}

static int handle_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	loop_stop(data);
	return 0;
}

int main(int argc, char **argv)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	struct guest guest = {
		.options = {.heads = 2, .width = 1280, .height = 720, .follows_uiinfo = true},
		.fps = 30,
	};
	sigset_t signals;
	int r;

	if (!parse(argc, argv, &guest))
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	for (unsigned i = 0; i < guest.options.heads; i++)
		guest.is_on[i] = i == 0 || !guest.options.heads_are_off;
	guest.options.on_line = handle_line;
	guest.options.data = &guest;
	r = loop_create(&loop);
	if (r >= 0)
		r = fake_display1_create(loop_event(loop), &guest.options, &guest.fake);
	if (r >= 0)
		r = loop_timer_create(loop, draw, &guest, &guest.timer);
	if (r < 0) {
		fprintf(stderr, "fake-guest: %s: %s\n", guest.options.path, strerror(-r));
		return 3;
	}
	sd_event_add_signal(loop_event(loop), NULL, SIGTERM, handle_signal, loop);
	sd_event_add_signal(loop_event(loop), NULL, SIGINT, handle_signal, loop);

	guest.next_us = loop_now_us();
	draw(&guest);
	puts("READY");
	r = loop_run(loop);
	loop_timer_destroy(guest.timer);
	fake_display1_destroy(guest.fake);
	return r < 0 ? 3 : 0;
}
