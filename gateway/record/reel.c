/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/record/reel.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"

struct record {
	struct record *next;
	enum reel_kind kind;
	uint8_t header[REEL_HEADER_SIZE + REEL_UNIT_HEADER_SIZE];
	size_t header_size;
	struct packet *packet; /* of a unit; one reference */
	char *text;	       /* of a notice and an end */
	size_t text_size;
};

struct reel {
	void (*on_bytes)(void *data);
	void *data;

	pthread_mutex_t lock;
	/* protected by lock: */
	struct record *first;
	struct record *last;
	unsigned count;
	size_t bytes;	   /* of all records */
	size_t first_sent; /* of the first one */
	uint32_t missed;   /* units, since the last that was put in */
	bool has_begun;	   /* with a key frame */
	bool needs_key;
	bool is_ended;
};

struct reel *reel_create(void (*on_bytes)(void *data), void *data)
{
	struct reel *reel = xcalloc(1, sizeof(*reel));

	reel->on_bytes = on_bytes;
	reel->data = data;
	reel->needs_key = true;
	pthread_mutex_init(&reel->lock, NULL);
	return reel;
}

static size_t body_size(const struct record *record)
{
	return record->packet ? record->packet->size : record->text_size;
}

static size_t size_of(const struct record *record)
{
	return record->header_size + body_size(record);
}

static void free_record(struct record *record)
{
	packet_unref(record->packet);
	free(record->text);
	free(record);
}

void reel_destroy(struct reel *reel)
{
	struct record *record, *next;

	if (!reel)
		return;
	for (record = reel->first; record; record = next) {
		next = record->next;
		free_record(record);
	}
	pthread_mutex_destroy(&reel->lock);
	free(reel);
}

/* -- Records ------------------------------------------------------------------------- */

static void write_u32(uint8_t *bytes, uint32_t value)
{
	value = htobe32(value);
	memcpy(bytes, &value, sizeof(value));
}

static void write_u64(uint8_t *bytes, uint64_t value)
{
	value = htobe64(value);
	memcpy(bytes, &value, sizeof(value));
}

static struct record *create_record(enum reel_kind kind, uint64_t time_us)
{
	struct record *record = xcalloc(1, sizeof(*record));

	record->kind = kind;
	record->header_size = REEL_HEADER_SIZE;
	record->header[4] = (uint8_t)kind;
	write_u64(record->header + 8, time_us);
	return record;
}

static struct record *create_text(enum reel_kind kind, uint64_t time_us, const char *text)
{
	struct record *record = create_record(kind, time_us);

	record->text = xstrdup(text);
	record->text_size = strlen(text);
	return record;
}

static struct record *create_unit(const struct reel_unit *unit, uint32_t missed)
{
	struct record *record = create_record(REEL_UNIT, unit->time_us);
	uint8_t *more = record->header + REEL_HEADER_SIZE;

	record->header_size += REEL_UNIT_HEADER_SIZE;
	record->header[5] = unit->packet->is_key ? REEL_FLAG_KEY : 0;
	write_u64(more, unit->packet->frame);
	write_u32(more + 8, unit->width);
	write_u32(more + 12, unit->height);
	write_u32(more + 16, missed);
	record->packet = packet_ref(unit->packet);
	return record;
}

/* -- The loop's side ------------------------------------------------------------------ */

/* Takes over the record. Returns whether there was nothing before. */
static bool append_locked(struct reel *reel, struct record *record)
{
	bool was_empty = !reel->first;

	write_u32(record->header, (uint32_t)(size_of(record) - REEL_HEADER_SIZE));
	if (was_empty)
		reel->first = record;
	else
		reel->last->next = record;
	reel->last = record;
	reel->count++;
	reel->bytes += size_of(record);
	return was_empty;
}

static bool has_room_locked(const struct reel *reel, size_t size)
{
	return !reel->first ||
	       (reel->bytes + size <= REEL_BYTES_MAX && reel->count < REEL_RECORDS_MAX);
}

bool reel_put_unit(struct reel *reel, const struct reel_unit *unit)
{
	bool was_empty = false, is_taken;

	pthread_mutex_lock(&reel->lock);
	is_taken = !reel->is_ended && (unit->packet->is_key || !reel->needs_key) &&
		   has_room_locked(reel, unit->packet->size);
	if (is_taken) {
		was_empty = append_locked(reel, create_unit(unit, reel->missed));
		reel->missed = 0;
		reel->has_begun = true;
		reel->needs_key = false;
	} else {
		/* What came before its first is nothing that it misses. */
		reel->missed += reel->has_begun;
		is_taken = !reel->has_begun;
		reel->needs_key = true;
	}
	pthread_mutex_unlock(&reel->lock);
	if (was_empty)
		reel->on_bytes(reel->data);
	return is_taken;
}

bool reel_wants_key(struct reel *reel)
{
	bool wants_key;

	pthread_mutex_lock(&reel->lock);
	/* With room for what comes after it. */
	wants_key = reel->needs_key && !reel->is_ended && reel->bytes <= REEL_BYTES_MAX / 2 &&
		    reel->count <= REEL_RECORDS_MAX / 2;
	pthread_mutex_unlock(&reel->lock);
	return wants_key;
}

void reel_put_notice(struct reel *reel, uint64_t time_us, const char *text)
{
	bool was_empty = false;

	pthread_mutex_lock(&reel->lock);
	/* However often the guest comes and goes: two of them wait at most in a row. */
	if (!reel->is_ended && reel->last && reel->last != reel->first &&
	    reel->last->kind == REEL_NOTICE) {
		struct record *last = reel->last;

		reel->bytes -= size_of(last);
		free(last->text);
		last->text = xstrdup(text);
		last->text_size = strlen(text);
		reel->bytes += size_of(last);
		write_u64(last->header + 8, time_us);
		write_u32(last->header, (uint32_t)last->text_size);
	} else if (!reel->is_ended) {
		was_empty = append_locked(reel, create_text(REEL_NOTICE, time_us, text));
	}
	pthread_mutex_unlock(&reel->lock);
	if (was_empty)
		reel->on_bytes(reel->data);
}

void reel_put_event(struct reel *reel, uint64_t time_us, const char *what)
{
	bool was_empty;

	pthread_mutex_lock(&reel->lock);
	was_empty = !reel->is_ended && reel->count < REEL_RECORDS_MAX &&
		    append_locked(reel, create_text(REEL_EVENT, time_us, what));
	pthread_mutex_unlock(&reel->lock);
	if (was_empty)
		reel->on_bytes(reel->data);
}

void reel_put_time(struct reel *reel, uint64_t time_us)
{
	bool was_empty;

	pthread_mutex_lock(&reel->lock);
	was_empty = !reel->is_ended && !reel->first &&
		    append_locked(reel, create_record(REEL_TIME, time_us));
	pthread_mutex_unlock(&reel->lock);
	if (was_empty)
		reel->on_bytes(reel->data);
}

void reel_put_end(struct reel *reel, uint64_t time_us, const char *reason)
{
	bool was_empty = false;

	pthread_mutex_lock(&reel->lock);
	if (!reel->is_ended)
		was_empty = append_locked(reel, create_text(REEL_END, time_us, reason));
	reel->is_ended = true;
	pthread_mutex_unlock(&reel->lock);
	if (was_empty)
		reel->on_bytes(reel->data);
}

/* -- The reader's side ------------------------------------------------------------------ */

/* Bytes of the record from `offset` on that lie together. */
static const uint8_t *bytes_at(const struct record *record, size_t offset, size_t *ret_size)
{
	if (offset < record->header_size) {
		*ret_size = record->header_size - offset;
		return record->header + offset;
	}
	offset -= record->header_size;
	*ret_size = body_size(record) - offset;
	return (record->packet ? record->packet->data : (uint8_t *)record->text) + offset;
}

static void drop_first_locked(struct reel *reel)
{
	struct record *first = reel->first;

	reel->first = first->next;
	if (!reel->first)
		reel->last = NULL;
	reel->count--;
	reel->bytes -= size_of(first);
	reel->first_sent = 0;
	free_record(first);
}

size_t reel_read(struct reel *reel, uint8_t *buffer, size_t max)
{
	size_t done = 0;

	pthread_mutex_lock(&reel->lock);
	while (reel->first && done < max) {
		size_t size;
		const uint8_t *bytes = bytes_at(reel->first, reel->first_sent, &size);

		if (size > max - done)
			size = max - done;
		memcpy(buffer + done, bytes, size);
		done += size;
		reel->first_sent += size;
		if (reel->first_sent == size_of(reel->first))
			drop_first_locked(reel);
	}
	pthread_mutex_unlock(&reel->lock);
	return done;
}

bool reel_has_bytes(struct reel *reel)
{
	bool has_bytes;

	pthread_mutex_lock(&reel->lock);
	has_bytes = reel->first;
	pthread_mutex_unlock(&reel->lock);
	return has_bytes;
}

bool reel_is_over(struct reel *reel)
{
	bool is_over;

	pthread_mutex_lock(&reel->lock);
	is_over = reel->is_ended && !reel->first;
	pthread_mutex_unlock(&reel->lock);
	return is_over;
}
