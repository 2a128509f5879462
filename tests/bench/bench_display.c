/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench-display: a display that draws a pattern, for a gateway to attach to
 *
 * It serves org.qemu.Display1 at --path, with --heads heads of --size that all show the same.
 * A letter's key is answered by the next frame. It says READY, then obeys lines on
 * standard input until its end, and answers each with one:
 *
 *   show PATTERN FPS    draws frames of a pattern (bench_pattern.h), FPS a second
 *   stop                draws no more; answers the last frame's number, when it was
 *                       presented (microseconds of CLOCK_MONOTONIC), and the picture's checksum
 *   count               frames presented, and how many when the gateway had not answered the one
 *                       before
 *   times               "FRAME:MICROSECONDS" for each of the last frames
 */

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/loop.h"
#include "tests/bench/bench_pattern.h"
#include "tests/fakes/fake_display1.h"

#define TIMES_MAX      4096
#define LINE_MAX_BYTES 128
#define FPS_MAX	       240

struct display {
	struct loop *loop;
	struct fake_display1 *fake;
	struct fake_options options;
	struct loop_timer *timer;
	struct bench_pattern *patterns[FAKE_HEADS_MAX];
	unsigned fps; /* 0: stopped */
	uint64_t next_us;
	uint64_t presented;
	uint64_t late;
	uint32_t last_frame;
	uint64_t last_us;
	uint64_t times_us[TIMES_MAX]; /* of head 0's frame n, at n modulo the size */
};

static void present(struct display *display, unsigned head)
{
	pixman_region32_t damage;
	pixman_box32_t *box;
	uint32_t frame;

	pixman_region32_init(&damage);
	frame = bench_pattern_draw(display->patterns[head], fake_head_pixels(display->fake, head),
				   &damage);
	if (frame > 0) {
		if (fake_head_unanswered(display->fake, head) > 0)
			display->late++;
		display->presented++;
		if (head == 0) {
			display->last_frame = frame;
			display->last_us = loop_now_us();
			display->times_us[frame % TIMES_MAX] = display->last_us;
		}
		/* As QEMU, which knows one box of what a guest has flushed. */
		box = pixman_region32_extents(&damage);
		fake_head_present(display->fake, head, box->x1, box->y1, box->x2 - box->x1,
				  box->y2 - box->y1);
	}
	pixman_region32_fini(&damage);
}

static void draw(void *data)
{
	struct display *display = data;
	uint64_t now_us = loop_now_us();

	if (display->fps == 0)
		return;
	for (unsigned head = 0; head < display->options.heads; head++)
		present(display, head);
	display->next_us += 1000000 / display->fps;
	if (display->next_us < now_us)
		display->next_us = now_us;
	loop_timer_arm(display->timer, display->next_us - now_us);
}

static void handle_guest_line(void *data, const char *line)
{
	struct display *display = data;
	unsigned key;
	int is_down;

	if (sscanf(line, "key %u %d", &key, &is_down) == 2 && is_down)
		for (unsigned head = 0; head < display->options.heads; head++)
			bench_pattern_note_key(display->patterns[head]);
}

static unsigned long checksum(struct display *display)
{
	struct fake_size size = fake_head_size(display->fake, 0);
	uint32_t *pixels = fake_head_pixels(display->fake, 0);

	for (size_t i = 0; i < (size_t)size.width * size.height; i++)
		pixels[i] &= 0xffffff;
	return crc32(0, (const Bytef *)pixels, size.width * size.height * sizeof(*pixels));
}

static void show(struct display *display, enum bench_pattern_kind kind, unsigned fps)
{
	for (unsigned head = 0; head < display->options.heads; head++)
		bench_pattern_set_kind(display->patterns[head], kind);
	display->fps = fps;
	display->next_us = loop_now_us();
	loop_timer_arm(display->timer, 0);
}

static void print_times(const struct display *display)
{
	for (uint32_t i = 1; i < TIMES_MAX; i++) {
		uint32_t frame = display->last_frame - TIMES_MAX + i + 1;

		if (frame > 0 && frame <= display->last_frame)
			printf("%" PRIu32 ":%" PRIu64 " ", frame,
			       display->times_us[frame % TIMES_MAX]);
	}
	puts("");
}

static void obey(struct display *display, const char *line)
{
	enum bench_pattern_kind kind;
	char name[16];
	unsigned fps;

	if (sscanf(line, "show %15s %u", name, &fps) == 2 && fps > 0 && fps <= FPS_MAX &&
	    bench_pattern_from_name(name, &kind)) {
		show(display, kind, fps);
		puts("done");
	} else if (strcmp(line, "stop") == 0) {
		display->fps = 0;
		printf("%" PRIu32 " %" PRIu64 " %lu\n", display->last_frame, display->last_us,
		       checksum(display));
	} else if (strcmp(line, "count") == 0) {
		printf("%" PRIu64 " %" PRIu64 "\n", display->presented, display->late);
	} else if (strcmp(line, "times") == 0) {
		print_times(display);
	} else {
		puts("error");
	}
	fflush(stdout);
}

static int handle_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct display *display = data;
	char text[LINE_MAX_BYTES];
	ssize_t size = read(fd, text, sizeof(text) - 1);

	if (size <= 0) {
		loop_stop(display->loop);
		return 0;
	}
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	obey(display, text);
	return 0;
}

static bool parse(int argc, char **argv, struct fake_options *ret_options)
{
	static const struct option options[] = {
		{"path", required_argument, NULL, 'p'},
		{"heads", required_argument, NULL, 'h'},
		{"size", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'p')
			ret_options->path = optarg;
		else if (option == 'h')
			ret_options->heads = (unsigned)strtoul(optarg, NULL, 10);
		else if (option != 's' ||
			 sscanf(optarg, "%ux%u", &ret_options->width, &ret_options->height) != 2)
			return false;
	}
	return ret_options->path && optind == argc && ret_options->heads > 0 &&
	       ret_options->heads <= FAKE_HEADS_MAX && ret_options->width <= 1920 &&
	       ret_options->height <= 1080;
}

int main(int argc, char **argv)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	struct display display = {.options = {.heads = 1, .width = 1920, .height = 1080}};
	int r;

	if (!parse(argc, argv, &display.options)) {
		fputs("usage: bench-display --path PATH [--heads N] [--size WxH]\n", stderr);
		return 2;
	}
	for (unsigned head = 0; head < display.options.heads; head++)
		display.patterns[head] = bench_pattern_create(display.options.width,
							      display.options.height);
	display.options.on_line = handle_guest_line;
	display.options.data = &display;
	r = loop_create(&loop);
	if (r >= 0)
		r = fake_display1_create(loop_event(loop), &display.options, &display.fake);
	if (r >= 0)
		r = loop_timer_create(loop, draw, &display, &display.timer);
	if (r >= 0)
		r = sd_event_add_io(loop_event(loop), NULL, STDIN_FILENO, EPOLLIN, handle_input,
				    &display);
	if (r < 0) {
		fprintf(stderr, "bench-display: %s: %s\n", display.options.path, strerror(-r));
		return 3;
	}
	display.loop = loop;
	show(&display, BENCH_STILL, 30);
	puts("READY");
	fflush(stdout);
	r = loop_run(loop);
	loop_timer_destroy(display.timer);
	fake_display1_destroy(display.fake);
	for (unsigned head = 0; head < display.options.heads; head++)
		bench_pattern_destroy(display.patterns[head]);
	return r < 0 ? 3 : 0;
}
