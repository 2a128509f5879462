/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/metrics.h"

#include "common/loop.h"
#include "common/worker.h"
#include "gateway/encode/feeds.h"
#include "gateway/frame/heads.h"
#include "gateway/viewers.h"
#include "tests/support/prometheus.h"
#include "tests/support/test.h"

static struct head_policy policies[HEADS_MAX] = {{.size = {64, 48}}};

struct scene {
	struct loop *loop;
	struct workers *workers;
	struct metrics_parts parts;
};

static void scene_open(struct scene *scene)
{
	*scene = (struct scene){
		.parts = {.name = "ivi", .version = "1.2", .input_is_attached = true}};
	EXPECT_INT(loop_create(&scene->loop), 0);
	EXPECT_INT(workers_create(scene->loop, 1, 4, &scene->workers), 0);
	scene->parts.heads = heads_create(scene->loop, 64 << 20, policies);
	scene->parts.viewers = viewers_create();
	scene->parts.feeds = feeds_create(scene->loop, scene->workers, scene->parts.heads,
					  ENCODER_NONE);
}

static void scene_close(struct scene *scene)
{
	workers_destroy(scene->workers);
	feeds_destroy(scene->parts.feeds);
	viewers_destroy(scene->parts.viewers);
	heads_destroy(scene->parts.heads);
	loop_destroy(scene->loop);
}

#define SCENE(name) \
	CLEANUP(scene_close) struct scene name; \
	scene_open(&(name))

/* What is well-formed at least. The caller frees. */
static char *metrics_of(const struct scene *scene)
{
	char *text = metrics_text(&scene->parts);

	EXPECT(text);
	prometheus_check(text);
	return text;
}

static void a_gateway_without_viewers_has_metrics(void)
{
	SCENE(scene);
	CLEANUP(freep) char *text = metrics_of(&scene);

	EXPECT_INT(prometheus_value(text, "windscreen_info{name=\"ivi\",version=\"1.2\"}"), 1);
	EXPECT_INT(prometheus_value(text, "windscreen_input_attached"), 1);
	EXPECT_INT(prometheus_value(text, "windscreen_guest_attached"), 0);
	EXPECT_INT(prometheus_value(text, "windscreen_viewers{protocol=\"rdp\"}"), 0);
	EXPECT_INT(prometheus_value(text, "windscreen_head_video_units_total{head=\"0\"}"), 0);
	EXPECT_INT(prometheus_value(text, "windscreen_head_video_streams{head=\"0\"}"), 0);
}

static void what_a_viewer_counts_is_told_in_base_units(void)
{
	SCENE(scene);
	struct viewer *viewer = viewers_join(scene.parts.viewers, "web", "127.0.0.1:2");
	struct viewer_counters *counters = viewer_counters(viewer);

	counters->frames = 7;
	counters->dropped = 3;
	counters->units = 5;
	counters->bytes = 4711;
	counters->kbps = 8;
	counters->heads = 3;
	counters->rendition = RENDITION_CHEAPER;
	latency_note(&counters->written, 2500);
	latency_note(&counters->written, 12500);
	latency_note(&counters->acknowledged, 5000000);
	CLEANUP(freep) char *text = metrics_of(&scene);

#define SERIES(name) "windscreen_viewer_" name "{viewer=\"1\",protocol=\"web\"}"
#define WRITTEN(le) \
	prometheus_value(text, "windscreen_viewer_written_seconds_bucket{viewer=\"1\"," \
			       "protocol=\"web\",le=\"" le "\"}")
	EXPECT_INT(prometheus_value(text, "windscreen_viewers{protocol=\"web\"}"), 1);
	EXPECT_INT(prometheus_value(text, SERIES("updates_total")), 7);
	EXPECT_INT(prometheus_value(text, SERIES("dropped_frames_total")), 3);
	EXPECT_INT(prometheus_value(text, SERIES("video_units_total")), 5);
	EXPECT_INT(prometheus_value(text, SERIES("sent_bytes_total")), 4711);
	EXPECT_INT(prometheus_value(text, SERIES("line_bytes_per_second")), 1000);
	EXPECT(prometheus_value(text, SERIES("written_seconds_sum")) == 0.015);
	EXPECT_INT(WRITTEN("0.002"), 0);
	EXPECT_INT(WRITTEN("0.003"), 1);
	EXPECT_INT(WRITTEN("0.015"), 2);
	EXPECT_INT(WRITTEN("+Inf"), 2);
	EXPECT_INT(prometheus_value(text, SERIES("acknowledged_seconds_count")), 1);
	EXPECT_INT(prometheus_value(text, "windscreen_viewer_info{viewer=\"1\",protocol=\"web\","
					  "peer=\"127.0.0.1:2\",head=\"0,1\",video=\"cheaper\"}"),
		   1);
	viewer_leave(viewer, "test");
}

static void strange_names_are_escaped(void)
{
	SCENE(scene);
	struct viewer *viewer = viewers_join(scene.parts.viewers, "vnc", "a\"b\\c\nd");

	scene.parts.name = "i\"v\\i\n";
	CLEANUP(freep) char *text = metrics_of(&scene);
	EXPECT(strstr(text, "name=\"i\\\"v\\\\i\\n\""));
	EXPECT(strstr(text, "peer=\"a\\\"b\\\\c\\nd\""));
	viewer_leave(viewer, "test");
}

static void many_viewers_are_each_told_of(void)
{
	SCENE(scene);
	struct viewer *all[VIEWERS_MAX];

	for (int i = 0; i < VIEWERS_MAX; i++)
		all[i] = viewers_join(scene.parts.viewers, "rdp", "");
	CLEANUP(freep) char *text = metrics_of(&scene);
	EXPECT_INT(prometheus_value(text, "windscreen_viewers{protocol=\"rdp\"}"), VIEWERS_MAX);
	for (int i = 0; i < VIEWERS_MAX; i++)
		viewer_leave(all[i], "test");
}

int main(void)
{
	RUN_TEST(a_gateway_without_viewers_has_metrics);
	RUN_TEST(what_a_viewer_counts_is_told_in_base_units);
	RUN_TEST(strange_names_are_escaped);
	RUN_TEST(many_viewers_are_each_told_of);
	return 0;
}
