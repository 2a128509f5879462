/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Fuzz target
 *
 * What each target defines: called again and again, by libFuzzer or by fuzz_main.c.
 */

#include <stddef.h>
#include <stdint.h>

/** Runs one input. Returns 0; what is wrong ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/** Ends the program unless `condition` holds, such that libFuzzer keeps the input. */
#define CHECK(condition) \
	do { \
		if (!(condition)) \
			fuzz_fail(__FILE__, __LINE__, #condition); \
	} while (0)

void fuzz_fail(const char *file, int line, const char *condition) __attribute__((noreturn));
