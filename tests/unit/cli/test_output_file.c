/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "tests/support/test.h"

static char directory[] = "/tmp/windscreen-test.XXXXXX";

static void expect_content(const char *path, const char *expected)
{
	char content[64] = "";
	CLEANUP(close_fdp) int fd = open(path, O_RDONLY);

	EXPECT(fd >= 0);
	EXPECT(read(fd, content, sizeof(content) - 1) >= 0);
	EXPECT_STRING(content, expected);
}

static unsigned count_files(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void remove_files(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			remove(entry->d_name);
	closedir(dir);
}

static void a_new_file_has_the_mode_that_the_mask_allows(void)
{
	struct stat status;

	umask(027);
	EXPECT_INT(output_file_write("new", "hello", 5), 0);
	expect_content("new", "hello");
	EXPECT_INT(stat("new", &status), 0);
	EXPECT_INT(status.st_mode & 0777, 0640);
	EXPECT_INT(count_files(), 1);
	remove_files();
}

static void an_old_file_is_replaced_whole(void)
{
	EXPECT_INT(output_file_write("old", "a long content", 14), 0);
	EXPECT_INT(output_file_write("old", "new", 3), 0);
	expect_content("old", "new");
	EXPECT_INT(count_files(), 1);
	remove_files();
}

static void a_symbolic_link_is_followed(void)
{
	struct stat status;

	EXPECT_INT(output_file_write("target", "old", 3), 0);
	EXPECT_INT(symlink("target", "link"), 0);
	EXPECT_INT(output_file_write("link", "new", 3), 0);
	expect_content("target", "new");
	EXPECT_INT(lstat("link", &status), 0);
	EXPECT(S_ISLNK(status.st_mode));
	remove_files();
}

static void what_does_not_fit_leaves_the_old_file_alone(void)
{
	struct rlimit old;
	struct rlimit limit;
	char large[4096] = "";

	EXPECT_INT(output_file_write("file", "old", 3), 0);
	EXPECT_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = (struct rlimit){.rlim_cur = 1000, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	EXPECT_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
	EXPECT_INT(output_file_write("file", large, sizeof(large)), -EFBIG);
	EXPECT_INT(setrlimit(RLIMIT_FSIZE, &old), 0);

	expect_content("file", "old");
	EXPECT_INT(count_files(), 1);
	remove_files();
}

static void a_device_is_written_to_and_not_replaced(void)
{
	struct stat status;

	EXPECT_INT(output_file_write("/dev/null", "x", 1), 0);
	EXPECT_INT(output_file_write("/dev/full", "x", 1), -ENOSPC);
	EXPECT_INT(stat("/dev/full", &status), 0);
	EXPECT(S_ISCHR(status.st_mode));
}

static void a_place_that_cannot_be_written_is_an_error(void)
{
	EXPECT_INT(output_file_write("no/such/folder/file", "x", 1), -ENOENT);
	EXPECT_INT(output_file_write(".", "x", 1), -EISDIR);
	EXPECT_INT(count_files(), 0);
}

int main(void)
{
	EXPECT(mkdtemp(directory));
	EXPECT_INT(chdir(directory), 0);
	RUN_TEST(a_new_file_has_the_mode_that_the_mask_allows);
	RUN_TEST(an_old_file_is_replaced_whole);
	RUN_TEST(a_symbolic_link_is_followed);
	RUN_TEST(what_does_not_fit_leaves_the_old_file_alone);
	RUN_TEST(a_device_is_written_to_and_not_replaced);
	RUN_TEST(a_place_that_cannot_be_written_is_an_error);
	rmdir(directory);
	return 0;
}
