/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Queue program
 *
 * What the inputs of the targets for the control and the cursor queue mean. An input is a
 * sequence of operations, each a byte (modulo their number) and what follows it; "n" is a
 * number as fuzz_input.h has it, "u8" to "u64" are plain, little-endian, and a "place" is
 *
 *	u8 kind, then by its value modulo 8:
 *	0-3  u16: so far into the guest's memory
 *	4    u8: so far before the end of the first region
 *	5    u8: so far before the end of the second one
 *	6    u64: any address
 *	7    u8: so far before the end of addresses
 *
 *	0  COMMAND  a whole command and room for its answer, on the target's queue.
 *		    u8 shape (below), u8 type (in the table of queue_program.c; its length: u32),
 *		    the header's rest if shape says so (n flags, u64 fence, n context),
 *		    n room if shape says so,
 *		    u8 count: its low half words follow (n each); its high half bytes are cut off
 *	1  ATTACH   RESOURCE_ATTACH_BACKING on the control queue: n resource, u8 claimed (0: as
 *		    many as there are), u8 entries (modulo 16), and for each place, n length
 *	2  MAKE     a resource with memory behind it: n id, n width, n height, u8 format
 *	3  SHOW     the last that was made, on u8 output (modulo 4): transferred, shown, flushed
 *	4  WRITE    to the guest's memory: u16 where, u8 size (modulo 64), bytes
 *	5  TABLE    of descriptors, there: u16 where, u8 count (modulo 8), and for each place,
 *		    n length, u8 flags, u8 next
 *	6  DESCRIBE in a ring: u8 which (its lowest bit the ring), place, n length, u8 flags, u8
 *next 7  OFFER    u8 which (likewise), n head 8  INDEX    the available index, as the driver has
 *it, plus u16; u8 which; u8 flags of the ring; u16 event 9  RUN      u8 which; u8 turns (0: until
 *nothing is left) 10 RACE     at the u8-th look of the device from now: u16 where (in the memory,
 *or with its highest bit in the rings), u8 size (modulo 16), bytes 11 RESET 12 RESTART  u8 which, n
 *size, u16 base, n skew, u8 features 13 MEMORY   u8 layout 14 SHRINK   u8 which, u8 pages 15
 *REQUEST  a viewer wants a mode: u8 output, n width, n height, n millimetres 16 WATCH    a watcher
 *comes, or goes
 *
 * Shapes: 0x01 the other queue; 0x02 indirect; 0x04 a fence; 0x08 in pieces; 0x10 where both
 * regions meet; 0x20 the device does not run yet; 0x40 room for the answer by number (otherwise
 * enough for any); 0x80 a header by numbers.
 */

#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/fuzz_stage.h"

/** Runs one input on `stage`, whose commands go to `queue`. */
void queue_program_run(struct fuzz_stage *stage, unsigned queue, const uint8_t *bytes, size_t size);
