/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/source/chardev.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "common/display1.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/xalloc.h"
#include "tests/support/test.h"

/* A display's connection, and a QEMU on it that has one chardev, "serial0". */
struct scene {
	struct loop *loop;
	sd_bus *ours;
	sd_bus *qemu;
	int guest; /* QEMU's end of the line; -1: it has none */
	unsigned calls;
	int line; /* what was handed over; -1: nothing */
};

static int handle_register(sd_bus_message *message, void *data, sd_bus_error *error)
{
	struct scene *scene = data;
	int fd;

	scene->calls++;
	EXPECT(sd_bus_message_read(message, "h", &fd) > 0);
	scene->guest = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return sd_bus_reply_method_return(message, NULL);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Register", "h", "", handle_register, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static void start_qemu(struct scene *scene, int fd)
{
	EXPECT_INT(sd_bus_new(&scene->qemu), 0);
	EXPECT(sd_bus_set_fd(scene->qemu, fd, fd) >= 0);
	EXPECT(sd_bus_set_server(scene->qemu, true,
				 SD_ID128_MAKE(57, 69, 6e, 64, 73, 63, 72, 65, 65, 6e, 00, 00, 00,
					       00, 00, 01)) >= 0);
	EXPECT(sd_bus_negotiate_fds(scene->qemu, true) >= 0);
	EXPECT(sd_bus_set_anonymous(scene->qemu, true) >= 0);
	EXPECT(sd_bus_start(scene->qemu) >= 0);
	EXPECT(sd_bus_attach_event(scene->qemu, loop_event(scene->loop), 0) >= 0);
	EXPECT(sd_bus_add_object_vtable(scene->qemu, NULL, DISPLAY1_ROOT_PATH "/Chardev_serial0",
					DISPLAY1 ".Chardev", vtable, scene) >= 0);
}

static bool is_ready(void *data)
{
	return sd_bus_is_ready(((struct scene *)data)->ours) > 0;
}

static struct scene *scene_create(void)
{
	struct scene *scene = xcalloc(1, sizeof(*scene));
	int fds[2];

	scene->guest = -1;
	scene->line = -1;
	EXPECT_INT(loop_create(&scene->loop), 0);
	EXPECT_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	start_qemu(scene, fds[0]);
	EXPECT_INT(display1_bus_open(scene->loop, fds[1], &scene->ours), 0);
	EXPECT(test_wait(scene->loop, is_ready, scene));
	return scene;
}

static void scene_destroy(struct scene *scene)
{
	display1_bus_close(scene->ours);
	sd_bus_detach_event(scene->qemu);
	sd_bus_close_unref(scene->qemu);
	close_fd(scene->guest);
	close_fd(scene->line);
	loop_destroy(scene->loop);
	free(scene);
}
DEFINE_CLEANUP(struct scene *, scene_destroy)

static void handle_line(void *data, int fd)
{
	struct scene *scene = data;

	scene->line = fd;
}

static bool has_line(void *data)
{
	return ((struct scene *)data)->line >= 0;
}

static bool was_called(void *data)
{
	return ((struct scene *)data)->calls > 0;
}

static void what_is_handed_over_is_a_line_to_the_guest(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(chardev_destroyp) struct chardev *chardev = NULL;
	char bytes[8] = "";

	EXPECT_INT(chardev_ask(scene->ours, "serial0", handle_line, scene, &chardev), 0);
	EXPECT(test_wait(scene->loop, has_line, scene));
	EXPECT_INT(send(scene->guest, "login:", 6, 0), 6);
	EXPECT_INT(recv(scene->line, bytes, sizeof(bytes), 0), 6);
	EXPECT_STRING(bytes, "login:");

	/* It is ours, whatever becomes of the asking. */
	chardev_destroy(TAKE(chardev));
	EXPECT_INT(send(scene->line, "root", 4, 0), 4);
}

static void a_chardev_that_is_not_there_comes_to_nothing(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	CLEANUP(chardev_destroyp) struct chardev *none = NULL;
	CLEANUP(chardev_destroyp) struct chardev *chardev = NULL;

	EXPECT_INT(chardev_ask(scene->ours, "none", handle_line, scene, &none), 0);
	EXPECT_INT(chardev_ask(scene->ours, "serial0", handle_line, scene, &chardev), 0);
	EXPECT(test_wait(scene->loop, has_line, scene));
	EXPECT_INT(scene->calls, 1);
}

static void one_that_is_given_up_hands_nothing_over(void)
{
	CLEANUP(scene_destroyp) struct scene *scene = scene_create();
	struct chardev *chardev = NULL;

	EXPECT_INT(chardev_ask(scene->ours, "serial0", handle_line, scene, &chardev), 0);
	chardev_destroy(chardev);
	EXPECT(test_wait(scene->loop, was_called, scene));
	while (sd_event_run(loop_event(scene->loop), 0) > 0)
		;
	EXPECT_INT(scene->line, -1);
}

static void an_id_is_a_word(void)
{
	EXPECT(chardev_is_id("serial0"));
	EXPECT(chardev_is_id("ser_1"));
	EXPECT(!chardev_is_id(""));
	EXPECT(!chardev_is_id("a/b"));
	EXPECT(!chardev_is_id("a-b"));
	EXPECT(!chardev_is_id("0123456789012345678901234567890123456789012345678901234567890123"));
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	RUN_TEST(what_is_handed_over_is_a_line_to_the_guest);
	RUN_TEST(a_chardev_that_is_not_there_comes_to_nothing);
	RUN_TEST(one_that_is_given_up_hands_nothing_over);
	RUN_TEST(an_id_is_a_word);
	return 0;
}
