/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Input keys
 *
 * Which key of Linux's is meant by a number of QEMU's (a qnum).
 *
 * Threads: any.
 */

#include <stdint.h>

/** The KEY_* code, or 0: there is no such key. */
uint16_t input_key_from_qnum(uint8_t qnum);
