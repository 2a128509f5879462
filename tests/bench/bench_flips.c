/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Page flips, many of them: what gpu-bridge holds meanwhile.
 *
 *   bench-flips BRIDGE WIDTH HEIGHT FLIPS
 *
 * A guest that is played here flips between two pictures, as Linux's driver does it
 * (transfer, scanout, flush, each waited for), and a viewer maps what it is told of. Prints how
 * much of the bridge is resident, and how many descriptors it has, 20 times on the way, and what
 * that comes to.
 */

#include <dirent.h>
#include <stdlib.h>
#include <time.h>

#include "common/xalloc.h"
#include "tests/fakes/fake_viewer.h"
#include "tests/fakes/gpu_driver.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define RAM_SIZE (64 << 20)
#define SAMPLES	 20

/* Of a flip, and of what is in the ring at a time: two descriptors each. */
#define COMMANDS 3
#define AT_ONCE	 10

/* What Linux takes: indirect descriptors and event indexes. */
#define FEATURES (UINT64_C(1) << 28 | UINT64_C(1) << 29)

struct sample {
	long resident_kb;
	long descriptors;
};

static long resident_kb(pid_t pid)
{
	CLEANUP(freep) char *path = xasprintf("/proc/%d/status", pid);
	FILE *file = fopen(path, "r");
	char line[256];
	long kb = -1;

	EXPECT(file);
	while (kb < 0 && fgets(line, sizeof(line), file))
		sscanf(line, "VmRSS: %ld", &kb);
	fclose(file);
	return kb;
}

static long descriptors(pid_t pid)
{
	CLEANUP(freep) char *path = xasprintf("/proc/%d/fd", pid);
	DIR *folder = opendir(path);
	long count = -2; /* "." and ".." */

	EXPECT(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* -- Flips --------------------------------------------------------------------- */

/* A command in the guest's memory, and room for its answer. */
struct command {
	struct ring_part parts[2];
};

/* What makes one picture the one that is shown. */
struct flip {
	struct command commands[COMMANDS];
};

static struct command put_command(struct guest_ram *ram, const void *bytes, size_t size)
{
	uint64_t answer = guest_ram_take(ram, sizeof(struct virtio_gpu_ctrl_hdr));
	uint64_t at = guest_ram_take(ram, size);

	memcpy(guest_ram_at(ram, at), bytes, size);
	return (struct command){
		{{at, (uint32_t)size, false}, {answer, sizeof(struct virtio_gpu_ctrl_hdr), true}}};
}

static struct flip put_flip(struct guest_ram *ram, uint32_t id, struct virtio_gpu_rect all)
{
	struct virtio_gpu_transfer_to_host_2d transfer = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, .r = all, .resource_id = id};
	struct virtio_gpu_set_scanout show = {
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT, .r = all, .resource_id = id};
	struct virtio_gpu_resource_flush flush = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH, .r = all, .resource_id = id};

	return (struct flip){{
		put_command(ram, &transfer, sizeof(transfer)),
		put_command(ram, &show, sizeof(show)),
		put_command(ram, &flush, sizeof(flush)),
	}};
}

static void await_answers(struct vhost_front *front, const struct flip *flips, unsigned count)
{
	for (unsigned i = 0; i < count * COMMANDS; i++) {
		const struct command *command = &flips[i / COMMANDS % 2].commands[i % COMMANDS];
		const struct virtio_gpu_ctrl_hdr *answer = guest_ram_at(front->ram,
									command->parts[1].address);
		uint32_t head, written;

		EXPECT(vhost_front_wait_used(front, GPU_CONTROL_QUEUE, &head, &written));
		EXPECT_INT(answer->type, VIRTIO_GPU_RESP_OK_NODATA);
	}
}

/* So many flips in one go, from one picture to the other and back. */
static void flip(struct vhost_front *front, const struct flip *flips, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < COMMANDS; j++)
			driver_ring_submit(&front->rings[GPU_CONTROL_QUEUE],
					   flips[i % 2].commands[j].parts, 2);
	vhost_front_kick(front, GPU_CONTROL_QUEUE);
	await_answers(front, flips, count);
}

/* -- What they cost --------------------------------------------------------------- */

static void print_summary(const struct sample *samples)
{
	static const char *const quarters[] = {"first", "second", "third", "last"};
	long least = samples[0].resident_kb, most = least;

	for (unsigned i = 1; i < SAMPLES; i++) {
		long kb = samples[i].resident_kb;

		least = kb < least ? kb : least;
		most = kb > most ? kb : most;
	}
	for (unsigned quarter = 0; quarter < 4; quarter++) {
		long sum = 0;

		for (unsigned i = 0; i < SAMPLES / 4; i++)
			sum += samples[quarter * SAMPLES / 4 + i].resident_kb;
		printf("%s quarter: %ld kB on average\n", quarters[quarter], sum / (SAMPLES / 4));
	}
	printf("least %ld kB, most %ld kB\n", least, most);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run(struct vhost_front *front, const struct flip *flips, pid_t bridge, long count)
{
	struct sample samples[SAMPLES];
	double begun = seconds();
	long done = 0;

	for (unsigned i = 0; i < SAMPLES; i++) {
		for (; done < (i + 1) * count / SAMPLES; done += AT_ONCE)
			flip(front, flips, AT_ONCE);
		samples[i] = (struct sample){resident_kb(bridge), descriptors(bridge)};
		printf("%ld flips: %ld kB, %ld descriptors\n", done, samples[i].resident_kb,
		       samples[i].descriptors);
		fflush(stdout);
	}
	print_summary(samples);
	printf("%.0f flips a second\n", (double)done / (seconds() - begun));
}

static bool is_watched(void *data)
{
	return fake_viewer_seen(data)->width > 0;
}

int main(int argc, char **argv)
{
	CLEANUP(loop_destroyp) struct loop *loop = NULL;
	CLEANUP(freep) char *gpu = NULL;
	CLEANUP(freep) char *listen = NULL;
	CLEANUP(freep) char *display = NULL;
	struct virtio_gpu_rect all = {0};
	struct fake_viewer *viewer;
	struct vhost_front *front;
	struct gpu_driver driver;
	struct flip flips[2];
	struct child *bridge;
	char *folder;

	if (argc != 5) {
		fprintf(stderr, "usage: bench-flips BRIDGE WIDTH HEIGHT FLIPS\n");
		return 2;
	}
	all.width = (uint32_t)atol(argv[2]);
	all.height = (uint32_t)atol(argv[3]);
	folder = temporary_create();
	gpu = xasprintf("%s/gpu.sock", folder);
	listen = xasprintf("listen:%s", gpu);
	display = xasprintf("%s/display.sock", folder);
	bridge = child_start((const char *[]){argv[1], "--gpu", listen, "--display", display,
					      "--log-level", "warning", NULL});
	child_wait_line(bridge, "READY");

	EXPECT_INT(loop_create(&loop), 0);
	front = vhost_front_connect(loop, gpu, RAM_SIZE);
	vhost_front_set_up(front);
	vhost_front_start(front, FEATURES);
	gpu_driver_init(&driver, front);
	for (uint32_t i = 0; i < 2; i++) {
		gpu_driver_make(&driver, 1 + i, all.width, all.height);
		flips[i] = put_flip(front->ram, 1 + i, all);
	}
	viewer = fake_viewer_create(loop,
				    &(struct fake_viewer_options){.path = display, .maps = true});
	flip(front, flips, 2);
	EXPECT(test_wait(loop, is_watched, viewer));

	run(front, flips, child_pid(bridge), atol(argv[4]));
	printf("the viewer was told of %u surfaces and %u updates\n",
	       fake_viewer_seen(viewer)->scanout_maps, fake_viewer_seen(viewer)->update_maps);
	fake_viewer_destroy(viewer);
	vhost_front_destroy(front);
	EXPECT_INT(child_stop(bridge), 0);
	temporary_destroy(folder);
	return 0;
}
