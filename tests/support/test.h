/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Test support
 *
 * A test program is a list of sentences; each is a function that returns when
 * the sentence is true and fails with a line otherwise.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition) \
	do { \
		if (!(condition)) \
			test_fail(__FILE__, __LINE__, "expected: %s", #condition); \
	} while (0)

#define EXPECT_INT(actual, expected) \
	do { \
		long long actual_ = (long long)(actual); \
		long long expected_ = (long long)(expected); \
		if (actual_ != expected_) \
			test_fail(__FILE__, __LINE__, "%s is %lld, expected %lld", #actual, \
				  actual_, expected_); \
	} while (0)

#define EXPECT_STRING(actual, expected) \
	do { \
		const char *actual_ = (actual); \
		const char *expected_ = (expected); \
		if (!actual_ || strcmp(actual_, expected_) != 0) \
			test_fail(__FILE__, __LINE__, "%s is \"%s\", expected \"%s\"", #actual, \
				  actual_ ? actual_ : "(null)", expected_); \
	} while (0)

/** Prints why, and ends the program with status 1. */
void test_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));

#define RUN_TEST(function) test_run(#function, function)

/** Runs one sentence and prints its name. */
void test_run(const char *name, void (*function)(void));

struct loop;

/** How long tests wait for an event before they fail. */
#define TEST_DEADLINE_MS 10000

/**
 * Turns `loop` (NULL: none) and polls `is_true(data)` until it holds; false once
 * TEST_DEADLINE_MS have passed.
 */
bool test_wait(struct loop *loop, bool (*is_true)(void *data), void *data);
