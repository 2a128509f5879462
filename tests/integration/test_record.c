/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `windscreen record` with the gateway and a guest that is none: what is in the files, and how it
 * ends.
 */

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <libavformat/avformat.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "common/unix_socket.h"
#include "common/xalloc.h"
#include "tests/support/child.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define WORDS_MAX 16

static char *directory;
static struct child *guest;
static struct child *gateway;

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", directory, name);
}

static void start_guest(void)
{
	CLEANUP(freep) char *path = path_of("guest.sock");

	unlink(path);
	guest = child_start((const char *const[]){FAKE_GUEST_PATH, "--path", path, "--heads", "2",
						  "--size", "320x240", "--fps", "30", NULL});
	child_wait_line(guest, "READY");
}

static void start_gateway(bool has_serial)
{
	CLEANUP(freep) char *socket = path_of("serial.sock");
	CLEANUP(freep) char *serial = xasprintf("unix:%s", socket);
	CLEANUP(freep) char *source = path_of("guest.sock");
	CLEANUP(freep) char *attach = xasprintf("display1:%s", source);
	CLEANUP(freep) char *control = path_of("control.sock");

	gateway = child_start((const char *const[]){GATEWAY_PATH, "--attach", attach, "--control",
						    control, "--state", directory,
						    has_serial ? "--serial" : NULL, serial, NULL});
	child_wait_line(gateway, "READY");
}

/* -- The program -------------------------------------------------------------------- */

/* Starts `windscreen record`, whose file may be so large. */
static pid_t start_recording(const char *const *words, uint64_t limit)
{
	CLEANUP(freep) char *control = path_of("control.sock");
	const char *argv[WORDS_MAX] = {CLI_PATH, "--control", control, "record"};
	CLEANUP(freep) char *complaints = path_of("complaints");
	struct rlimit file_limit = {limit, limit};
	pid_t pid;

	for (unsigned i = 0; words[i]; i++)
		argv[i + 4] = words[i];
	pid = fork();
	if (pid == 0) {
		if (!freopen(complaints, "w", stderr) ||
		    (limit && setrlimit(RLIMIT_FSIZE, &file_limit) < 0))
			_exit(99);
		execv(CLI_PATH, (char *const *)argv);
		_exit(99);
	}
	EXPECT(pid > 0);
	return pid;
}

static int wait_for_end(pid_t pid)
{
	int status;

	EXPECT_INT(waitpid(pid, &status, 0), pid);
	EXPECT(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define START(...)  start_recording((const char *const[]){__VA_ARGS__, NULL}, 0)
#define RECORD(...) wait_for_end(START(__VA_ARGS__))

/* The one line on standard error. The caller frees. */
static void expect_complaint(const char *words)
{
	CLEANUP(freep) char *path = path_of("complaints");
	char text[1024] = "";
	FILE *file = fopen(path, "re");

	EXPECT(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	if (!strstr(text, words))
		test_fail(__FILE__, __LINE__, "\"%s\" is not in: %s", words, text);
	EXPECT(strchr(text, '\n') == text + strlen(text) - 1);
}

/* -- The file ------------------------------------------------------------------------- */

struct film {
	unsigned tracks;
	unsigned packets[4];
	char captions[1024]; /* joined by | */
	double seconds;
};

/* Reads all of it. */
static struct film look_at(const char *path)
{
	AVFormatContext *format = NULL;
	AVPacket *packet = av_packet_alloc();
	struct film film = {0};
	int64_t last[4] = {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN};

	EXPECT_INT(avformat_open_input(&format, path, NULL, NULL), 0);
	EXPECT(avformat_find_stream_info(format, NULL) >= 0);
	film.tracks = format->nb_streams;
	film.seconds = (double)format->duration / AV_TIME_BASE;
	EXPECT(film.tracks <= 4);
	while (av_read_frame(format, packet) == 0) {
		EXPECT(packet->pts > last[packet->stream_index]);
		last[packet->stream_index] = packet->pts;
		film.packets[packet->stream_index]++;
		if (format->streams[packet->stream_index]->codecpar->codec_type ==
		    AVMEDIA_TYPE_SUBTITLE)
			snprintf(film.captions + strlen(film.captions),
				 sizeof(film.captions) - strlen(film.captions), "%.*s|",
				 packet->size, packet->data);
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
	avformat_close_input(&format);
	return film;
}

static uint64_t count_of_film(const char *name)
{
	CLEANUP(freep) char *control = path_of("control.sock");
	struct child_output output = {0};
	struct json_object *status, *head;
	uint64_t count;

	EXPECT_INT(child_run((const char *const[]){CLI_PATH, "--control", control, "status",
						   "--json", NULL},
			     &output),
		   0);
	status = json_tokener_parse(output.out);
	head = json_object_array_get_idx(json_object_object_get(status, "heads"), 0);
	count = json_object_get_uint64(
		json_object_object_get(json_object_object_get(head, "film"), name));
	json_object_put(status);
	child_output_free(&output);
	return count;
}

static bool is_recording(void *data)
{
	const uint64_t *units = data;

	return count_of_film("recordings") > 0 && count_of_film("units") > *units;
}

/* Until so many more pictures were recorded. */
static void wait_for_pictures(uint64_t more)
{
	uint64_t units = count_of_film("units") + more;

	EXPECT(test_wait(NULL, is_recording, &units));
}

/* -- Sentences -------------------------------------------------------------------------- */

static bool shows_the_guest(void *data)
{
	CLEANUP(freep) char *control = path_of("control.sock");
	CLEANUP(freep) char *picture = path_of("picture.png");
	struct child_output output = {0};
	bool shows = child_run((const char *const[]){CLI_PATH, "--control", control, "capture",
						     "--head", "1", picture, NULL},
			       &output) == 0;

	child_output_free(&output);
	return shows;
}

static void a_recording_ends_after_its_time(void)
{
	CLEANUP(freep) char *path = path_of("film.mkv");
	struct film film;

	EXPECT(test_wait(NULL, shows_the_guest, NULL));
	EXPECT_INT(RECORD("--duration", "2s", path), 0);
	film = look_at(path);
	EXPECT_INT(film.tracks, 2);
	EXPECT(film.packets[0] > 10);
	EXPECT(film.seconds > 1.9 && film.seconds < 2.5);
}

static void all_heads_are_in_one_file(void)
{
	CLEANUP(freep) char *path = path_of("film.mp4");
	struct film film;

	EXPECT_INT(RECORD("--heads", "all", "--duration", "1s", path), 0);
	film = look_at(path);
	EXPECT_INT(film.tracks, 2);
	EXPECT(film.packets[0] > 5 && film.packets[1] > 5);
}

static void a_signal_ends_it_properly(void)
{
	static const int signals[] = {SIGINT, SIGTERM};

	for (unsigned i = 0; i < 2; i++) {
		CLEANUP(freep) char *path = path_of("film.mp4");
		pid_t pid = START(path);

		wait_for_pictures(30);
		kill(pid, signals[i]);
		EXPECT_INT(wait_for_end(pid), 0);
		EXPECT(look_at(path).packets[0] > 15);
	}
}

static void a_size_is_a_bound(void)
{
	CLEANUP(freep) char *path = path_of("film.mkv");
	struct stat status;

	EXPECT_INT(RECORD("--size", "100K", path), 0);
	EXPECT_INT(stat(path, &status), 0);
	EXPECT(status.st_size < 110 << 10);
	EXPECT(look_at(path).packets[0] > 5);
}

static void a_full_disk_is_said_and_what_there_is_can_be_played(void)
{
	CLEANUP(freep) char *path = path_of("film.mkv");
	const char *const words[] = {path, NULL};

	/* What is kept for the end, and a little. */
	EXPECT_INT(wait_for_end(start_recording(words, (4 << 20) + 40000)), 3);
	expect_complaint("no space is left for");
	EXPECT(look_at(path).packets[0] > 5);
}

static void it_goes_on_when_the_guest_is_started_again(void)
{
	CLEANUP(freep) char *path = path_of("film.mkv");
	pid_t pid = START("--head", "0", path);
	struct film film;

	wait_for_pictures(20);
	EXPECT_INT(child_stop(guest), 0);
	start_guest();
	wait_for_pictures(20);
	kill(pid, SIGTERM);
	EXPECT_INT(wait_for_end(pid), 0);
	film = look_at(path);
	EXPECT(film.packets[0] > 30);
	EXPECT_INT(film.packets[1], 2); /* away, and back */
}

static void a_gateway_that_goes_away_ends_it(void)
{
	CLEANUP(freep) char *path = path_of("film.mp4");
	pid_t pid = START(path);

	wait_for_pictures(20);
	EXPECT_INT(child_stop(gateway), 0);
	EXPECT_INT(wait_for_end(pid), 3);
	expect_complaint("gateway");
	EXPECT(look_at(path).packets[0] > 10);
	start_gateway(false);
	EXPECT(test_wait(NULL, shows_the_guest, NULL));
}

static void press(const char *key)
{
	CLEANUP(freep) char *control = path_of("control.sock");
	struct child_output output = {0};

	EXPECT_INT(
		child_run((const char *const[]){CLI_PATH, "--control", control, "key", key, NULL},
			  &output),
		0);
	child_output_free(&output);
}

/* A gateway whose guest has a serial line. Returns the guest's end of it. */
static int restart_with_serial(void)
{
	CLEANUP(freep) char *path = path_of("serial.sock");
	CLEANUP(close_fdp) int listener = unix_socket_listen(path);
	int line;

	EXPECT(listener >= 0);
	EXPECT_INT(child_stop(gateway), 0);
	start_gateway(true);
	do
		line = accept(listener, NULL, NULL);
	while (line < 0 && errno == EAGAIN);
	EXPECT(line >= 0);
	EXPECT(test_wait(NULL, shows_the_guest, NULL));
	return line;
}

static void what_is_said_and_done_is_in_the_subtitles(void)
{
	CLEANUP(freep) char *path = path_of("film.mkv");
	CLEANUP(close_fdp) int line = restart_with_serial();
	static const char *const parts[] = {"\x1b[0mcock", "pit r", "eady\r\nkey", " a\xff\n",
					    "log"};
	pid_t pid = START("--serial", "--input", path);
	struct film film;

	wait_for_pictures(20);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		EXPECT_INT(write(line, parts[i], strlen(parts[i])), strlen(parts[i]));
		wait_for_pictures(3);
	}
	press("a");
	wait_for_pictures(20);
	kill(pid, SIGTERM);
	EXPECT_INT(wait_for_end(pid), 0);
	film = look_at(path);
	EXPECT_STRING(film.captions, "[0mcockpit ready|key a?|input: key a down|input: key a up|");
}

static void what_cannot_be_is_refused(void)
{
	CLEANUP(freep) char *path = path_of("other.mkv");
	struct stat status;

	EXPECT_INT(RECORD("--head", "7", path), 3);
	expect_complaint("there is no head 7");
	EXPECT_INT(RECORD("--serial", path), 3);
	expect_complaint("no serial line");
	EXPECT_INT(stat(path, &status), -1);
	EXPECT_INT(RECORD("film.avi"), 2);
	expect_complaint("neither .mkv nor .mp4");
	EXPECT_INT(RECORD("--duration", "0s", path), 2);
	expect_complaint("no time");
	EXPECT_INT(RECORD("--size", "5x", path), 2);
	expect_complaint("no size");
	EXPECT_INT(RECORD("--head", "1", "--heads", "all", path), 2);
	expect_complaint("exclude each other");
	EXPECT_INT(RECORD("--serial", "film.mp4"), 2);
	expect_complaint(".mkv files only");
	EXPECT_INT(RECORD("--duration", "1s", "/nowhere/film.mkv"), 3);
	expect_complaint("/nowhere/film.mkv");
}

static void a_head_that_shows_nothing_leaves_no_file(void)
{
	CLEANUP(freep) char *path = path_of("other.mkv");
	struct stat status;
	uint64_t units = 0;
	pid_t pid;

	EXPECT_INT(child_stop(TAKE(guest)), 0);
	pid = START(path);
	while (count_of_film("recordings") == 0)
		units++;
	kill(pid, SIGTERM);
	EXPECT_INT(wait_for_end(pid), 3);
	EXPECT_INT(stat(path, &status), -1);
}

int main(void)
{
	CLEANUP(temporary_destroyp) char *temporary = temporary_create();

	directory = temporary;
	start_guest();
	start_gateway(false);
	RUN_TEST(a_recording_ends_after_its_time);
	RUN_TEST(all_heads_are_in_one_file);
	RUN_TEST(a_signal_ends_it_properly);
	RUN_TEST(a_size_is_a_bound);
	RUN_TEST(a_full_disk_is_said_and_what_there_is_can_be_played);
	RUN_TEST(it_goes_on_when_the_guest_is_started_again);
	RUN_TEST(a_gateway_that_goes_away_ends_it);
	RUN_TEST(what_cannot_be_is_refused);
	RUN_TEST(what_is_said_and_done_is_in_the_subtitles);
	RUN_TEST(a_head_that_shows_nothing_leaves_no_file);
	child_stop(gateway);
	return 0;
}
