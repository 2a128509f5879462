/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/film_reader.h"

#include <errno.h>
#include <string.h>

#include "tests/support/test.h"

static const uint8_t film[] = {
	0,   0, 0, 0,  3,  0, 0, 0, 0, 0, 0, 0,	   0, 0, 0, 5,			 /* it is 5 us */
	0,   0, 0, 3,  2,  0, 0, 0, 0, 0, 0, 0,	   0, 0, 0, 6,	  'o', 'f', 'f', /* a notice */
	0,   0, 0, 2,  77, 0, 0, 0, 0, 0, 0, 0,	   0, 0, 0, 6,	  1,   2,	 /* no known kind */
	0,   0, 0, 23, 1,  1, 0, 0, 0, 0, 0, 0,	   0, 0, 0, 7,			 /* a unit */
	0,   0, 0, 0,  0,  0, 0, 9, 0, 0, 2, 0x80, 0, 0, 1, 0xe0, 0,   0,   0,	 3,   'a', 'b',
	'c', 0, 0, 0,  4,  4, 0, 0, 0, 0, 0, 0,	   0, 0, 0, 0,	  8,   'o', 'v', 'e', 'r',
};

static unsigned count;
static char told[256];

static bool handle_record(void *data, const struct film_record *record)
{
	size_t length = strlen(told);

	count++;
	if (record->kind == FILM_UNIT)
		snprintf(told + length, sizeof(told) - length, "unit %d %llu %llu %ux%u %u %.*s, ",
			 record->is_key, (unsigned long long)record->time_us,
			 (unsigned long long)record->frame, record->width, record->height,
			 record->missed, (int)record->size, (const char *)record->data);
	else
		snprintf(told + length, sizeof(told) - length, "%d %llu %s, ", record->kind,
			 (unsigned long long)record->time_us, record->text);
	return !data || count < *(unsigned *)data;
}

static struct film_reader *open_reader(unsigned *records_max)
{
	count = 0;
	told[0] = '\0';
	return film_reader_create(handle_record, records_max);
}

static void records_come_in_whatever_parts(void)
{
	for (size_t part = 1; part <= sizeof(film); part++) {
		CLEANUP(film_reader_destroyp) struct film_reader *reader = open_reader(NULL);

		for (size_t at = 0; at < sizeof(film); at += part) {
			size_t left = sizeof(film) - at;

			EXPECT_INT(film_reader_feed(reader, film + at, left < part ? left : part),
				   0);
		}
		EXPECT_STRING(told, "3 5 , 2 6 off, unit 1 7 9 640x480 3 abc, 4 8 over, ");
	}
}

static void nothing_comes_after_the_last_that_was_wanted(void)
{
	unsigned wanted = 2;
	CLEANUP(film_reader_destroyp) struct film_reader *reader = open_reader(&wanted);

	EXPECT_INT(film_reader_feed(reader, film, sizeof(film)), -ECANCELED);
	EXPECT_INT(count, 2);
}

static void what_is_no_film_is_refused(void)
{
	static const uint8_t short_unit[] = {0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	CLEANUP(film_reader_destroyp) struct film_reader *one = open_reader(NULL);
	CLEANUP(film_reader_destroyp) struct film_reader *two = open_reader(NULL);

	EXPECT_INT(film_reader_feed(one, (const uint8_t *)"HTTP/1.1 200 OK\r\n", 17), -EBADMSG);
	EXPECT_INT(film_reader_feed(two, short_unit, sizeof(short_unit)), -EBADMSG);
}

int main(void)
{
	RUN_TEST(records_come_in_whatever_parts);
	RUN_TEST(nothing_comes_after_the_last_that_was_wanted);
	RUN_TEST(what_is_no_film_is_refused);
	return 0;
}
