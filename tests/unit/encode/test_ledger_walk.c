/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A long random walk of a head and a viewer that keeps a ledger and misses
 * much. The viewer is an array of pixels that does what it is sent; after each turn its
 * ledger must not claim anything that the pixels do not show.
 */

#include "gateway/encode/ledger.h"

#include "gateway/encode/packet.h"
#include "gateway/frame/frame.h"
#include "tests/support/test.h"

#define WIDTH  96
#define HEIGHT 65 /* odd: its last row is in no stream */
#define PIXELS (WIDTH * HEIGHT)
#define STEPS  2500

/* What video makes of a pixel: not the same, and no other one. */
#define INEXACT UINT32_C(0x80000000)

/* -- Chance, the same in each run -------------------------------------------- */

static uint32_t chance_state;

static unsigned chance(unsigned below)
{
	chance_state = chance_state * 1664525 + 1013904223;
	return (chance_state >> 8) % below;
}

static bool one_in(unsigned n)
{
	return chance(n) == 0;
}

static pixman_box32_t random_box_in(pixman_box32_t in, int step)
{
	pixman_box32_t box;

	box.x1 = in.x1 + (int)chance((unsigned)((in.x2 - in.x1) / step)) * step;
	box.y1 = in.y1 + (int)chance((unsigned)((in.y2 - in.y1) / step)) * step;
	box.x2 = box.x1 + step * (1 + (int)chance((unsigned)((in.x2 - box.x1) / step)));
	box.y2 = box.y1 + step * (1 + (int)chance((unsigned)((in.y2 - box.y1) / step)));
	return box;
}

/* -- The head and its feed ------------------------------------------------------ */

struct unit {
	struct packet *packet;
	uint32_t pixels[PIXELS]; /* of the whole head, when it was encoded */
};

struct region {
	uint64_t id; /* 0: none */
	pixman_box32_t box;
	bool has_video;
	uint64_t encoded; /* frame number of the last unit */
	uint64_t last_number;
	bool key_is_wanted;
	struct unit *units[FEED_UNITS_MAX];
	unsigned units_count;
};

struct world {
	struct frame frame;
	uint32_t pixels[PIXELS];
	uint64_t changed[PIXELS]; /* the frame in which it changed last */
	uint64_t first_of_size;
	uint32_t last_value;
	uint64_t last_id;
	struct region regions[MOTION_REGIONS_MAX]; /* one in each quarter of the head */
};

static pixman_box32_t whole(const struct world *world)
{
	return (pixman_box32_t){0, 0, (int32_t)world->frame.width, (int32_t)world->frame.height};
}

static void add_box(pixman_region32_t *region, pixman_box32_t box)
{
	pixman_region32_union_rect(region, region, box.x1, box.y1, (unsigned)(box.x2 - box.x1),
				   (unsigned)(box.y2 - box.y1));
}

/* Adds what changed in `box` after frame `since`, and now and then more. */
static void add_damage(const struct world *world, pixman_box32_t box, uint64_t since,
		       pixman_region32_t *damage)
{
	for (int y = box.y1; y < box.y2; y++) {
		for (int x = box.x1; x < box.x2; x++) {
			if (world->changed[y * WIDTH + x] > since)
				add_box(damage, (pixman_box32_t){x, y, x + 1, y + 1});
		}
	}
	if (one_in(4))
		add_box(damage, random_box_in(box, 1));
}

static void draw(struct world *world, pixman_box32_t box)
{
	for (int y = box.y1; y < box.y2; y++) {
		for (int x = box.x1; x < box.x2; x++) {
			world->pixels[y * WIDTH + x] = ++world->last_value & ~INEXACT;
			world->changed[y * WIDTH + x] = world->frame.number;
		}
	}
}

static void drop_oldest_unit(struct region *region)
{
	packet_unref(region->units[0]->packet);
	free(region->units[0]);
	region->units_count--;
	memmove(region->units, region->units + 1, region->units_count * sizeof(region->units[0]));
}

static void end_region(struct region *region)
{
	while (region->units_count > 0)
		drop_oldest_unit(region);
	*region = (struct region){0};
}

static void begin_region(struct world *world, unsigned quarter)
{
	int x = quarter % 2 ? WIDTH / 2 : 0;
	int y = quarter / 2 ? HEIGHT / 2 : 0;
	struct region *region = &world->regions[quarter];

	if (y + HEIGHT / 2 > (int)world->frame.height)
		return;
	*region = (struct region){
		.id = ++world->last_id,
		.box = random_box_in((pixman_box32_t){x, y, x + WIDTH / 2, y + HEIGHT / 2}, 16),
		.has_video = !one_in(5),
	};
}

static void encode(const struct world *world, struct region *region)
{
	struct unit *unit = calloc(1, sizeof(*unit));
	struct packet *packet = packet_create(0);

	packet->number = ++region->last_number;
	packet->frame = world->frame.number;
	packet->is_key = packet->number == 1 || (region->key_is_wanted && one_in(3)) || one_in(40);
	if (packet->is_key) {
		region->key_is_wanted = false;
		add_box(&packet->damage, region->box);
	} else {
		add_damage(world, region->box, region->encoded, &packet->damage);
	}
	unit->packet = packet;
	memcpy(unit->pixels, world->pixels, sizeof(unit->pixels));
	if (region->units_count == FEED_UNITS_MAX)
		drop_oldest_unit(region);
	region->units[region->units_count++] = unit;
	region->encoded = world->frame.number;
}

static bool is_to_be_encoded(const struct world *world, const struct region *region)
{
	if (!region->id || !region->has_video)
		return false;
	if (region->last_number == 0 || one_in(10))
		return true;
	for (int y = region->box.y1; y < region->box.y2; y++)
		for (int x = region->box.x1; x < region->box.x2; x++)
			if (world->changed[y * WIDTH + x] > region->encoded)
				return true;
	return false;
}

static void encode_all(struct world *world)
{
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		if (is_to_be_encoded(world, &world->regions[i]))
			encode(world, &world->regions[i]);
}

static void resize(struct world *world)
{
	world->frame.height = one_in(2) ? HEIGHT : HEIGHT / 2;
	world->first_of_size = world->frame.number;
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		end_region(&world->regions[i]);
	draw(world, whole(world));
}

static void move(struct world *world)
{
	world->frame.number++;
	if (one_in(200))
		resize(world);
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++) {
		struct region *region = &world->regions[i];

		if (one_in(25))
			end_region(region);
		if (!region->id && one_in(10))
			begin_region(world, i);
		if (region->id && !one_in(3))
			draw(world, random_box_in(region->box, 1));
	}
	if (one_in(3))
		draw(world, random_box_in(whole(world), 1));
	encode_all(world);
}

static void come_to_rest(struct world *world)
{
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		end_region(&world->regions[i]);
}

/* As feed_view_fetch() hands it out. */
static void fetch(struct world *world, uint64_t since, struct feed_picture *picture)
{
	*picture = (struct feed_picture){.frame = &world->frame};
	pixman_region32_init(&picture->damage);
	pixman_region32_init(&picture->moving);
	pixman_region32_init(&picture->settled);
	if (since < world->first_of_size)
		add_box(&picture->damage, whole(world));
	else if (since < world->frame.number)
		add_damage(world, whole(world), since, &picture->damage);

	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++) {
		struct region *region = &world->regions[i];
		struct feed_stream *stream = &picture->streams[picture->streams_count];

		if (!region->id)
			continue;
		add_box(&picture->moving, region->box);
		if (one_in(3))
			add_box(&picture->settled, random_box_in(region->box, 1));
		if (!region->has_video)
			continue;
		picture->streams_count++;
		stream->id = region->id;
		stream->box = region->box;
		stream->units_count = region->units_count;
		for (unsigned n = 0; n < region->units_count; n++)
			stream->units[n] = region->units[n]->packet;
	}
}

static void finish_picture(struct feed_picture *picture)
{
	pixman_region32_fini(&picture->damage);
	pixman_region32_fini(&picture->moving);
	pixman_region32_fini(&picture->settled);
}

static struct region *region_of(struct world *world, uint64_t id)
{
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++)
		if (world->regions[i].id == id)
			return &world->regions[i];
	return NULL;
}

/* -- The viewer -------------------------------------------------------------------- */

struct watcher {
	struct ledger ledger;
	uint32_t pixels[PIXELS];
	struct {
		uint64_t id;
		uint64_t unit;
	} decoders[MOTION_REGIONS_MAX];
	uint64_t size_known; /* first frame of the size that it shows */
};

static void scramble(struct watcher *watcher, pixman_box32_t box)
{
	for (int y = box.y1; y < box.y2; y++)
		for (int x = box.x1; x < box.x2; x++)
			watcher->pixels[y * WIDTH + x] = UINT32_MAX;
}

static void show(struct watcher *watcher, pixman_region32_t *region, const uint32_t *pixels,
		 uint32_t change)
{
	int count;
	pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);

	for (int i = 0; i < count; i++)
		for (int y = boxes[i].y1; y < boxes[i].y2; y++)
			for (int x = boxes[i].x1; x < boxes[i].x2; x++)
				watcher->pixels[y * WIDTH + x] = pixels[y * WIDTH + x] ^ change;
}

/* A decoder cannot go on after a gap. */
static void decode(struct watcher *watcher, uint64_t stream, const struct packet *unit)
{
	unsigned i = 0;

	while (i < MOTION_REGIONS_MAX && watcher->decoders[i].id != stream)
		i++;
	if (i == MOTION_REGIONS_MAX) {
		i = chance(MOTION_REGIONS_MAX);
		while (watcher->decoders[i].unit > 0)
			i = (i + 1) % MOTION_REGIONS_MAX;
		watcher->decoders[i].id = stream;
	}
	EXPECT(unit->is_key || watcher->decoders[i].unit + 1 == unit->number);
	watcher->decoders[i].unit = unit->number;
}

static void close_old_decoders(struct watcher *watcher, const struct feed_picture *picture)
{
	for (unsigned i = 0; i < MOTION_REGIONS_MAX; i++) {
		bool is_there = false;

		for (unsigned k = 0; k < picture->streams_count; k++)
			is_there |= picture->streams[k].id == watcher->decoders[i].id;
		if (!is_there)
			watcher->decoders[i].id = watcher->decoders[i].unit = 0;
	}
}

static void receive_units(struct watcher *watcher, struct world *world,
			  const struct feed_picture *picture, unsigned index, bool is_attentive)
{
	const struct feed_stream *stream = &picture->streams[index];
	unsigned first;
	unsigned count = ledger_units(&watcher->ledger, picture, index, &first);

	for (unsigned i = first; count > 0 && i < first + count; i++) {
		pixman_region32_t painted;

		if (!is_attentive && one_in(4))
			return;
		pixman_region32_init(&painted);
		if (watcher->ledger.paint == LEDGER_PAINTS_BOX)
			add_box(&painted, stream->box);
		else
			ledger_painted(&watcher->ledger, picture, index, i, &painted);
		decode(watcher, stream->id, stream->units[i]);
		show(watcher, &painted, region_of(world, stream->id)->units[i]->pixels, INEXACT);
		pixman_region32_fini(&painted);
		ledger_sent_unit(&watcher->ledger, picture, index, i);
	}
}

/* Leaves some of the rectangles in place: there was no room for more. */
static void choose_some(pixman_region32_t *region)
{
	pixman_region32_t chosen;
	int count;
	pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);

	pixman_region32_init(&chosen);
	for (int i = 0; i < count; i++)
		if (!one_in(3))
			add_box(&chosen, boxes[i]);
	pixman_region32_copy(region, &chosen);
	pixman_region32_fini(&chosen);
}

static void receive_pieces(struct watcher *watcher, const struct world *world,
			   const struct feed_picture *picture, bool is_attentive)
{
	pixman_region32_t exact;
	pixman_region32_t moving;

	pixman_region32_init(&exact);
	pixman_region32_init(&moving);
	ledger_exact(&watcher->ledger, picture, &exact);
	ledger_moving(&watcher->ledger, picture, &moving);
	if (!is_attentive) {
		choose_some(&exact);
		choose_some(&moving);
	}
	show(watcher, &exact, world->pixels, 0);
	ledger_sent_exact(&watcher->ledger, &exact);
	show(watcher, &moving, world->pixels, INEXACT);
	ledger_sent_lossy(&watcher->ledger, &moving);
	pixman_region32_fini(&exact);
	pixman_region32_fini(&moving);
}

static void receive_still(struct watcher *watcher, const struct world *world)
{
	pixman_box32_t box = {0, 0, WIDTH, (int)(world->frame.height & ~1u)};
	pixman_region32_t shown;
	pixman_region32_t differs;

	/* It is older than the picture, by one rectangle. */
	pixman_region32_init_with_extents(&shown, &box);
	pixman_region32_init(&differs);
	add_box(&differs, random_box_in(whole(world), 1));
	show(watcher, &shown, world->pixels, INEXACT);
	scramble(watcher, *pixman_region32_extents(&differs));
	/* but not the row that no still shows */
	add_box(&watcher->ledger.stale, (pixman_box32_t){0, box.y2, WIDTH, HEIGHT});
	ledger_sent_still(&watcher->ledger, &box, &differs);
	pixman_region32_fini(&shown);
	pixman_region32_fini(&differs);
}

static void have_accident(struct watcher *watcher, const struct world *world)
{
	pixman_box32_t box = random_box_in(whole(world), 1);
	unsigned i = chance(MOTION_REGIONS_MAX);

	switch (chance(40)) {
	case 0:
		scramble(watcher, box);
		ledger_expose(&watcher->ledger, &box);
		break;
	case 1:
		if (watcher->decoders[i].id) {
			ledger_lose_stream(&watcher->ledger, watcher->decoders[i].id);
			watcher->decoders[i].unit = 0;
		}
		break;
	case 2:
		scramble(watcher, whole(world));
		ledger_reset(&watcher->ledger);
		memset(watcher->decoders, 0, sizeof(watcher->decoders));
		break;
	}
}

static void fill(uint8_t *mask, const pixman_region32_t *region)
{
	int count;
	pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);

	memset(mask, 0, PIXELS);
	for (int i = 0; i < count; i++)
		for (int y = boxes[i].y1; y < boxes[i].y2 && y < HEIGHT; y++)
			memset(mask + y * WIDTH + boxes[i].x1, 1,
			       (size_t)(boxes[i].x2 - boxes[i].x1));
}

static void expect_no_false_claim(const struct watcher *watcher, const struct world *world)
{
	uint8_t stale[PIXELS];
	uint8_t lossy[PIXELS];

	fill(stale, &watcher->ledger.stale);
	fill(lossy, &watcher->ledger.lossy);
	for (unsigned i = 0; i < WIDTH * world->frame.height; i++) {
		if (stale[i] || watcher->pixels[i] == world->pixels[i])
			continue;
		EXPECT(lossy[i]);
		EXPECT(watcher->pixels[i] == (world->pixels[i] ^ INEXACT));
	}
}

static void take_turn(struct watcher *watcher, struct world *world, bool is_attentive)
{
	struct feed_picture picture;

	fetch(world, watcher->ledger.seen, &picture);
	if (watcher->size_known != world->first_of_size) {
		scramble(watcher, (pixman_box32_t){0, 0, WIDTH, HEIGHT});
		watcher->size_known = world->first_of_size;
	}
	close_old_decoders(watcher, &picture);
	ledger_take(&watcher->ledger, &picture);
	expect_no_false_claim(watcher, world);
	if (!is_attentive && one_in(30))
		receive_still(watcher, world);
	for (unsigned i = 0; i < picture.streams_count; i++) {
		receive_units(watcher, world, &picture, i, is_attentive);
		if (ledger_wants_key(&watcher->ledger, &picture, i))
			region_of(world, picture.streams[i].id)->key_is_wanted = true;
	}
	expect_no_false_claim(watcher, world);
	if (is_attentive || !one_in(3))
		receive_pieces(watcher, world, &picture, is_attentive);
	expect_no_false_claim(watcher, world);
	finish_picture(&picture);
}

/* -- The sentences -------------------------------------------------------------------- */

static void walk(enum ledger_paint paint, bool takes_lossy)
{
	static struct world world;
	static struct watcher watcher;
	unsigned rests = 0;

	chance_state = 20261123;
	world = (struct world){.frame = {.width = WIDTH, .height = HEIGHT}, .first_of_size = 1};
	watcher = (struct watcher){0};
	ledger_init(&watcher.ledger, paint);
	watcher.ledger.takes_lossy = takes_lossy;
	for (unsigned step = 0; step < STEPS; step++) {
		move(&world);
		if (one_in(50)) {
			come_to_rest(&world);
			take_turn(&watcher, &world, true);
			EXPECT(ledger_is_exact(&watcher.ledger));
			rests++;
		} else if (!one_in(3)) {
			have_accident(&watcher, &world);
			take_turn(&watcher, &world, one_in(2));
		} else if (one_in(20)) { /* it stalls */
			for (unsigned i = 0; i < 2 * FEED_UNITS_MAX; i++)
				move(&world);
		}
	}
	EXPECT(rests > 10);
	come_to_rest(&world);
	ledger_finish(&watcher.ledger);
}

static void a_viewer_whose_units_repaint_boxes_is_exact_at_rest_and_never_claims_too_much(void)
{
	walk(LEDGER_PAINTS_BOX, false);
}

static void a_viewer_whose_units_repaint_damage_is_exact_at_rest_and_never_claims_too_much(void)
{
	walk(LEDGER_PAINTS_DAMAGE, false);
}

static void a_viewer_that_takes_jpeg_is_exact_at_rest_and_never_claims_too_much(void)
{
	walk(LEDGER_PAINTS_BOX, true);
}

int main(void)
{
	RUN_TEST(a_viewer_whose_units_repaint_boxes_is_exact_at_rest_and_never_claims_too_much);
	RUN_TEST(a_viewer_whose_units_repaint_damage_is_exact_at_rest_and_never_claims_too_much);
	RUN_TEST(a_viewer_that_takes_jpeg_is_exact_at_rest_and_never_claims_too_much);
	return 0;
}
