/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Encodes pictures of 1920x1080 in pieces, and prints the processor time that takes, and how many
 * bytes it gives: for all of a picture, for scattered damage, once more from memory, and
 * for viewers that all want the same at once. libvncserver's own encoder does the same for one
 * viewer; its time includes writing to a socket.
 */

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "common/xalloc.h"
#include "gateway/encode/piece.h"
#include "gateway/encode/piece_cutter.h"
#include "gateway/frame/frame.h"
#include "tests/bench/bench_libvncserver.h"
#include "tests/bench/bench_pictures.h"

#define ROUNDS	  5 /* of which the quickest counts */
#define VIEWERS	  16
#define BYTES	  (64u * 1024 * 1024)
#define BOXES_MAX 1024

static uint32_t pixels[BENCH_PIXELS];
static const struct frame frame = {
	.number = 1,
	.width = BENCH_WIDTH,
	.height = BENCH_HEIGHT,
	.stride_bytes = BENCH_WIDTH * 4,
	.pixels = pixels,
};

static const struct {
	const char *name;
	struct piece_form form;
} forms[] = {
	{"tight", {.codec = PIECE_TIGHT}},
	{"planar", {.codec = PIECE_PLANAR}},
	{"jpeg q6", {.codec = PIECE_TIGHT_JPEG, .quality = 6}},
};

/* What is to be encoded, cut. */
struct work {
	const char *name;
	pixman_box32_t boxes[BOXES_MAX];
	size_t count;
	const pixman_region32_t *region;
};

static double process_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void cut(struct work *work, const char *name, const pixman_region32_t *region)
{
	struct piece_cutter cutter;
	pixman_region32_t rest;

	work->name = name;
	work->count = 0;
	work->region = region;
	pixman_region32_init(&rest);
	pixman_region32_copy(&rest, region);
	piece_cutter_begin(&cutter, &rest, PIECE_WIDTH, PIECE_HEIGHT);
	while (work->count < BOXES_MAX && piece_cutter_next(&cutter, &work->boxes[work->count]))
		work->count++;
	piece_cutter_end(&cutter);
	pixman_region32_fini(&rest);
}

/* Returns the bytes. */
static size_t encode(struct pieces *pieces, struct piece_form form, const struct work *work)
{
	struct packet *packets[BOXES_MAX];
	size_t bytes = 0;

	pieces_encode_all(pieces, form, &frame, work->boxes, work->count, packets);
	for (size_t i = 0; i < work->count; i++) {
		bytes += packets[i]->size;
		packet_unref(packets[i]);
	}
	return bytes;
}

/* -- Viewers at once ----------------------------------------------------------------- */

struct viewer {
	pthread_t thread;
	struct pieces *pieces;
	struct piece_form form;
	const struct work *work;
	pthread_barrier_t *begin;
};

static void *run_viewer(void *data)
{
	struct viewer *viewer = data;

	pthread_barrier_wait(viewer->begin);
	encode(viewer->pieces, viewer->form, viewer->work);
	return NULL;
}

static void encode_for_all(struct pieces *pieces, struct piece_form form, const struct work *work)
{
	struct viewer viewers[VIEWERS];
	pthread_barrier_t begin;

	pthread_barrier_init(&begin, NULL, VIEWERS);
	for (int i = 0; i < VIEWERS; i++) {
		viewers[i] = (struct viewer){
			.pieces = pieces, .form = form, .work = work, .begin = &begin};
		pthread_create(&viewers[i].thread, NULL, run_viewer, &viewers[i]);
	}
	for (int i = 0; i < VIEWERS; i++)
		pthread_join(viewers[i].thread, NULL);
	pthread_barrier_destroy(&begin);
}

/* -- Output ---------------------------------------------------------------------------- */

static void keep_least(double *least, double value)
{
	if (value < *least)
		*least = value;
}

static void measure(const char *picture, unsigned form, const struct work *work)
{
	double first = 1e9, again = 1e9, together = 1e9;
	size_t bytes = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct pieces *pieces = pieces_create(BYTES);
		struct pieces *shared = pieces_create(BYTES);

		/* The memory that is needed to encode is there already. */
		encode(pieces, forms[form].form,
		       &(struct work){.boxes = {{0, 0, 1, 1}}, .count = 1});
		double begin = process_ms();
		bytes = encode(pieces, forms[form].form, work);
		keep_least(&first, process_ms() - begin);
		begin = process_ms();
		encode(pieces, forms[form].form, work);
		keep_least(&again, process_ms() - begin);
		begin = process_ms();
		encode_for_all(shared, forms[form].form, work);
		keep_least(&together, process_ms() - begin);
		pieces_destroy(pieces);
		pieces_destroy(shared);
	}
	printf("%-11s %-9s %-13s %4zu %8zu %8.2f %8.2f %8.2f\n", picture, work->name,
	       forms[form].name, work->count, bytes, first, again, together);
}

static void measure_libvncserver(const char *picture, struct bench_libvncserver *server,
				 int quality, const struct work *work)
{
	double least = 1e9;
	size_t bytes = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double ms;

		bytes = bench_libvncserver_encode(server, work->region, quality, &ms);
		keep_least(&least, ms);
	}
	printf("%-11s %-9s %-18s %8zu %8.2f\n", picture, work->name,
	       quality < 0 ? "libvncserver tight" : "libvncserver q6", bytes, least);
}

static void measure_order(const char *picture)
{
	const int columns = (BENCH_WIDTH + PIECE_WIDTH - 1) / PIECE_WIDTH;
	const int rows = (BENCH_HEIGHT + PIECE_HEIGHT - 1) / PIECE_HEIGHT;
	pixman_box32_t cells = {0, 0, columns, rows};
	uint16_t order[PIECE_ORDER_CELLS_MAX];
	double least = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double begin = process_ms();

		piece_order_cells(&frame, PIECE_WIDTH, PIECE_HEIGHT, &cells, order);
		keep_least(&least, process_ms() - begin);
	}
	printf("%-11s whole     in what order               %8.2f\n", picture, least);
}

int main(void)
{
	static struct work works[2];
	pixman_region32_t whole, scattered;
	struct bench_libvncserver *server = bench_libvncserver_create(pixels);

	pixman_region32_init_rect(&whole, 0, 0, BENCH_WIDTH, BENCH_HEIGHT);
	cut(&works[0], "whole", &whole);
	bench_scatter(&scattered);
	cut(&works[1], "scattered", &scattered);

	printf("%-11s %-9s %-13s %4s %8s %8s %8s %8s\n", "picture", "damage", "form", "n", "bytes",
	       "ms", "again", "for 16");
	for (unsigned p = 0; p < BENCH_PICTURES; p++) {
		bench_pictures[p].draw(pixels);
		for (unsigned w = 0; w < 2; w++) {
			for (unsigned f = 0; f < sizeof(forms) / sizeof(forms[0]); f++)
				measure(bench_pictures[p].name, f, &works[w]);
			measure_libvncserver(bench_pictures[p].name, server, -1, &works[w]);
			measure_libvncserver(bench_pictures[p].name, server, 6, &works[w]);
		}
		measure_order(bench_pictures[p].name);
	}
	pixman_region32_fini(&whole);
	pixman_region32_fini(&scattered);
	bench_libvncserver_destroy(server);
	return 0;
}
