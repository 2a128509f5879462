/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/encode/piece.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <sys/queue.h>

#define XXH_INLINE_ALL /* rows are short: calls would take longer than hashing */
#include <xxhash.h>

#include "common/thread.h"
#include "common/xalloc.h"
#include "gateway/encode/piece_jpeg.h"
#include "gateway/encode/piece_planar.h"
#include "gateway/encode/piece_tight.h"
#include "gateway/frame/frame.h"

/* Chains stay short: what fits into a memory of 16 MB is mostly larger than 1 KB. */
#define BUCKETS 16384

/* Boxes that are remembered, one for each hash: a few times what one frame is cut into. */
#define SIGHTS 1024

/* What a piece takes beside its bytes, with the allocator's share. */
#define PIECE_OVERHEAD (sizeof(struct piece) + sizeof(struct packet) + 64)

/* Scratch memory that is kept for the next that encode. There are rarely more at once than
 * processors; who finds none makes one. */
#define SCRATCHES_KEPT 4

/* A picture of so few pixels is shorter than a JPEG in any case. */
#define JPEG_PIXELS_MIN (PIECE_JPEG_BYTES_MIN / 3)

#define TIGHT_MAX  PIECE_TIGHT_BYTES_MAX(PIECE_WIDTH, PIECE_HEIGHT)
#define PLANAR_MAX PIECE_PLANAR_BYTES_MAX(PIECE_WIDTH, PIECE_HEIGHT)

/* What one thread needs while it encodes. */
struct scratch {
	SLIST_ENTRY(scratch) next;
	struct piece_tight *tight;
	struct piece_jpeg *jpeg;
	uint8_t exact[TIGHT_MAX > PLANAR_MAX ? TIGHT_MAX : PLANAR_MAX];
	uint8_t lossy[PIECE_JPEG_BYTES_MAX(PIECE_WIDTH, PIECE_HEIGHT)];
};

/* A piece that is remembered, or that a thread is encoding right now. */
struct piece {
	LIST_ENTRY(piece) in_bucket;
	TAILQ_ENTRY(piece) in_use; /* not while it is being encoded */
	XXH128_hash_t key;
	struct packet *packet; /* NULL while it is being encoded */
};

/* Where a frame shows which piece. Viewers ask for the same boxes of the same frame, and reading
 * all of its pixels takes longer than all else, where the piece is there. */
struct sight {
	uint64_t frame; /* its number; 0: none */
	pixman_box32_t box;
	struct piece_form form;
	XXH128_hash_t key;
};

struct pieces {
	size_t bytes_max;
	pthread_mutex_t lock;
	pthread_cond_t encoded; /* some piece was, or could not be */

	/* protected by lock: */
	LIST_HEAD(, piece) buckets[BUCKETS];
	TAILQ_HEAD(piece_list, piece) by_use; /* the one asked for last comes first */
	size_t bytes;
	struct sight sights[SIGHTS];
	SLIST_HEAD(, scratch) scratches;
	unsigned scratches_count;
	struct pieces_count count;
};

/* -- Scratch memory -------------------------------------------------------------- */

static void scratch_destroy(struct scratch *scratch)
{
	if (!scratch)
		return;
	piece_tight_destroy(scratch->tight);
	piece_jpeg_destroy(scratch->jpeg);
	free(scratch);
}

static struct scratch *scratch_create(void)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (!scratch)
		return NULL;
	scratch->tight = piece_tight_create();
	scratch->jpeg = piece_jpeg_create();
	if (!scratch->tight || !scratch->jpeg) {
		scratch_destroy(scratch);
		return NULL;
	}
	return scratch;
}

static struct scratch *take_scratch(struct pieces *pieces)
{
	struct scratch *scratch;

	pthread_mutex_lock(&pieces->lock);
	scratch = SLIST_FIRST(&pieces->scratches);
	if (scratch) {
		SLIST_REMOVE_HEAD(&pieces->scratches, next);
		pieces->scratches_count--;
	}
	pthread_mutex_unlock(&pieces->lock);
	return scratch ? scratch : scratch_create();
}

static void give_back_scratch(struct pieces *pieces, struct scratch *scratch)
{
	pthread_mutex_lock(&pieces->lock);
	if (pieces->scratches_count < SCRATCHES_KEPT) {
		SLIST_INSERT_HEAD(&pieces->scratches, scratch, next);
		pieces->scratches_count++;
		scratch = NULL;
	}
	pthread_mutex_unlock(&pieces->lock);
	scratch_destroy(scratch);
}

/* -- The memory -------------------------------------------------------------------- */

struct pieces *pieces_create(size_t bytes)
{
	struct pieces *pieces = xcalloc(1, sizeof(*pieces));

	pieces->bytes_max = bytes;
	pthread_mutex_init(&pieces->lock, NULL);
	pthread_cond_init(&pieces->encoded, NULL);
	TAILQ_INIT(&pieces->by_use);
	return pieces;
}

static void forget_piece(struct pieces *pieces, struct piece *piece)
{
	LIST_REMOVE(piece, in_bucket);
	if (piece->packet) {
		TAILQ_REMOVE(&pieces->by_use, piece, in_use);
		pieces->bytes -= piece->packet->size + PIECE_OVERHEAD;
		packet_unref(piece->packet);
	}
	free(piece);
}

void pieces_destroy(struct pieces *pieces)
{
	struct scratch *scratch;

	if (!pieces)
		return;
	while (!TAILQ_EMPTY(&pieces->by_use))
		forget_piece(pieces, TAILQ_FIRST(&pieces->by_use));
	while ((scratch = SLIST_FIRST(&pieces->scratches))) {
		SLIST_REMOVE_HEAD(&pieces->scratches, next);
		scratch_destroy(scratch);
	}
	pthread_cond_destroy(&pieces->encoded);
	pthread_mutex_destroy(&pieces->lock);
	free(pieces);
}

/* A guest that made two pictures with one key would spoil its own picture, and no more. The
 * pixels' unused byte takes part: at worst the same pixels are encoded twice. */
static XXH128_hash_t key_of(struct piece_form form, const struct frame *frame,
			    const pixman_box32_t *box)
{
	size_t row_bytes = (size_t)(box->x2 - box->x1) * sizeof(uint32_t);
	uint32_t kind[] = {
		form.codec,
		form.quality,
		(uint32_t)(box->x2 - box->x1),
		(uint32_t)(box->y2 - box->y1),
	};
	XXH3_state_t state;

	XXH3_INITSTATE(&state);
	XXH3_128bits_reset(&state);
	XXH3_128bits_update(&state, kind, sizeof(kind));
	for (int y = box->y1; y < box->y2; y++)
		XXH3_128bits_update(&state, frame_row(frame, (uint32_t)y) + box->x1, row_bytes);
	return XXH3_128bits_digest(&state);
}

static bool is_same_sight(const struct sight *one, const struct sight *other)
{
	return one->frame == other->frame && one->form.codec == other->form.codec &&
	       one->form.quality == other->form.quality && one->box.x1 == other->box.x1 &&
	       one->box.y1 == other->box.y1 && one->box.x2 == other->box.x2 &&
	       one->box.y2 == other->box.y2;
}

/* Where a sight is remembered. A newer frame's takes the place of an older one's. */
static struct sight *place_of_locked(struct pieces *pieces, const struct sight *sight)
{
	uint64_t form = sight->form.codec * 16u + sight->form.quality;

	return &pieces->sights[XXH3_64bits_withSeed(&sight->box, sizeof(sight->box), form) %
			       SIGHTS];
}

/* The key of what a box of the frame shows. */
static XXH128_hash_t recall_key(struct pieces *pieces, struct piece_form form,
				const struct frame *frame, const pixman_box32_t *box)
{
	struct sight sight = {.frame = frame->number, .box = *box, .form = form};
	struct sight *place;
	bool is_known;

	pthread_mutex_lock(&pieces->lock);
	place = place_of_locked(pieces, &sight);
	is_known = is_same_sight(place, &sight);
	if (is_known)
		sight.key = place->key;
	pthread_mutex_unlock(&pieces->lock);
	if (is_known)
		return sight.key;

	sight.key = key_of(form, frame, box);
	pthread_mutex_lock(&pieces->lock);
	*place_of_locked(pieces, &sight) = sight;
	pthread_mutex_unlock(&pieces->lock);
	return sight.key;
}

static struct piece *find_piece_locked(struct pieces *pieces, XXH128_hash_t key)
{
	struct piece *piece = LIST_FIRST(&pieces->buckets[key.high64 % BUCKETS]);

	while (piece && !XXH128_isEqual(piece->key, key))
		piece = LIST_NEXT(piece, in_bucket);
	return piece;
}

/* The calling thread is about to encode it. */
static struct piece *add_piece_locked(struct pieces *pieces, XXH128_hash_t key)
{
	struct piece *piece = xcalloc(1, sizeof(*piece));

	piece->key = key;
	LIST_INSERT_HEAD(&pieces->buckets[key.high64 % BUCKETS], piece, in_bucket);
	return piece;
}

static struct packet *share_piece_locked(struct pieces *pieces, struct piece *piece)
{
	TAILQ_REMOVE(&pieces->by_use, piece, in_use);
	TAILQ_INSERT_HEAD(&pieces->by_use, piece, in_use);
	pieces->count.shared++;
	return packet_ref(piece->packet);
}

/* Takes over a reference to `packet`, which may be NULL: encoding failed. */
static void finish_piece(struct pieces *pieces, struct piece *piece, struct packet *packet,
			 uint64_t encode_us)
{
	pthread_mutex_lock(&pieces->lock);
	if (packet) {
		piece->packet = packet;
		TAILQ_INSERT_HEAD(&pieces->by_use, piece, in_use);
		pieces->bytes += packet->size + PIECE_OVERHEAD;
		pieces->count.encoded++;
		pieces->count.encode_us += encode_us;
		while (pieces->bytes > pieces->bytes_max)
			forget_piece(pieces, TAILQ_LAST(&pieces->by_use, piece_list));
	} else {
		forget_piece(pieces, piece);
	}
	pthread_cond_broadcast(&pieces->encoded);
	pthread_mutex_unlock(&pieces->lock);
}

/* -- Encoding ------------------------------------------------------------------------ */

static struct packet *packet_of(const uint8_t *bytes, size_t size, bool is_exact)
{
	struct packet *packet = size > 0 ? packet_create(size) : NULL;

	if (!packet)
		return NULL;
	memcpy(packet->data, bytes, size);
	packet->is_exact = is_exact;
	return packet;
}

/* Text and the like has few colours: JPEG blurs it, and is mostly longer. */
static struct packet *encode_jpeg(struct scratch *scratch, unsigned quality, unsigned stream,
				  const uint32_t *row, ptrdiff_t step, uint32_t width,
				  uint32_t height)
{
	size_t exact_size, lossy_size;

	if (width * height < JPEG_PIXELS_MIN)
		exact_size = piece_tight_encode(scratch->tight, row, step, width, height, stream,
						scratch->exact);
	else
		exact_size = piece_tight_encode_few(scratch->tight, row, step, width, height,
						    stream, scratch->exact);
	if (exact_size > 0 && exact_size <= PIECE_JPEG_BYTES_MIN)
		return packet_of(scratch->exact, exact_size, true);

	lossy_size = piece_jpeg_encode(scratch->jpeg, row, step, width, height, quality,
				       scratch->lossy);
	if (exact_size > 0 && exact_size <= lossy_size)
		return packet_of(scratch->exact, exact_size, true);
	return packet_of(scratch->lossy, lossy_size, false);
}

static struct packet *encode(struct scratch *scratch, struct piece_form form, unsigned stream,
			     const struct frame *frame, const pixman_box32_t *box)
{
	const uint32_t *row = frame_row(frame, (uint32_t)box->y1) + box->x1;
	ptrdiff_t step = frame->stride_bytes / 4;
	uint32_t width = (uint32_t)(box->x2 - box->x1);
	uint32_t height = (uint32_t)(box->y2 - box->y1);
	size_t size = 0;

	assert(width <= PIECE_WIDTH && height <= PIECE_HEIGHT);
	switch (form.codec) {
	case PIECE_TIGHT:
		size = piece_tight_encode(scratch->tight, row, step, width, height, stream,
					  scratch->exact);
		break;
	case PIECE_TIGHT_JPEG:
		return encode_jpeg(scratch, form.quality, stream, row, step, width, height);
	case PIECE_PLANAR:
		size = piece_planar_encode(row, step, width, height, scratch->exact);
		break;
	}
	return packet_of(scratch->exact, size, true);
}

static struct packet *encode_piece(struct pieces *pieces, struct piece *piece,
				   struct piece_form form, const struct frame *frame,
				   const pixman_box32_t *box)
{
	struct scratch *scratch = take_scratch(pieces);
	struct packet *packet = NULL;
	uint64_t begin_us = thread_time_us();

	if (scratch) {
		packet = encode(scratch, form, piece->key.low64 % 4, frame, box);
		give_back_scratch(pieces, scratch);
	}
	if (packet)
		packet_ref(packet);
	finish_piece(pieces, piece, packet, thread_time_us() - begin_us);
	return packet;
}

/* NULL also for a piece that another thread is encoding, unless the caller `waits` for it. */
static struct packet *get_piece(struct pieces *pieces, struct piece_form form,
				const struct frame *frame, const pixman_box32_t *box, bool waits)
{
	XXH128_hash_t key = recall_key(pieces, form, frame, box);
	struct packet *packet = NULL;
	struct piece *piece;
	bool is_ours = false;

	pthread_mutex_lock(&pieces->lock);
	while ((piece = find_piece_locked(pieces, key)) && !piece->packet && waits)
		pthread_cond_wait(&pieces->encoded, &pieces->lock);
	if (!piece) {
		piece = add_piece_locked(pieces, key);
		is_ours = true;
	} else if (piece->packet) {
		packet = share_piece_locked(pieces, piece);
	}
	pthread_mutex_unlock(&pieces->lock);
	return is_ours ? encode_piece(pieces, piece, form, frame, box) : packet;
}

struct packet *pieces_encode(struct pieces *pieces, struct piece_form form,
			     const struct frame *frame, const pixman_box32_t *box)
{
	return get_piece(pieces, form, frame, box, true);
}

void pieces_encode_all(struct pieces *pieces, struct piece_form form, const struct frame *frame,
		       const pixman_box32_t *boxes, size_t count, struct packet **ret_packets)
{
	for (size_t i = 0; i < count; i++)
		ret_packets[i] = get_piece(pieces, form, frame, &boxes[i], false);
	for (size_t i = 0; i < count; i++)
		if (!ret_packets[i])
			ret_packets[i] = get_piece(pieces, form, frame, &boxes[i], true);
}

struct pieces_count pieces_count(struct pieces *pieces)
{
	struct pieces_count count;

	pthread_mutex_lock(&pieces->lock);
	count = pieces->count;
	pthread_mutex_unlock(&pieces->lock);
	return count;
}
