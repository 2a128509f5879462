/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/other_cpu.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "gpu-bridge/vhost/guest_memory.h"
#include "gpu-bridge/vhost/virtqueue.h"

#define PLANS_MAX 8

struct plan {
	unsigned turns;
	void *to;
	size_t size;
	unsigned char bytes[OTHER_CPU_BYTES_MAX];
};

static struct plan plans[PLANS_MAX];
static unsigned plans_count;
static unsigned plans_done;

void other_cpu_plan(unsigned turns, void *to, const void *bytes, size_t size)
{
	struct plan *plan = &plans[plans_count];

	assert(size <= OTHER_CPU_BYTES_MAX);
	if (plans_count == PLANS_MAX)
		return;
	plans_count++;
	plan->turns = turns;
	plan->to = to;
	plan->size = size;
	memcpy(plan->bytes, bytes, size);
}

void other_cpu_forget(void)
{
	plans_count = 0;
	plans_done = 0;
}

static void take_turn(void)
{
	while (plans_done < plans_count) {
		struct plan *plan = &plans[plans_done];

		if (plan->turns > 0) {
			plan->turns--;
			return;
		}
		memcpy(plan->to, plan->bytes, plan->size);
		plans_done++;
	}
	other_cpu_forget();
}

/* -- What the linker puts before the device's own ----------------------------- */

void *__real_guest_memory_at(const struct guest_memory *memory, uint64_t address, size_t *length);
void *__wrap_guest_memory_at(const struct guest_memory *memory, uint64_t address, size_t *length);

void *__wrap_guest_memory_at(const struct guest_memory *memory, uint64_t address, size_t *length)
{
	take_turn();
	return __real_guest_memory_at(memory, address, length);
}

bool __real_guest_memory_has(const struct guest_memory *memory, uint64_t address, uint64_t length);
bool __wrap_guest_memory_has(const struct guest_memory *memory, uint64_t address, uint64_t length);

bool __wrap_guest_memory_has(const struct guest_memory *memory, uint64_t address, uint64_t length)
{
	take_turn();
	return __real_guest_memory_has(memory, address, length);
}

size_t __real_chain_read(const struct chain *chain, size_t offset, void *bytes, size_t size);
size_t __wrap_chain_read(const struct chain *chain, size_t offset, void *bytes, size_t size);

size_t __wrap_chain_read(const struct chain *chain, size_t offset, void *bytes, size_t size)
{
	take_turn();
	return __real_chain_read(chain, offset, bytes, size);
}
