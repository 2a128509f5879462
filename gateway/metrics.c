/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/encode/feeds.h"
#include "gateway/frame/heads.h"
#include "gateway/viewers.h"

#define MICROSECONDS 1e-6
#define KILOBITS     125.0 /* in bytes */

static void print_header(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value may be any text: names come from configuration, addresses from the network. */
static void print_escaped(FILE *out, const char *value)
{
	for (const char *c = value; *c; c++) {
		if (*c == '\n')
			fputs("\\n", out);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
}

/* One of the numbers that are there for each head, or each viewer. */
struct metric {
	const char *name;
	const char *type;
	const char *help;
	size_t offset; /* of a uint64_t in what describes the head or viewer */
	double unit;   /* of that number, in the metric's */
};

static double value_of(const struct metric *metric, const void *described)
{
	uint64_t count;

	memcpy(&count, (const char *)described + metric->offset, sizeof(count));
	return (double)count * metric->unit;
}

static void print_gateway(FILE *out, const struct metrics_parts *parts)
{
	print_header(out, "windscreen_info", "gauge", "The gateway; always 1.");
	fputs("windscreen_info{name=\"", out);
	print_escaped(out, parts->name);
	fputs("\",version=\"", out);
	print_escaped(out, parts->version);
	fputs("\"} 1\n", out);
	print_header(out, "windscreen_guest_attached", "gauge",
		     "1 while a guest is attached, else 0.");
	fprintf(out, "windscreen_guest_attached %d\n", parts->guest_is_attached);
	print_header(out, "windscreen_input_attached", "gauge",
		     "1 while what viewers do reaches the guest, else 0.");
	fprintf(out, "windscreen_input_attached %d\n", parts->input_is_attached);
}

/* -- Heads ------------------------------------------------------------------- */

static const struct metric head_metrics[] = {
#define METRIC(name, member, unit, help) \
	{ \
		"windscreen_head_" name, "counter", help, offsetof(struct feed_count, member), \
			unit \
	}
	METRIC("frames_total", frames, 1, "Frames that the head has shown while watched."),
	METRIC("waited_frames_total", waited, 1,
	       "Frames that no viewer of a rendition had room for."),
	METRIC("video_units_total", units, 1, "Access units encoded, stills included."),
	METRIC("video_key_units_total", key_units, 1, "Access units that are key frames."),
	METRIC("video_bytes_total", unit_bytes, 1, "Bytes of access units encoded."),
	METRIC("video_encode_seconds_total", encode_us, MICROSECONDS,
	       "Processor time spent on access units."),
	METRIC("pieces_encoded_total", pieces.encoded, 1,
	       "Pieces of exact pixels that were encoded."),
	METRIC("pieces_shared_total", pieces.shared, 1,
	       "Pieces that were encoded already when a viewer asked for them."),
	METRIC("pieces_encode_seconds_total", pieces.encode_us, MICROSECONDS,
	       "Processor time spent on pieces."),
#undef METRIC
};

static void print_head_metric(FILE *out, const struct metric *metric,
			      const struct feed_count *counts, unsigned heads)
{
	print_header(out, metric->name, metric->type, metric->help);
	for (unsigned i = 0; i < heads; i++)
		fprintf(out, "%s{head=\"%u\"} %.16g\n", metric->name, i,
			value_of(metric, &counts[i]));
}

static void print_heads(FILE *out, const struct metrics_parts *parts)
{
	struct feed_count counts[HEADS_MAX];
	unsigned heads = 0;

	while (heads < heads_count(parts->heads) && feeds_get(parts->feeds, heads)) {
		counts[heads] = feed_count(feeds_get(parts->feeds, heads));
		heads++;
	}
	for (size_t i = 0; i < sizeof(head_metrics) / sizeof(head_metrics[0]); i++)
		print_head_metric(out, &head_metrics[i], counts, heads);
	print_header(out, "windscreen_head_video_streams", "gauge",
		     "Streams open now, of all renditions.");
	for (unsigned i = 0; i < heads; i++)
		fprintf(out, "windscreen_head_video_streams{head=\"%u\"} %u\n", i,
			counts[i].streams);
}

/* -- Viewers ------------------------------------------------------------------ */

struct viewer_list {
	struct viewer_info infos[VIEWERS_MAX];
	size_t count;
};

static const struct metric viewer_metrics[] = {
#define METRIC(name, type, member, unit, help) \
	{ \
		"windscreen_viewer_" name, type, help, offsetof(struct viewer_info, member), unit \
	}
	METRIC("updates_total", "counter", frames, 1, "Updates sent."),
	METRIC("dropped_frames_total", "counter", dropped, 1,
	       "Frames never sent, because a newer one was there."),
	METRIC("video_units_total", "counter", units, 1, "Access units sent."),
	METRIC("sent_bytes_total", "counter", bytes, 1, "Bytes of updates sent."),
	METRIC("line_bytes_per_second", "gauge", kbps, KILOBITS,
	       "What the line takes; 0 while nothing has shown that it is slow."),
#undef METRIC
};

/* With the braces left open. */
static void print_viewer(FILE *out, const char *name, const struct viewer_info *viewer)
{
	fprintf(out, "%s{viewer=\"%" PRIu64 "\",protocol=\"%s\"", name, viewer->id,
		viewer->protocol);
}

static void print_viewer_metrics(FILE *out, const struct viewer_list *list)
{
	for (size_t m = 0; m < sizeof(viewer_metrics) / sizeof(viewer_metrics[0]); m++) {
		const struct metric *metric = &viewer_metrics[m];

		print_header(out, metric->name, metric->type, metric->help);
		for (size_t i = 0; i < list->count; i++) {
			print_viewer(out, metric->name, &list->infos[i]);
			fprintf(out, "} %.16g\n", value_of(metric, &list->infos[i]));
		}
	}
}

static void print_histogram(FILE *out, const char *name, const struct viewer_info *viewer,
			    const struct latency_count *count)
{
	char series[96];
	uint64_t so_far = 0;

	snprintf(series, sizeof(series), "%s_bucket", name);
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		so_far += count->buckets[i];
		print_viewer(out, series, viewer);
		if (i < LATENCY_BOUNDS)
			fprintf(out, ",le=\"%g\"} %" PRIu64 "\n",
				(double)latency_bounds_us[i] * MICROSECONDS, so_far);
		else
			fprintf(out, ",le=\"+Inf\"} %" PRIu64 "\n", so_far);
	}
	snprintf(series, sizeof(series), "%s_sum", name);
	print_viewer(out, series, viewer);
	fprintf(out, "} %.16g\n", (double)count->sum_us * MICROSECONDS);
	snprintf(series, sizeof(series), "%s_count", name);
	print_viewer(out, series, viewer);
	fprintf(out, "} %" PRIu64 "\n", so_far);
}

static void print_latencies(FILE *out, const struct viewer_list *list)
{
	static const char written[] = "windscreen_viewer_written_seconds";
	static const char acknowledged[] = "windscreen_viewer_acknowledged_seconds";

	print_header(out, written, "histogram",
		     "From the guest's flush to the last byte of the update that shows it first.");
	for (size_t i = 0; i < list->count; i++)
		print_histogram(out, written, &list->infos[i], &list->infos[i].written);
	print_header(out, acknowledged, "histogram",
		     "From the guest's flush to the viewer's acknowledgement of that update.");
	for (size_t i = 0; i < list->count; i++)
		print_histogram(out, acknowledged, &list->infos[i], &list->infos[i].acknowledged);
}

/* What is no number. Its series end when one of these changes; the others go on. */
static void print_viewer_infos(FILE *out, const struct viewer_list *list)
{
	print_header(out, "windscreen_viewer_info", "gauge", "What else is known; always 1.");
	for (size_t i = 0; i < list->count; i++) {
		const struct viewer_info *viewer = &list->infos[i];
		const char *comma = "";

		print_viewer(out, "windscreen_viewer_info", viewer);
		fputs(",peer=\"", out);
		print_escaped(out, viewer->peer);
		fputs("\",head=\"", out);
		for (int head = 0; head < HEADS_MAX; head++) {
			if (viewer->heads & 1u << head) {
				fprintf(out, "%s%d", comma, head);
				comma = ",";
			}
		}
		fprintf(out, "\",video=\"%s\"} 1\n", viewer->video);
	}
}

static void print_viewer_counts(FILE *out, const struct viewer_list *list)
{
	static const char *const protocols[] = {"rdp", "vnc", "web"};

	print_header(out, "windscreen_viewers", "gauge", "Viewers that are there now.");
	for (size_t p = 0; p < sizeof(protocols) / sizeof(protocols[0]); p++) {
		unsigned there = 0;

		for (size_t i = 0; i < list->count; i++)
			there += strcmp(list->infos[i].protocol, protocols[p]) == 0;
		fprintf(out, "windscreen_viewers{protocol=\"%s\"} %u\n", protocols[p], there);
	}
}

static void print_viewers(FILE *out, struct viewers *viewers)
{
	struct viewer_list list;

	list.count = viewers_list(viewers, list.infos, VIEWERS_MAX);
	print_viewer_counts(out, &list);
	print_viewer_infos(out, &list);
	print_viewer_metrics(out, &list);
	print_latencies(out, &list);
}

char *metrics_text(const struct metrics_parts *parts)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_gateway(out, parts);
	print_heads(out, parts);
	print_viewers(out, parts->viewers);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
