/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/cleanup.h"

static void close_file(FILE *file)
{
	if (file)
		fclose(file);
}

DEFINE_CLEANUP(FILE *, close_file)

int input_file_read(const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size)
{
	CLEANUP(close_filep) FILE *file = fopen(path, "rbe");
	CLEANUP(freep) uint8_t *bytes = NULL;
	size_t size = 0, capacity = 0;

	if (!file)
		return -errno;
	do {
		size_t larger = capacity ? capacity * 2 : 65536;
		uint8_t *grown = realloc(bytes, larger + 1);

		if (!grown)
			return -ENOMEM;
		bytes = grown;
		capacity = larger;
		size += fread(bytes + size, 1, capacity - size, file);
		if (ferror(file))
			return -errno;
		if (size > max)
			return -EFBIG;
	} while (!feof(file));
	bytes[size] = '\0';
	*ret_bytes = TAKE(bytes);
	*ret_size = size;
	return 0;
}
