/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/film_reader.h"
#include "cli/recording.h"
#include "common/base64.h"
#include "common/xalloc.h"
#include "gateway/frame/head.h"

/* The longest recording that can be asked for. */
#define DURATION_MAX_MS (24u * 3600 * 1000)

/* Of a line of the guest's: the rest is left out. */
#define LINE_MAX_BYTES 1000

/* How long the gateway may keep a request for what is said or done. */
#define EAR_WAIT_MS 25000

struct record;

/* What is said or done besides, for captions: one answer after the other. */
struct ear {
	struct record *record;
	const char *base; /* of the path */
	void (*note)(struct record *record, struct json_object *answer);
	char *path;
	char *answer; /* as far as it is there */
	size_t size;
};

/* A head that is recorded. */
struct camera {
	struct record *record;
	unsigned head;
	unsigned track;
	char *path;
	char *title;
	struct film_reader *reader;
	char *notice; /* that it shows instead of the guest's picture; NULL: none */
};

struct record {
	const char *file;
	bool takes_all_heads;
	bool with_serial;
	bool with_input;
	unsigned duration_ms; /* 0: no bound */
	uint64_t size;	      /* 0: no bound */
	unsigned count;
	struct camera cameras[HEADS_MAX];

	struct recording *recording;
	int status;
	bool is_over;	   /* no more is wanted */
	uint64_t missed;   /* units */
	int64_t offset_us; /* of the gateway's clock from ours */
	struct ear serial;
	struct ear input;
	char line[LINE_MAX_BYTES + 1]; /* that the guest is saying */
	size_t line_size;
};

/* -- Arguments ----------------------------------------------------------------------- */

static int add_head(struct record *record, const char *text)
{
	unsigned head;

	if (!unsigned_from_text(text, HEADS_MAX - 1, &head))
		return usage_error("there can be no head %s", text);
	for (unsigned i = 0; i < record->count; i++)
		if (record->cameras[i].head == head)
			return usage_error("head %u is recorded once", head);
	record->cameras[record->count++].head = head;
	return STATUS_DONE;
}

static int set_option(struct record *record, int option, const char *text)
{
	switch (option) {
	case 'n':
		return add_head(record, text);
	case 'a':
		if (strcmp(text, "all") != 0)
			return usage_error("--heads takes the word all, --head a number");
		record->takes_all_heads = true;
		return STATUS_DONE;
	case 'd':
		if (!time_from_text(text, DURATION_MAX_MS, &record->duration_ms) ||
		    record->duration_ms == 0)
			return usage_error("%s is no time such as 30s or 10m", text);
		return STATUS_DONE;
	case 's':
		if (!size_from_text(text, &record->size))
			return usage_error("%s is no size such as 500M or 2G", text);
		return STATUS_DONE;
	case 'l':
		record->with_serial = true;
		return STATUS_DONE;
	case 'i':
		record->with_input = true;
		return STATUS_DONE;
	default:
		return STATUS_USAGE;
	}
}

static int check_file(const struct record *record)
{
	if (!recording_can_be(record->file))
		return usage_error("%s is neither .mkv nor .mp4", record->file);
	if ((record->with_serial || record->with_input) && !recording_has_captions(record->file))
		return usage_error("--serial and --input go into .mkv files only");
	return STATUS_DONE;
}

static int parse(int argc, char **argv, struct record *record)
{
	static const struct option options[] = {
		{"head", required_argument, NULL, 'n'},
		{"heads", required_argument, NULL, 'a'},
		{"duration", required_argument, NULL, 'd'},
		{"size", required_argument, NULL, 's'},
		{"serial", no_argument, NULL, 'l'},
		{"input", no_argument, NULL, 'i'},
		{0},
	};
	int option;
	int status = STATUS_DONE;

	while (status == STATUS_DONE && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		status = set_option(record, option, optarg);
	if (status != STATUS_DONE)
		return status;
	if (record->takes_all_heads && record->count > 0)
		return usage_error("--head and --heads exclude each other");
	if (optind + 1 != argc)
		return usage_error("record needs one file to write");
	record->file = argv[optind];
	if (!record->takes_all_heads && record->count == 0)
		record->count = 1; /* head 0 */
	return check_file(record);
}

/* -- What comes ------------------------------------------------------------------------ */

/* Returns whether to go on. */
static bool end_with(struct record *record, int status)
{
	if (!record->is_over)
		record->status = status;
	record->is_over = true;
	return false;
}

static bool check(struct record *record, int error)
{
	double seconds = (double)recording_duration_us(record->recording) / 1e6;

	if (record->is_over)
		return false;
	if (error == -ENOSPC || error == -EDQUOT || error == -EFBIG)
		return end_with(record, could_not("no space is left for %s: it ends after %.1f s",
						  record->file, seconds));
	if (error < 0)
		return end_with(record,
				could_not("cannot write %s: %s", record->file, strerror(-error)));
	if (record->duration_ms > 0 && seconds * 1000 >= record->duration_ms)
		return end_with(record, STATUS_DONE);
	if (record->size > 0 && recording_size(record->recording) >= record->size)
		return end_with(record, STATUS_DONE);
	return true;
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int note_notice(struct camera *camera, const struct film_record *record)
{
	CLEANUP(freep)
	char *text = *record->text ? xasprintf("%s: %s", camera->title, record->text)
				   : xasprintf("%s: the guest's picture is back", camera->title);

	free(camera->notice);
	camera->notice = *record->text ? xstrdup(record->text) : NULL;
	return recording_put_caption(camera->record->recording, record->time_us, text);
}

/* Each head tells of it: one of them is enough. */
static int note_event(struct camera *camera, const struct film_record *record)
{
	CLEANUP(freep) char *text = xasprintf("power: %s", record->text);

	return camera->track == 0
		       ? recording_put_caption(camera->record->recording, record->time_us, text)
		       : 0;
}

static bool handle_record(void *data, const struct film_record *film)
{
	struct camera *camera = data;
	struct record *record = camera->record;
	int r = 0;

	switch (film->kind) {
	case FILM_UNIT:
		record->missed += film->missed;
		r = recording_put_unit(record->recording, camera->track, film);
		break;
	case FILM_NOTICE:
		r = note_notice(camera, film);
		break;
	case FILM_EVENT:
		r = note_event(camera, film);
		break;
	case FILM_TIME:
		record->offset_us = (int64_t)(film->time_us - now_us());
		r = recording_put_time(record->recording, film->time_us);
		break;
	case FILM_END:
		return end_with(record, could_not("%s: %s", camera->title, film->text));
	}
	return check(record, r);
}

static bool handle_film(void *data, const uint8_t *bytes, size_t size)
{
	struct camera *camera = data;
	int r = film_reader_feed(camera->reader, bytes, size);

	if (r == -EBADMSG)
		return end_with(camera->record,
				could_not("what the gateway sends is no film of a head"));
	return r == 0 || check(camera->record, r);
}

static const char *handle_film_end(void *data)
{
	struct camera *camera = data;

	end_with(camera->record, could_not("the gateway has ended the film of %s", camera->title));
	return NULL;
}

/* -- What is said and done ------------------------------------------------------------------ */

static bool handle_answer(void *data, const uint8_t *bytes, size_t size)
{
	struct ear *ear = data;

	ear->answer = xrealloc(ear->answer, ear->size + size + 1, 1);
	memcpy(ear->answer + ear->size, bytes, size);
	ear->size += size;
	ear->answer[ear->size] = '\0';
	return true;
}

static const char *handle_answer_end(void *data)
{
	struct ear *ear = data;
	CLEANUP(json_object_putp)
	struct json_object *answer = json_tokener_parse(ear->answer ?: "");
	struct json_object *next;

	ear->size = 0;
	if (!json_object_object_get_ex(answer, "next", &next)) {
		end_with(ear->record, could_not("what answers at %s is no gateway", ear->base));
		return NULL;
	}
	ear->note(ear->record, answer);
	free(ear->path);
	ear->path = xasprintf("%s?since=%" PRIu64 "&wait_ms=%d", ear->base,
			      json_object_get_uint64(next), EAR_WAIT_MS);
	return ear->path;
}

/* A line of the guest's is a caption when it has ended. */
static void note_line(struct record *record)
{
	record->line[record->line_size] = '\0';
	record->line_size = 0;
	check(record, recording_put_caption(record->recording,
					    now_us() + (uint64_t)record->offset_us, record->line));
}

static void note_serial(struct record *record, struct json_object *answer)
{
	struct json_object *data = json_object_object_get(answer, "data");
	CLEANUP(freep) uint8_t *bytes = NULL;
	size_t size = 0;

	base64_decode(json_object_get_string(data) ?: "", &bytes, &size);
	for (size_t i = 0; i < size; i++) {
		bool is_text = bytes[i] == '\t' || bytes[i] >= ' ';

		/* Whatever a guest says, subtitles are UTF-8. */
		if (is_text && record->line_size < LINE_MAX_BYTES)
			record->line[record->line_size++] = bytes[i] < 0x7f ? (char)bytes[i] : '?';
		if (bytes[i] == '\n')
			note_line(record);
	}
}

static const char *member_of(struct json_object *event, const char *name)
{
	return json_object_get_string(json_object_object_get(event, name));
}

/* "key a down", "touch 0 up 100 200". The caller frees. NULL for motion: there is too much of it.
 */
static char *input_text(struct json_object *event)
{
	static const char *const members[] = {"contact", "key", "button", "wheel",
					      "action",	 "x",	"y"};
	const char *type = member_of(event, "type") ?: "";
	char *text;

	if (strcmp(type, "motion") == 0 || strcmp(type, "relative") == 0 ||
	    strcmp(member_of(event, "action") ?: "", "move") == 0)
		return NULL;
	text = xasprintf("input: %s", type);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *value = member_of(event, members[i]);
		char *longer = value ? xasprintf("%s %s", text, value) : xstrdup(text);

		free(text);
		text = longer;
	}
	return text;
}

static void note_input(struct record *record, struct json_object *answer)
{
	struct json_object *events = json_object_object_get(answer, "events");

	if (!json_object_is_type(events, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(events); i++) {
		struct json_object *event = json_object_array_get_idx(events, i);
		struct json_object *time = json_object_object_get(event, "time_us");
		CLEANUP(freep) char *text = input_text(event);

		if (text &&
		    !check(record, recording_put_caption(record->recording,
							 json_object_get_uint64(time), text)))
			return;
	}
}

/* -- The command --------------------------------------------------------------------------- */

/* Those that show the guest now. */
static int find_heads(struct record *record, struct client *client)
{
	CLEANUP(json_object_putp) struct json_object *status = NULL;
	struct json_object *heads, *notice, *index;
	int r = client_get_json(client, "/api/v1/status", &status);

	if (r != STATUS_DONE)
		return r;
	if (!json_object_object_get_ex(status, "heads", &heads))
		return could_not("the gateway says nothing of its heads");
	for (size_t i = 0; i < json_object_array_length(heads) && i < HEADS_MAX; i++) {
		struct json_object *head = json_object_array_get_idx(heads, i);

		if (json_object_object_get_ex(head, "notice", &notice) &&
		    json_object_object_get_ex(head, "index", &index) &&
		    !*json_object_get_string(notice))
			record->cameras[record->count++].head = (unsigned)json_object_get_int(
				index);
	}
	return record->count > 0 ? STATUS_DONE : could_not("no head shows the guest");
}

static void open_ear(struct ear *ear, struct record *record, const char *base,
		     void (*note)(struct record *record, struct json_object *answer))
{
	*ear = (struct ear){.record = record, .base = base, .note = note};
	ear->path = xasprintf("%s?since=end", base);
}

static void close_ear(struct ear *ear)
{
	free(ear->path);
	free(ear->answer);
}

static void set_up(struct record *record)
{
	const char *titles[HEADS_MAX];

	for (unsigned i = 0; i < record->count; i++) {
		struct camera *camera = &record->cameras[i];

		camera->record = record;
		camera->track = i;
		camera->path = xasprintf("/api/v1/heads/%u/video", camera->head);
		camera->title = xasprintf("head %u", camera->head);
		camera->reader = film_reader_create(handle_record, camera);
		titles[i] = camera->title;
	}
	open_ear(&record->serial, record, "/api/v1/serial", note_serial);
	open_ear(&record->input, record, "/api/v1/input", note_input);
	record->recording = recording_create(record->file, record->count, titles);
}

static void clean_up(struct record *record)
{
	for (unsigned i = 0; i < record->count; i++) {
		struct camera *camera = &record->cameras[i];

		film_reader_destroy(camera->reader);
		free(camera->path);
		free(camera->title);
		free(camera->notice);
	}
	recording_destroy(record->recording);
	close_ear(&record->serial);
	close_ear(&record->input);
}

static struct client_stream stream_of(struct ear *ear)
{
	return (struct client_stream){
		.path = ear->path,
		.on_data = handle_answer,
		.on_end = handle_answer_end,
		.data = ear,
	};
}

static int follow(struct record *record, struct client *client, int stop_fd)
{
	struct client_stream streams[HEADS_MAX + 2];
	size_t count = 0;
	int status;

	for (; count < record->count; count++)
		streams[count] = (struct client_stream){
			.path = record->cameras[count].path,
			.on_data = handle_film,
			.on_end = handle_film_end,
			.data = &record->cameras[count],
		};
	if (record->with_serial)
		streams[count++] = stream_of(&record->serial);
	if (record->with_input)
		streams[count++] = stream_of(&record->input);
	status = client_follow(client, streams, count, stop_fd);
	return record->is_over ? record->status : status;
}

/* What is there can be played, whyever it ended. */
static int finish(struct record *record, int status)
{
	int r = recording_finish(record->recording);

	if (status != STATUS_DONE)
		return status;
	if (r == -ENODATA) {
		for (unsigned i = 0; i < record->count; i++)
			if (record->cameras[i].notice)
				return could_not("%s shows nothing: %s", record->cameras[i].title,
						 record->cameras[i].notice);
		return could_not("there was no picture to record");
	}
	if (r < 0)
		return could_not("cannot write the end of %s: %s", record->file, strerror(-r));
	if (record->missed > 0)
		fprintf(stderr, "windscreen: %" PRIu64 " pictures were missed: too slow\n",
			record->missed);
	return STATUS_DONE;
}

/* Ctrl-C, and what ends programs, end the recording. Returns a descriptor. */
static int take_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	/* A limit on the file's size is an error like others. */
	signal(SIGXFSZ, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

static int run(const struct target *target, int argc, char **argv)
{
	struct record record = {0};
	CLEANUP(client_closep) struct client *client = NULL;
	CLEANUP(close_fdp) int stop_fd = -1;
	int status = parse(argc, argv, &record);

	if (status != STATUS_DONE)
		return status;
	stop_fd = take_signals();
	status = client_open(target, &client);
	if (status == STATUS_DONE && record.takes_all_heads)
		status = find_heads(&record, client);
	if (status != STATUS_DONE)
		return status;
	set_up(&record);
	status = finish(&record, follow(&record, client, stop_fd));
	clean_up(&record);
	return status;
}

const struct command command_record = {
	.name = "record",
	.arguments = "[--head N]...|[--heads all] [--duration TIME] [--size SIZE] "
		     "[--serial] [--input] FILE",
	.summary = "record heads as video, .mkv or .mp4",
	.help = "  --head N         which head: 0 (default), 1, ...; several on one timeline\n"
		"  --heads all      all that show the guest\n"
		"  --duration TIME  end after that: 30s, 10m, 2h\n"
		"  --size SIZE      end before the file is larger: 500M, 2G\n"
		"  --serial         with what the guest says on its serial line, as subtitles\n"
		"  --input          with what viewers do, too: keys, passwords' among them\n"
		"Without a bound it goes on until Ctrl-C.\n",
	.run = run,
};
