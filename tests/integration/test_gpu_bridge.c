/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The bridge as a program, as it is started by people and service managers: contained,
 * between a front end that plays QEMU and viewers.
 */

#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "tests/fakes/fake_viewer.h"
#include "tests/fakes/gpu_driver_3d.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define OK	 VIRTIO_GPU_RESP_OK_NODATA
#define RAM_SIZE (32 << 20)
#define WIDTH	 320
#define HEIGHT	 240
#define RED	 0xff0000
#define GREEN	 0x00ff00

/* What Linux takes: indirect descriptors and event indexes. */
#define FEATURES (UINT64_C(1) << 28 | UINT64_C(1) << 29)

/* The program's status. */
#define COULD_NOT 3

/* What ctest takes for "skipped". */
#define SKIPPED 77

struct bridge {
	struct loop *loop;
	char *folder;
	char *gpu;
	char *display;
	bool has_3d;
	struct child *child;
};

static struct bridge *bridge_create(void)
{
	struct bridge *bridge = xcalloc(1, sizeof(*bridge));

	EXPECT_INT(loop_create(&bridge->loop), 0);
	bridge->folder = temporary_create();
	bridge->gpu = xasprintf("%s/gpu.sock", bridge->folder);
	bridge->display = xasprintf("%s/display.sock", bridge->folder);
	return bridge;
}

/* `direction` is "listen" or "connect". */
static void bridge_start(struct bridge *bridge, const char *direction, const char *containment)
{
	CLEANUP(freep) char *gpu = xasprintf("%s:%s", direction, bridge->gpu);
	const char *argv[] = {GPU_BRIDGE_PATH,
			      "--gpu",
			      gpu,
			      "--display",
			      bridge->display,
			      "--containment",
			      containment,
			      bridge->has_3d ? "--gl" : NULL,
			      NULL};

	bridge->child = child_start(argv);
	child_wait_line(bridge->child, "READY");
}

static void bridge_stop(struct bridge *bridge)
{
	EXPECT_INT(child_stop(TAKE(bridge->child)), 0);
}

static void bridge_destroy(struct bridge *bridge)
{
	if (bridge->child)
		bridge_stop(bridge);
	loop_destroy(bridge->loop);
	temporary_destroy(bridge->folder);
	free(bridge->gpu);
	free(bridge->display);
	free(bridge);
}

DEFINE_CLEANUP(struct bridge *, bridge_destroy)
#define BRIDGE CLEANUP(bridge_destroyp) struct bridge
#define FRONT  CLEANUP(vhost_front_destroyp) struct vhost_front
#define VIEWER CLEANUP(fake_viewer_destroyp) struct fake_viewer

static struct fake_viewer *watch(struct bridge *bridge, bool maps)
{
	return fake_viewer_create(bridge->loop, &(struct fake_viewer_options){
							.path = bridge->display,
							.maps = maps,
						});
}

static void driver_start(struct bridge *bridge, struct gpu_driver *driver,
			 struct vhost_front *front)
{
	vhost_front_set_up(front);
	vhost_front_start(front, FEATURES | (uint64_t)bridge->has_3d << VIRTIO_GPU_F_VIRGL);
	gpu_driver_init(driver, front);
}

/* A guest shows one picture of one colour. */
static void draw(struct gpu_driver *driver, uint32_t id, uint32_t colour)
{
	struct virtio_gpu_rect all = {0, 0, WIDTH, HEIGHT};
	uint32_t *pixels = guest_ram_at(driver->front->ram,
					gpu_driver_make(driver, id, WIDTH, HEIGHT));

	for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
		pixels[i] = colour;
	EXPECT_INT(gpu_driver_transfer(driver, id, all, 0), OK);
	EXPECT_INT(gpu_driver_show(driver, 0, id, all), OK);
	EXPECT_INT(gpu_driver_flush(driver, id, all), OK);
}

struct picture {
	struct fake_viewer *viewer;
	uint32_t colour;
};

static bool is_seen(void *data)
{
	struct picture *picture = data;

	return fake_viewer_seen(picture->viewer)->width == WIDTH &&
	       fake_viewer_is_all(picture->viewer, picture->colour);
}

static void expect_seen(struct bridge *bridge, struct fake_viewer *viewer, uint32_t colour)
{
	struct picture picture = {viewer, colour};

	EXPECT(test_wait(bridge->loop, is_seen, &picture));
}

/* What /proc says of the program, "NoNewPrivs" say. */
static int status_of(struct bridge *bridge, const char *field)
{
	CLEANUP(freep) char *path = xasprintf("/proc/%d/status", child_pid(bridge->child));
	FILE *file = fopen(path, "r");
	char line[256];
	int value = -1;

	EXPECT(file);
	while (value < 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0 && line[strlen(field)] == ':')
			value = atoi(line + strlen(field) + 1);
	fclose(file);
	return value;
}

/* -- Sentences ---------------------------------------------------------------------- */

static void it_is_contained_when_it_is_ready(void)
{
	BRIDGE *bridge = bridge_create();

	bridge_start(bridge, "listen", "auto");
	EXPECT_INT(status_of(bridge, "NoNewPrivs"), 1);
	EXPECT_INT(status_of(bridge, "Seccomp"), SECCOMP_MODE_FILTER);
}

static void it_is_not_where_it_shall_not_be(void)
{
	BRIDGE *bridge = bridge_create();
	int filters;

	bridge_start(bridge, "listen", "auto");
	filters = status_of(bridge, "Seccomp_filters");
	bridge_stop(bridge);
	bridge_start(bridge, "listen", "off");
	/* The test itself may run under some. */
	EXPECT_INT(status_of(bridge, "Seccomp_filters"), filters - 1);
}

static void the_guests_picture_is_seen(void)
{
	BRIDGE *bridge = bridge_create();
	struct gpu_driver driver;

	bridge_start(bridge, "listen", "auto");
	FRONT *front = vhost_front_connect(bridge->loop, bridge->gpu, RAM_SIZE);
	VIEWER *mapping = watch(bridge, true);
	VIEWER *copying = watch(bridge, false);

	driver_start(bridge, &driver, front);
	draw(&driver, 1, RED);
	expect_seen(bridge, mapping, RED);
	expect_seen(bridge, copying, RED);
	draw(&driver, 2, GREEN);
	expect_seen(bridge, mapping, GREEN);
	expect_seen(bridge, copying, GREEN);
	EXPECT(fake_viewer_seen(mapping)->scanout_maps > 0);
	EXPECT_INT(fake_viewer_seen(copying)->scanout_maps, 0);
}

static void a_guest_and_a_viewer_come_back(void)
{
	BRIDGE *bridge = bridge_create();
	struct gpu_driver driver;

	bridge_start(bridge, "listen", "auto");
	for (unsigned i = 0; i < 3; i++) {
		FRONT *front = vhost_front_connect(bridge->loop, bridge->gpu, RAM_SIZE);
		VIEWER *viewer = watch(bridge, true);

		driver_start(bridge, &driver, front);
		draw(&driver, 1, RED);
		expect_seen(bridge, viewer, RED);
	}
}

static void it_connects_whenever_the_virtual_machine_listens(void)
{
	BRIDGE *bridge = bridge_create();
	struct gpu_driver driver;

	bridge_start(bridge, "connect", "auto");
	EXPECT_INT(status_of(bridge, "Seccomp"), SECCOMP_MODE_FILTER);
	for (unsigned i = 0; i < 2; i++) {
		FRONT *front = vhost_front_listen(bridge->loop, bridge->gpu, RAM_SIZE);
		VIEWER *viewer = watch(bridge, true);

		driver_start(bridge, &driver, front);
		draw(&driver, 1, GREEN);
		expect_seen(bridge, viewer, GREEN);
	}
}

/* A texture, green by the guest's commands. */
static void make_green(struct gpu_driver *driver, const struct virgl_picture *picture)
{
	struct virtio_gpu_resource_create_3d texture = gpu_driver_texture(
		picture->resource, picture->width, picture->height);

	EXPECT_INT(gpu_driver_create_3d(driver, &texture), OK);
	EXPECT_INT(gpu_driver_context_attach(driver, 1, picture->resource), OK);
	gpu_driver_fill(driver, 1, picture->resource, 0, 1, 0);
}

/* Scaling is drawn with shaders, for which Mesa makes code where there is no GPU. */
static void what_it_draws_in_3d_is_seen(void)
{
	static const struct virgl_picture small = {1, 64, 64}, whole = {2, WIDTH, HEIGHT};
	struct virtio_gpu_rect all = {0, 0, WIDTH, HEIGHT};
	struct virgl_stream stream = {0};
	BRIDGE *bridge = bridge_create();
	struct gpu_driver driver;

	bridge->has_3d = true;
	bridge_start(bridge, "listen", "auto");
	EXPECT_INT(status_of(bridge, "Seccomp"), SECCOMP_MODE_FILTER);
	FRONT *front = vhost_front_connect(bridge->loop, bridge->gpu, RAM_SIZE);
	VIEWER *viewer = watch(bridge, true);

	driver_start(bridge, &driver, front);
	EXPECT_INT(gpu_driver_context_create(&driver, 1), OK);
	make_green(&driver, &small);
	make_green(&driver, &whole);
	gpu_driver_fill(&driver, 1, whole.resource, 1, 0, 0);
	virgl_stream_scale(&stream, &whole, &small, DRIVER_FORMAT);
	EXPECT_INT(gpu_driver_submit(&driver, 1, &stream), OK);
	EXPECT_INT(gpu_driver_show(&driver, 0, whole.resource, all), OK);
	EXPECT_INT(gpu_driver_flush(&driver, whole.resource, all), OK);
	expect_seen(bridge, viewer, GREEN);
}

static void full_is_refused_where_mesa_makes_code(void)
{
	BRIDGE *bridge = bridge_create();
	CLEANUP(freep) char *gpu = xasprintf("listen:%s", bridge->gpu);
	const char *argv[] = {GPU_BRIDGE_PATH, "--gpu", gpu, "--gl", "--containment", "full", NULL};
	struct child_output output;

	EXPECT_INT(child_run(argv, &output), COULD_NOT);
	EXPECT(strstr(output.err, "Mesa's software renderer makes code"));
	EXPECT_INT(output.size, 0);
	EXPECT(access(bridge->gpu, F_OK) < 0);
	child_output_free(&output);
}

static void without_opengl_it_says_what_is_missing(void)
{
	BRIDGE *bridge = bridge_create();
	CLEANUP(freep) char *gpu = xasprintf("listen:%s", bridge->gpu);
	const char *argv[] = {GPU_BRIDGE_PATH, "--gpu", gpu, "--gl", NULL};
	struct child_output output;

	setenv("__EGL_VENDOR_LIBRARY_DIRS", bridge->folder, 1);
	EXPECT_INT(child_run(argv, &output), COULD_NOT);
	unsetenv("__EGL_VENDOR_LIBRARY_DIRS");
	EXPECT(strstr(output.err, "OpenGL does not start: Mesa's EGL is missing"));
	EXPECT_INT(output.size, 0);
	child_output_free(&output);
}

static void its_sockets_go_with_it(void)
{
	BRIDGE *bridge = bridge_create();

	bridge_start(bridge, "listen", "auto");
	EXPECT(access(bridge->gpu, F_OK) == 0 && access(bridge->display, F_OK) == 0);
	bridge_stop(bridge);
	EXPECT(access(bridge->gpu, F_OK) < 0 && access(bridge->display, F_OK) < 0);
}

/* As one that wants to hear every 200 ms that it is alive. */
static int manager_open(struct bridge *bridge)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", bridge->folder);
	EXPECT(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	return fd;
}

struct told {
	int fd;
	const char *text;
};

static bool is_told(void *data)
{
	struct told *told = data;
	char text[256];
	ssize_t size = recv(told->fd, text, sizeof(text) - 1, 0);

	text[size < 0 ? 0 : size] = '\0';
	return strstr(text, told->text);
}

static void the_service_manager_hears_that_it_lives(void)
{
	BRIDGE *bridge = bridge_create();
	CLEANUP(close_fdp) int manager = manager_open(bridge);

	bridge_start(bridge, "listen", "auto");
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	EXPECT(test_wait(NULL, is_told, &(struct told){manager, "READY=1"}));
	for (unsigned i = 0; i < 3; i++)
		EXPECT(test_wait(NULL, is_told, &(struct told){manager, "WATCHDOG=1"}));
	bridge_stop(bridge);
	EXPECT(test_wait(NULL, is_told, &(struct told){manager, "STOPPING=1"}));
}

static bool can_filter(void)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int main(void)
{
	if (!can_filter()) {
		puts("skipped: there is no seccomp here");
		return SKIPPED;
	}
	RUN_TEST(it_is_contained_when_it_is_ready);
	RUN_TEST(it_is_not_where_it_shall_not_be);
	RUN_TEST(the_guests_picture_is_seen);
	RUN_TEST(a_guest_and_a_viewer_come_back);
	RUN_TEST(it_connects_whenever_the_virtual_machine_listens);
	RUN_TEST(its_sockets_go_with_it);
	RUN_TEST(the_service_manager_hears_that_it_lives);
	if (!GPU_BRIDGE_HAS_3D)
		return 0;
	/* Mesa 22.3 forgets 112 bytes of its first shader. They are nobody's when leaks are looked
	 * for: it has been unloaded by then, so lsan.supp cannot name it. */
	setenv("LSAN_OPTIONS", "detect_leaks=0", 1);
	setenv("GALLIUM_DRIVER", "llvmpipe", 1);
	RUN_TEST(without_opengl_it_says_what_is_missing);
	RUN_TEST(what_it_draws_in_3d_is_seen);
	if (access("/dev/dri", F_OK) < 0)
		RUN_TEST(full_is_refused_where_mesa_makes_code);
	return 0;
}
