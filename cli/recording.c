/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/recording.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <string.h>
#include <strings.h>

#include "cli/recording_file.h"
#include "common/xalloc.h"
#include "gateway/encode/annexb.h"

/* What libavformat gathers before it writes. */
#define BUFFER_SIZE 65536

/* How long what was recorded may not be on the disk. */
#define FLUSH_US UINT64_C(1000000)

/* How long a caption is shown, and how much of it. */
#define CAPTION_MS  4000
#define CAPTION_MAX 2000

/* Units that wait for the other heads' first pictures. */
#define WAITING_MAX (64u << 20)

/* Beyond the pictures: headers, the index. */
#define SIZE_SLACK 65536

/* A unit that is not in the file yet. */
struct waiting {
	struct waiting *next;
	uint64_t time_us;
	bool is_key;
	bool is_written; /* it stays for the end, where nothing comes after it */
	uint32_t width;
	uint32_t height;
	size_t size;
	uint8_t data[];
};

struct track {
	char *title;
	AVStream *stream;
	struct waiting *first; /* before the file begins: from a key frame on; then: the last */
	struct waiting **end;
	size_t waiting_bytes;
	int64_t last_pts; /* in the stream's time base; -1: none */
};

struct recording {
	char *path;
	unsigned tracks_count;
	struct track tracks[RECORDING_TRACKS_MAX];
	AVStream *captions; /* NULL: the format has none */
	int64_t last_caption;

	struct recording_file *file;
	AVFormatContext *format; /* NULL: it has not begun */
	uint64_t begin_us;
	uint64_t now_us;
	uint64_t flushed_us;
	uint64_t unflushed; /* bytes that libavformat may still have */
	bool is_changed;    /* since it was flushed */
};

static bool has_ending(const char *path, const char *ending)
{
	size_t length = strlen(path);

	return length > strlen(ending) && strcasecmp(path + length - strlen(ending), ending) == 0;
}

bool recording_has_captions(const char *path)
{
	return has_ending(path, ".mkv");
}

bool recording_can_be(const char *path)
{
	return recording_has_captions(path) || has_ending(path, ".mp4");
}

struct recording *recording_create(const char *path, unsigned tracks_count,
				   const char *const *titles)
{
	struct recording *recording = xcalloc(1, sizeof(*recording));

	recording->path = xstrdup(path);
	recording->tracks_count = tracks_count;
	recording->last_caption = -1;
	for (unsigned i = 0; i < tracks_count; i++) {
		struct track *track = &recording->tracks[i];

		track->title = xstrdup(titles[i]);
		track->end = &track->first;
		track->last_pts = -1;
	}
	return recording;
}

static void drop_waiting(struct track *track)
{
	struct waiting *next;

	for (; track->first; track->first = next) {
		next = track->first->next;
		free(track->first);
	}
	track->end = &track->first;
	track->waiting_bytes = 0;
}

static void close_format(struct recording *recording)
{
	AVFormatContext *format = TAKE(recording->format);

	if (!format)
		return;
	if (format->pb)
		av_freep(&format->pb->buffer);
	avio_context_free(&format->pb);
	avformat_free_context(format);
}

void recording_destroy(struct recording *recording)
{
	if (!recording)
		return;
	for (unsigned i = 0; i < recording->tracks_count; i++) {
		drop_waiting(&recording->tracks[i]);
		free(recording->tracks[i].title);
	}
	close_format(recording);
	recording_file_close(recording->file);
	free(recording->path);
	free(recording);
}

/* -- libavformat ---------------------------------------------------------------------- */

#if LIBAVFORMAT_VERSION_MAJOR >= 61
static int handle_write(void *data, const uint8_t *bytes, int size)
#else
static int handle_write(void *data, uint8_t *bytes, int size)
#endif
{
	int r = recording_file_write(data, bytes, (size_t)size);

	return r < 0 ? AVERROR(-r) : size;
}

static int64_t handle_seek(void *data, int64_t offset, int whence)
{
	struct recording_file *file = data;

	if (whence & AVSEEK_SIZE)
		return (int64_t)recording_file_size(file);
	if (whence == SEEK_CUR)
		offset += (int64_t)recording_file_position(file);
	else if (whence == SEEK_END)
		offset += (int64_t)recording_file_size(file);
	recording_file_seek(file, (uint64_t)offset);
	return offset;
}

/* libavformat's errors are errno's, or its own. */
static int errno_of(const struct recording *recording, int error)
{
	int file_error = recording_file_error(recording->file);

	if (file_error < 0)
		return file_error;
	if (error >= 0)
		return 0;
	return -error < 4096 ? error : -EIO;
}

static int open_output(struct recording *recording)
{
	uint8_t *buffer = av_malloc(BUFFER_SIZE);
	AVFormatContext *format;

	if (!buffer ||
	    avformat_alloc_output_context2(&recording->format, NULL, NULL, recording->path) < 0) {
		av_free(buffer);
		return -ENOMEM;
	}
	format = recording->format;
	format->pb = avio_alloc_context(buffer, BUFFER_SIZE, 1, recording->file, NULL, handle_write,
					handle_seek);
	if (!format->pb) {
		av_free(buffer);
		return -ENOMEM;
	}
	format->flags |= AVFMT_FLAG_CUSTOM_IO;
	return 0;
}

/* The parameter sets that a key frame begins with. */
static int set_parameters(AVCodecParameters *parameters, const struct waiting *key)
{
	const uint8_t *at = key->data, *end = key->data + key->size;
	struct annexb_nal nal;

	parameters->extradata = av_mallocz(key->size + AV_INPUT_BUFFER_PADDING_SIZE);
	if (!parameters->extradata)
		return -ENOMEM;
	while (annexb_next(&at, end, &nal)) {
		if (nal.type != ANNEXB_SPS && nal.type != ANNEXB_PPS)
			continue;
		memcpy(parameters->extradata + parameters->extradata_size, nal.data, nal.size);
		parameters->extradata_size += (int)nal.size;
	}
	return parameters->extradata_size > 0 ? 0 : -EBADMSG;
}

static int add_video(struct recording *recording, struct track *track)
{
	AVCodecParameters *parameters;

	track->stream = avformat_new_stream(recording->format, NULL);
	if (!track->stream)
		return -ENOMEM;
	track->stream->time_base = (AVRational){1, 90000};
	track->stream->disposition = track == recording->tracks ? AV_DISPOSITION_DEFAULT : 0;
	av_dict_set(&track->stream->metadata, "title", track->title, 0);
	parameters = track->stream->codecpar;
	parameters->codec_type = AVMEDIA_TYPE_VIDEO;
	parameters->codec_id = AV_CODEC_ID_H264;
	/* Parameter sets are in the stream too: its size may change. */
	if (has_ending(recording->path, ".mp4"))
		parameters->codec_tag = MKTAG('a', 'v', 'c', '3');
	parameters->width = (int)track->first->width;
	parameters->height = (int)track->first->height;
	parameters->sample_aspect_ratio = (AVRational){1, 1};
	parameters->color_range = AVCOL_RANGE_JPEG;
	parameters->color_primaries = AVCOL_PRI_BT709;
	parameters->color_trc = AVCOL_TRC_BT709;
	parameters->color_space = AVCOL_SPC_BT709;
	return set_parameters(parameters, track->first);
}

static int add_captions(struct recording *recording)
{
	if (!recording_has_captions(recording->path))
		return 0;
	recording->captions = avformat_new_stream(recording->format, NULL);
	if (!recording->captions)
		return -ENOMEM;
	recording->captions->time_base = (AVRational){1, 1000};
	recording->captions->codecpar->codec_type = AVMEDIA_TYPE_SUBTITLE;
	recording->captions->codecpar->codec_id = AV_CODEC_ID_SUBRIP;
	av_dict_set(&recording->captions->metadata, "title", "what happened", 0);
	return 0;
}

static int write_header(struct recording *recording)
{
	AVDictionary *options = NULL;
	int r;

	if (has_ending(recording->path, ".mp4"))
		av_dict_set(&options, "movflags", "frag_custom+delay_moov+default_base_moof", 0);
	recording->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
	r = avformat_write_header(recording->format, &options);
	av_dict_free(&options);
	return errno_of(recording, r);
}

/* -- Into the file ----------------------------------------------------------------------- */

static int64_t pts_of(const struct recording *recording, const AVStream *stream, uint64_t time_us)
{
	uint64_t since = time_us > recording->begin_us ? time_us - recording->begin_us : 0;

	return av_rescale_q((int64_t)since, (AVRational){1, 1000000}, stream->time_base);
}

static int write_packet(struct recording *recording, AVStream *stream, const void *data,
			size_t size, int64_t pts, int64_t duration, bool is_key)
{
	AVPacket *packet = av_packet_alloc();
	int r = packet ? av_new_packet(packet, (int)size) : AVERROR(ENOMEM);

	if (r == 0) {
		memcpy(packet->data, data, size);
		packet->stream_index = stream->index;
		packet->pts = packet->dts = pts;
		packet->duration = duration;
		packet->flags = is_key ? AV_PKT_FLAG_KEY : 0;
		r = av_write_frame(recording->format, packet);
	}
	av_packet_free(&packet);
	recording->unflushed += size;
	recording->is_changed = true;
	return errno_of(recording, r);
}

/* Writes a unit that is shown from one time to another. */
static int write_unit(struct recording *recording, struct track *track, const struct waiting *unit,
		      uint64_t begin_us, uint64_t end_us)
{
	int64_t pts = pts_of(recording, track->stream, begin_us);
	int64_t end = pts_of(recording, track->stream, end_us);

	/* Clocks of milliseconds may make two times one. */
	if (pts <= track->last_pts)
		pts = track->last_pts + 1;
	track->last_pts = pts;
	return write_packet(recording, track->stream, unit->data, unit->size, pts,
			    end > pts ? end - pts : 1, unit->is_key);
}

static void drop_first(struct track *track)
{
	struct waiting *unit = track->first;

	track->waiting_bytes -= unit->size;
	track->first = unit->next;
	if (!track->first)
		track->end = &track->first;
	free(unit);
}

/* All but the last unit, whose end is not known yet. */
static int write_known(struct recording *recording, struct track *track)
{
	int r = 0;

	while (r == 0 && track->first && track->first->next) {
		const struct waiting *unit = track->first;

		if (!unit->is_written)
			r = write_unit(recording, track, unit, unit->time_us, unit->next->time_us);
		drop_first(track);
	}
	return r;
}

/* A file has something of each track early on: MP4 says what tracks there are only then. */
static int write_opening(struct recording *recording, struct track *track)
{
	struct waiting *unit = track->first;

	unit->is_written = true;
	return write_unit(recording, track, unit, unit->time_us, unit->time_us);
}

/* The last picture stays until the end. One that is in the file already, a key frame, comes again
 * there. */
static void write_closing(struct recording *recording, struct track *track)
{
	struct waiting *unit = track->first;

	write_unit(recording, track, unit, unit->is_written ? recording->now_us : unit->time_us,
		   recording->now_us);
	drop_first(track);
}

static bool can_begin(const struct recording *recording)
{
	for (unsigned i = 0; i < recording->tracks_count; i++)
		if (!recording->tracks[i].first)
			return false;
	return true;
}

static int open_file(struct recording *recording)
{
	int r = recording_file_create(recording->path, &recording->file);

	if (r < 0)
		return r;
	recording->begin_us = UINT64_MAX;
	for (unsigned i = 0; i < recording->tracks_count; i++)
		if (recording->tracks[i].first->time_us < recording->begin_us)
			recording->begin_us = recording->tracks[i].first->time_us;
	recording->flushed_us = recording->begin_us;
	r = open_output(recording);
	for (unsigned i = 0; r == 0 && i < recording->tracks_count; i++)
		r = add_video(recording, &recording->tracks[i]);
	if (r == 0)
		r = add_captions(recording);
	if (r == 0)
		r = write_header(recording);
	return r;
}

static int begin(struct recording *recording)
{
	int r = open_file(recording);

	if (r < 0) {
		close_format(recording);
		return r;
	}
	for (unsigned i = 0; r == 0 && i < recording->tracks_count; i++)
		r = write_opening(recording, &recording->tracks[i]);
	return r;
}

static int flush(struct recording *recording)
{
	int r = av_write_frame(recording->format, NULL);

	/* The next part of a track begins at its own time, not where the one before ended. */
	if (!recording->captions)
		av_opt_set(recording->format->priv_data, "movflags", "+frag_discont", 0);
	avio_flush(recording->format->pb);
	recording->flushed_us = recording->now_us;
	recording->unflushed = 0;
	recording->is_changed = false;
	if (r >= 0)
		recording_file_mark(recording->file);
	return errno_of(recording, r);
}

int recording_put_time(struct recording *recording, uint64_t time_us)
{
	if (time_us > recording->now_us)
		recording->now_us = time_us;
	if (!recording->format || !recording->is_changed ||
	    recording->now_us < recording->flushed_us + FLUSH_US)
		return 0;
	return flush(recording);
}

static int append(struct track *track, const struct film_record *unit, uint64_t time_us)
{
	struct waiting *waiting = malloc(sizeof(*waiting) + unit->size);

	if (!waiting)
		return -ENOMEM;
	*waiting = (struct waiting){
		.time_us = time_us,
		.is_key = unit->is_key,
		.width = unit->width,
		.height = unit->height,
		.size = unit->size,
	};
	memcpy(waiting->data, unit->data, unit->size);
	*track->end = waiting;
	track->end = &waiting->next;
	track->waiting_bytes += unit->size;
	return 0;
}

int recording_put_unit(struct recording *recording, unsigned track_index,
		       const struct film_record *unit)
{
	struct track *track = &recording->tracks[track_index];
	/* A picture that was there before began to be recorded when the recording did. */
	bool is_first = !track->first && track->last_pts < 0;
	uint64_t time_us = is_first && recording->now_us > unit->time_us ? recording->now_us
									 : unit->time_us;
	int r;

	/* Before the file begins, only what leads to the present picture is of use. */
	if (!recording->format && (unit->is_key || track->waiting_bytes > WAITING_MAX))
		drop_waiting(track);
	if (!recording->format && !unit->is_key && !track->first)
		return 0;
	r = append(track, unit, time_us);
	if (r == 0 && !recording->format && can_begin(recording))
		r = begin(recording);
	for (unsigned i = 0; r == 0 && recording->format && i < recording->tracks_count; i++)
		r = write_known(recording, &recording->tracks[i]);
	if (r == 0)
		r = recording_put_time(recording, time_us);
	return r;
}

int recording_put_caption(struct recording *recording, uint64_t time_us, const char *text)
{
	size_t size = strnlen(text, CAPTION_MAX);
	int64_t pts;

	if (!recording->format || !recording->captions || size == 0)
		return 0;
	pts = pts_of(recording, recording->captions, time_us);
	if (pts <= recording->last_caption)
		pts = recording->last_caption + 1;
	recording->last_caption = pts;
	return write_packet(recording, recording->captions, text, size, pts, CAPTION_MS, true);
}

uint64_t recording_duration_us(const struct recording *recording)
{
	return recording->format && recording->now_us > recording->begin_us
		       ? recording->now_us - recording->begin_us
		       : 0;
}

uint64_t recording_size(const struct recording *recording)
{
	uint64_t size = SIZE_SLACK + recording->unflushed;

	for (unsigned i = 0; i < recording->tracks_count; i++)
		size += recording->tracks[i].waiting_bytes;
	return recording->file ? size + recording_file_size(recording->file) : size;
}

int recording_finish(struct recording *recording)
{
	int error, r;

	if (!recording->format)
		return -ENODATA;
	error = recording_file_error(recording->file);
	/* There is room for this, where the disk could promise it. */
	for (unsigned i = 0; i < recording->tracks_count; i++) {
		struct track *track = &recording->tracks[i];

		while (track->first && track->first->next)
			write_known(recording, track);
		if (track->first)
			write_closing(recording, track);
	}
	r = av_write_trailer(recording->format);
	avio_flush(recording->format->pb);
	if (recording_file_is_damaged(recording->file))
		recording_file_cut(recording->file);
	r = error < 0 ? error : errno_of(recording, r);
	close_format(recording);
	return r;
}
