/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/recording.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <signal.h>
#include <sys/resource.h>

#include "gateway/encode/packet.h"
#include "gateway/encode/stream.h"
#include "gateway/frame/frame.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define WIDTH  320
#define HEIGHT 240

#define SECOND UINT64_C(1000000)

/* When recordings begin here. */
#define START (1000 * SECOND)

static const char *const endings[] = {"mkv", "mp4"};

/* -- A head's film ----------------------------------------------------------------- */

static uint32_t pixels[640 * 480];

struct source {
	struct stream *stream;
	uint32_t width;
	uint32_t height;
	uint64_t frames;
	uint32_t noise; /* how much of it is hard to encode: rows */
};

static void set_size(struct source *source, uint32_t width, uint32_t height)
{
	struct stream_config config = {.encoder = ENCODER_X264,
				       .box = {0, 0, (int32_t)width, (int32_t)height},
				       .quality = 20};

	stream_destroy(source->stream);
	source->stream = stream_create(&config);
	source->width = width;
	source->height = height;
}

static struct source source_create(void)
{
	struct source source = {0};

	set_size(&source, WIDTH, HEIGHT);
	return source;
}

static void source_destroy(struct source *source)
{
	stream_destroy(source->stream);
}

#define SOURCE(name) CLEANUP(source_destroy) struct source name = source_create()

static void draw(struct source *source)
{
	static uint32_t random = 1;

	for (uint32_t i = 0; i < source->width * source->height; i++) {
		random = random * 1664525 + 1013904223;
		pixels[i] = i < source->noise * source->width
				    ? random
				    : (uint32_t)source->frames * 0x030201 + i / 7;
	}
}

/* The next picture, from this time on. Returns as recording_put_unit(). */
static int film(struct source *source, struct recording *recording, unsigned track,
		uint64_t time_us)
{
	CLEANUP(packet_unrefp) struct packet *packet = NULL;
	struct frame frame = {.number = ++source->frames,
			      .time_us = time_us,
			      .width = source->width,
			      .height = source->height,
			      .stride_bytes = source->width * 4,
			      .pixels = pixels};
	struct film_record unit = {.kind = FILM_UNIT, .time_us = time_us};
	pixman_region32_t all;

	draw(source);
	pixman_region32_init_rect(&all, 0, 0, source->width, source->height);
	EXPECT_INT(stream_encode(source->stream, &frame, &all, source->frames % 50 == 1, &packet),
		   0);
	pixman_region32_fini(&all);
	unit.is_key = packet->is_key;
	unit.frame = frame.number;
	unit.width = source->width;
	unit.height = source->height;
	unit.data = packet->data;
	unit.size = packet->size;
	return recording_put_unit(recording, track, &unit);
}

/* -- A recording --------------------------------------------------------------------- */

static char *directory;

/* The caller frees. */
static char *path_of(const char *ending)
{
	return xasprintf("%s/film.%s", directory, ending);
}

static struct recording *open_recording(const char *path, unsigned tracks)
{
	static const char *const titles[] = {"head 0", "head 1"};
	struct recording *recording = recording_create(path, tracks, titles);

	EXPECT_INT(recording_put_time(recording, START), 0);
	return recording;
}

#define RECORDING CLEANUP(recording_destroyp) struct recording *

/* -- What is in the file -------------------------------------------------------------- */

#define PACKETS_MAX 4096

struct seen {
	unsigned count;
	int64_t times_us[PACKETS_MAX];
	unsigned pictures; /* decoded */
	int last_width;
	bool is_text;
	char text[256]; /* of the last */
};

struct reading {
	AVFormatContext *format;
	struct seen tracks[3];
	AVCodecContext *decoders[3];
	int64_t duration_us;
};

static void receive(struct reading *reading, int track)
{
	AVFrame *frame = av_frame_alloc();

	while (avcodec_receive_frame(reading->decoders[track], frame) == 0) {
		reading->tracks[track].pictures++;
		reading->tracks[track].last_width = frame->width;
		EXPECT_INT(frame->decode_error_flags, 0);
	}
	av_frame_free(&frame);
}

static void open_decoder(struct reading *reading, unsigned track)
{
	const AVCodecParameters *parameters = reading->format->streams[track]->codecpar;
	AVCodecContext *decoder;

	reading->tracks[track].is_text = parameters->codec_type == AVMEDIA_TYPE_SUBTITLE;
	if (reading->tracks[track].is_text)
		return;
	EXPECT_INT(parameters->codec_id, AV_CODEC_ID_H264);
	decoder = avcodec_alloc_context3(avcodec_find_decoder(parameters->codec_id));
	avcodec_parameters_to_context(decoder, parameters);
	decoder->err_recognition = AV_EF_EXPLODE;
	decoder->thread_count = 1;
	EXPECT_INT(avcodec_open2(decoder, NULL, NULL), 0);
	reading->decoders[track] = decoder;
}

static void take(struct reading *reading, AVPacket *packet)
{
	struct seen *seen = &reading->tracks[packet->stream_index];
	AVRational base = reading->format->streams[packet->stream_index]->time_base;

	EXPECT(seen->count < PACKETS_MAX);
	seen->times_us[seen->count] = av_rescale_q(packet->pts, base, (AVRational){1, 1000000});
	if (seen->count > 0)
		EXPECT(seen->times_us[seen->count] > seen->times_us[seen->count - 1]);
	seen->count++;
	if (seen->is_text) {
		snprintf(seen->text, sizeof(seen->text), "%.*s", packet->size, packet->data);
		return;
	}
	EXPECT_INT(avcodec_send_packet(reading->decoders[packet->stream_index], packet), 0);
	receive(reading, packet->stream_index);
}

/* Reads and decodes all of it. */
static struct reading *read_back(const char *path)
{
	struct reading *reading = xcalloc(1, sizeof(*reading));
	AVPacket *packet = av_packet_alloc();

	EXPECT_INT(avformat_open_input(&reading->format, path, NULL, NULL), 0);
	EXPECT(avformat_find_stream_info(reading->format, NULL) >= 0);
	reading->duration_us = reading->format->duration;
	EXPECT(reading->format->nb_streams <= 3);
	for (unsigned i = 0; i < reading->format->nb_streams; i++)
		open_decoder(reading, i);
	while (av_read_frame(reading->format, packet) == 0) {
		take(reading, packet);
		av_packet_unref(packet);
	}
	for (int i = 0; i < 3; i++) {
		if (!reading->decoders[i])
			continue;
		avcodec_send_packet(reading->decoders[i], NULL);
		receive(reading, i);
		EXPECT_INT(reading->tracks[i].pictures, reading->tracks[i].count);
	}
	av_packet_free(&packet);
	return reading;
}

static void reading_destroy(struct reading *reading)
{
	for (int i = 0; i < 3; i++)
		avcodec_free_context(&reading->decoders[i]);
	avformat_close_input(&reading->format);
	free(reading);
}
DEFINE_CLEANUP(struct reading *, reading_destroy)
#define READING CLEANUP(reading_destroyp) struct reading *

static void expect_near(int64_t actual_us, int64_t expected_us, int64_t tolerance_us)
{
	if (llabs(actual_us - expected_us) > tolerance_us)
		test_fail(__FILE__, __LINE__, "%lld us, expected %lld", (long long)actual_us,
			  (long long)expected_us);
}

/* -- Sentences -------------------------------------------------------------------------- */

static void each_picture_has_its_own_time(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	uint64_t times[300], time_us = START;
	SOURCE(source);

	for (unsigned i = 0; i < 300; i++) {
		times[i] = time_us - START;
		EXPECT_INT(film(&source, recording, 0, time_us), 0);
		time_us += 1500 + i * 7919 % 300000;
	}
	EXPECT_INT(recording_finish(recording), 0);

	READING reading = read_back(path);
	EXPECT_INT(reading->tracks[0].count, 300);
	for (unsigned i = 0; i < 300; i++)
		expect_near(reading->tracks[0].times_us[i], (int64_t)times[i], 1000);
}

static void a_picture_that_was_there_before_begins_with_the_recording(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	SOURCE(source);

	EXPECT_INT(film(&source, recording, 0, START - 500 * SECOND), 0);
	EXPECT_INT(film(&source, recording, 0, START + SECOND), 0);
	EXPECT_INT(recording_finish(recording), 0);

	READING reading = read_back(path);
	EXPECT_INT(reading->tracks[0].times_us[0], 0);
	expect_near(reading->tracks[0].times_us[1], SECOND, 1000);
}

static void the_last_picture_stays_until_the_end(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	SOURCE(source);

	EXPECT_INT(film(&source, recording, 0, START), 0);
	EXPECT_INT(film(&source, recording, 0, START + SECOND), 0);
	EXPECT_INT(recording_put_time(recording, START + 20 * SECOND), 0);
	EXPECT_INT(recording_duration_us(recording), 20 * SECOND);
	EXPECT_INT(recording_finish(recording), 0);

	READING reading = read_back(path);
	expect_near(reading->duration_us, 20 * SECOND, 2000);
	EXPECT_INT(reading->tracks[0].count, 2);
}

static void a_head_that_never_changes_can_be_recorded(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	SOURCE(source);

	EXPECT_INT(film(&source, recording, 0, START), 0);
	EXPECT_INT(recording_put_time(recording, START + 20 * SECOND), 0);
	EXPECT_INT(recording_finish(recording), 0);

	READING reading = read_back(path);
	expect_near(reading->duration_us, 20 * SECOND, 2000);
	EXPECT(reading->tracks[0].pictures > 0);
}

static void a_head_may_change_its_size(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	SOURCE(source);

	for (unsigned i = 0; i < 20; i++) {
		if (i == 10)
			set_size(&source, 640, 480);
		EXPECT_INT(film(&source, recording, 0, START + i * SECOND / 4), 0);
	}
	EXPECT_INT(recording_finish(recording), 0);

	READING reading = read_back(path);
	EXPECT_INT(reading->tracks[0].count, 20);
	EXPECT_INT(reading->format->streams[0]->codecpar->width, WIDTH);
	EXPECT_INT(reading->tracks[0].last_width, 640);
}

static void two_heads_are_on_one_timeline(const char *path)
{
	RECORDING recording = open_recording(path, 2);
	SOURCE(first);
	SOURCE(second);

	/* Nothing is written before both are there, and nothing is lost of what leads there. */
	EXPECT_INT(film(&first, recording, 0, START), 0);
	EXPECT_INT(film(&first, recording, 0, START + SECOND), 0);
	EXPECT_INT(recording_duration_us(recording), 0);
	EXPECT_INT(film(&second, recording, 1, START + 3 * SECOND), 0);
	EXPECT_INT(film(&first, recording, 0, START + 4 * SECOND), 0);
	EXPECT_INT(film(&second, recording, 1, START + 5 * SECOND), 0);
	EXPECT_INT(recording_finish(recording), 0);

	READING reading = read_back(path);
	EXPECT_INT(reading->tracks[0].count, 3);
	expect_near(reading->tracks[0].times_us[2], 4 * SECOND, 1000);
	EXPECT_INT(reading->tracks[1].count, 2);
	expect_near(reading->tracks[1].times_us[0], 3 * SECOND, 1000);
	expect_near(reading->tracks[1].times_us[1], 5 * SECOND, 1000);
}

static void what_happened_is_a_subtitle(void)
{
	CLEANUP(freep) char *path = path_of("mkv");
	RECORDING recording = open_recording(path, 1);
	SOURCE(source);

	EXPECT_INT(film(&source, recording, 0, START), 0);
	EXPECT_INT(recording_put_caption(recording, START + SECOND, "cockpit ready"), 0);
	EXPECT_INT(film(&source, recording, 0, START + 2 * SECOND), 0);
	EXPECT_INT(recording_finish(recording), 0);

	READING reading = read_back(path);
	EXPECT_INT(reading->tracks[1].count, 1);
	expect_near(reading->tracks[1].times_us[0], SECOND, 1000);
	EXPECT_STRING(reading->tracks[1].text, "cockpit ready");
}

static void set_limit(uint64_t bytes)
{
	struct rlimit limit = {bytes, RLIM_INFINITY};

	EXPECT_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_ends_the_file_properly(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	unsigned count = 0;
	int r = 0;
	SOURCE(source);

	source.noise = HEIGHT;
	set_limit(8u << 20);
	for (; r == 0 && count < PACKETS_MAX; count++)
		r = film(&source, recording, 0, START + count * SECOND / 10);
	EXPECT_INT(r, -EFBIG);
	EXPECT_INT(recording_finish(recording), -EFBIG);
	set_limit(RLIM_INFINITY);

	READING reading = read_back(path);
	EXPECT_INT(reading->tracks[0].count, count);
	expect_near(reading->duration_us, (int64_t)((count - 1) * SECOND / 10), 2000);
}

/* Where the disk could not promise any room. */
static void a_write_that_fails_leaves_what_was_written(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	unsigned count = 0;
	int r = 0;
	SOURCE(source);

	source.noise = HEIGHT;
	for (; count < 40; count++)
		EXPECT_INT(film(&source, recording, 0, START + count * SECOND / 10), 0);
	set_limit(recording_size(recording) - 100000);
	for (; r == 0 && count < PACKETS_MAX; count++)
		r = film(&source, recording, 0, START + count * SECOND / 10);
	EXPECT_INT(r, -EFBIG);
	EXPECT_INT(recording_finish(recording), -EFBIG);
	recording_destroy(TAKE(recording));
	set_limit(RLIM_INFINITY);

	READING reading = read_back(path);
	EXPECT(reading->tracks[0].count >= 20 && reading->tracks[0].count <= count);
}

static void what_is_older_than_a_second_survives_a_crash(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	SOURCE(source);

	for (unsigned i = 0; i < 100; i++)
		EXPECT_INT(film(&source, recording, 0, START + i * SECOND / 10), 0);

	READING reading = read_back(path);
	EXPECT(reading->tracks[0].count >= 88);
}

static void its_size_is_known_while_it_grows(const char *path)
{
	RECORDING recording = open_recording(path, 1);
	unsigned count = 0;
	struct stat status;
	SOURCE(source);

	source.noise = HEIGHT / 2;
	while (recording_size(recording) < 2 << 20 && count < PACKETS_MAX)
		EXPECT_INT(film(&source, recording, 0, START + count++ * SECOND / 10), 0);
	EXPECT_INT(recording_finish(recording), 0);
	recording_destroy(TAKE(recording));
	EXPECT_INT(stat(path, &status), 0);
	EXPECT(status.st_size > 3 << 19 && status.st_size < (2 << 20) + 200000);
}

static void without_a_picture_there_is_no_file(const char *path)
{
	RECORDING recording = open_recording(path, 2);
	struct stat status;
	SOURCE(source);

	unlink(path);
	EXPECT_INT(film(&source, recording, 0, START), 0);
	EXPECT_INT(recording_finish(recording), -ENODATA);
	EXPECT_INT(stat(path, &status), -1);
}

static void a_file_that_cannot_be_is_an_error(void)
{
	RECORDING recording = open_recording("/nowhere/film.mkv", 1);
	SOURCE(source);

	EXPECT_INT(film(&source, recording, 0, START), -ENOENT);
	EXPECT_INT(recording_finish(recording), -ENODATA);
}

static void formats_are_known_by_their_names(void)
{
	EXPECT(recording_can_be("a.mkv"));
	EXPECT(recording_can_be("a/b.MP4"));
	EXPECT(!recording_can_be("a.avi"));
	EXPECT(!recording_can_be(".mkv"));
	EXPECT(!recording_can_be("mkv"));
}

/* Of each format. */
#define RUN_FOR_EACH(function) \
	for (unsigned i = 0; i < 2; i++) { \
		CLEANUP(freep) char *path = path_of(endings[i]); \
		printf("%s: ", endings[i]); \
		fflush(stdout); \
		function(path); \
		printf("%s\n", #function); \
	}

int main(void)
{
	CLEANUP(temporary_destroyp) char *temporary = temporary_create();

	directory = temporary;
	signal(SIGXFSZ, SIG_IGN);
	av_log_set_level(AV_LOG_ERROR);
	RUN_FOR_EACH(each_picture_has_its_own_time);
	RUN_FOR_EACH(a_picture_that_was_there_before_begins_with_the_recording);
	RUN_FOR_EACH(the_last_picture_stays_until_the_end);
	RUN_FOR_EACH(a_head_that_never_changes_can_be_recorded);
	RUN_FOR_EACH(a_head_may_change_its_size);
	RUN_FOR_EACH(two_heads_are_on_one_timeline);
	RUN_FOR_EACH(a_full_disk_ends_the_file_properly);
	RUN_FOR_EACH(a_write_that_fails_leaves_what_was_written);
	RUN_FOR_EACH(what_is_older_than_a_second_survives_a_crash);
	RUN_FOR_EACH(its_size_is_known_while_it_grows);
	RUN_FOR_EACH(without_a_picture_there_is_no_file);
	RUN_TEST(what_happened_is_a_subtitle);
	RUN_TEST(a_file_that_cannot_be_is_an_error);
	RUN_TEST(formats_are_known_by_their_names);
	return 0;
}
