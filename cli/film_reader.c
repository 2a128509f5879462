/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/film_reader.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "common/xalloc.h"

#define HEADER_SIZE	 16
#define UNIT_HEADER_SIZE 20
#define FLAG_KEY	 1

/* A longer record is none: an access unit is at most about as large as its picture. */
#define RECORD_MAX (64u << 20)

struct film_reader {
	bool (*on_record)(void *data, const struct film_record *record);
	void *data;
	uint8_t *bytes; /* of a record that is not whole yet */
	size_t size;
	size_t capacity;
};

struct film_reader *
film_reader_create(bool (*on_record)(void *data, const struct film_record *record), void *data)
{
	struct film_reader *reader = xcalloc(1, sizeof(*reader));

	reader->on_record = on_record;
	reader->data = data;
	return reader;
}

void film_reader_destroy(struct film_reader *reader)
{
	if (!reader)
		return;
	free(reader->bytes);
	free(reader);
}

static uint32_t read_u32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return be32toh(value);
}

static uint64_t read_u64(const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return be64toh(value);
}

static int read_unit(const uint8_t *body, size_t size, struct film_record *record)
{
	if (size < UNIT_HEADER_SIZE)
		return -EBADMSG;
	record->frame = read_u64(body);
	record->width = read_u32(body + 8);
	record->height = read_u32(body + 12);
	record->missed = read_u32(body + 16);
	record->data = body + UNIT_HEADER_SIZE;
	record->size = size - UNIT_HEADER_SIZE;
	return 0;
}

/* `bytes` is one whole record. */
static int take_record(struct film_reader *reader, const uint8_t *bytes, size_t size)
{
	const uint8_t *body = bytes + HEADER_SIZE;
	size_t body_size = size - HEADER_SIZE;
	CLEANUP(freep) char *text = NULL;
	struct film_record record = {
		.kind = bytes[4],
		.is_key = bytes[5] & FLAG_KEY,
		.time_us = read_u64(bytes + 8),
	};
	int r = 0;

	if (record.kind < FILM_UNIT || record.kind > FILM_EVENT)
		return 0;
	if (record.kind == FILM_UNIT)
		r = read_unit(body, body_size, &record);
	else
		record.text = text = strndup((const char *)body, body_size);
	if (r < 0)
		return r;
	return reader->on_record(reader->data, &record) ? 0 : -ECANCELED;
}

static int append(struct film_reader *reader, const uint8_t *bytes, size_t size)
{
	size_t needed = reader->size + size;

	if (needed > reader->capacity) {
		uint8_t *larger = realloc(reader->bytes, needed * 2);

		if (!larger)
			return -ENOMEM;
		reader->bytes = larger;
		reader->capacity = needed * 2;
	}
	memcpy(reader->bytes + reader->size, bytes, size);
	reader->size = needed;
	return 0;
}

int film_reader_feed(struct film_reader *reader, const uint8_t *bytes, size_t size)
{
	size_t at = 0;
	int r = append(reader, bytes, size);

	while (r == 0 && reader->size - at >= HEADER_SIZE) {
		size_t whole = HEADER_SIZE + (size_t)read_u32(reader->bytes + at);

		if (whole > RECORD_MAX)
			return -EBADMSG;
		if (reader->size - at < whole)
			break;
		r = take_record(reader, reader->bytes + at, whole);
		at += whole;
	}
	reader->size -= at;
	memmove(reader->bytes, reader->bytes + at, reader->size);
	return r;
}
