/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/fd_pass.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "tests/support/test.h"

static void a_descriptor_arrives_with_its_bytes(void)
{
	int sockets[2], pipes[2], received = -1;
	struct stat sent_status, received_status;
	char bytes[8] = "";

	EXPECT_INT(fd_pass_pair(sockets), 0);
	EXPECT_INT(pipe(pipes), 0);
	EXPECT_INT(fd_pass_send(sockets[0], "hello", 5, pipes[0]), 5);
	EXPECT_INT(fd_pass_receive(sockets[1], bytes, sizeof(bytes), &received), 5);
	EXPECT_STRING(bytes, "hello");
	fstat(pipes[0], &sent_status);
	EXPECT_INT(fstat(received, &received_status), 0);
	EXPECT_INT(received_status.st_ino, sent_status.st_ino);

	close_fd(received);
	close_fd(pipes[0]);
	close_fd(pipes[1]);
	close_fd(sockets[0]);
	close_fd(sockets[1]);
}

static void nothing_to_receive_is_an_error_and_the_end_is_zero(void)
{
	int sockets[2], received;
	char byte;

	EXPECT_INT(fd_pass_pair(sockets), 0);
	EXPECT_INT(fd_pass_receive(sockets[1], &byte, 1, &received), -EAGAIN);
	close_fd(sockets[0]);
	EXPECT_INT(fd_pass_receive(sockets[1], &byte, 1, &received), 0);
	EXPECT_INT(received, -1);
	close_fd(sockets[1]);
}

static void descriptors_are_counted(void)
{
	int sockets[2], pipes[2], received[FD_PASS_MAX];
	struct stat sent_status, received_status;
	char bytes[8] = "";
	unsigned count;

	EXPECT_INT(fd_pass_pair(sockets), 0);
	EXPECT_INT(pipe(pipes), 0);
	EXPECT_INT(fd_pass_send(sockets[0], "a", 1, pipes[0]), 1);
	EXPECT_INT(fd_pass_receive_many(sockets[1], bytes, sizeof(bytes), received, &count), 1);
	EXPECT_INT(count, 1);
	fstat(pipes[0], &sent_status);
	EXPECT_INT(fstat(received[0], &received_status), 0);
	EXPECT_INT(received_status.st_ino, sent_status.st_ino);
	EXPECT_INT(fd_pass_send(sockets[0], "b", 1, -1), 1);
	close_fd(received[0]);
	EXPECT_INT(fd_pass_receive_many(sockets[1], bytes, sizeof(bytes), received, &count), 1);
	EXPECT_INT(count, 0);

	close_fd(pipes[0]);
	close_fd(pipes[1]);
	close_fd(sockets[0]);
	close_fd(sockets[1]);
}

int main(void)
{
	RUN_TEST(a_descriptor_arrives_with_its_bytes);
	RUN_TEST(descriptors_are_counted);
	RUN_TEST(nothing_to_receive_is_an_error_and_the_end_is_zero);
}
