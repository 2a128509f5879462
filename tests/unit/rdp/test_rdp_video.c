/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Units on surfaces, with a server that writes down what it is told to send.
 */
#include "gateway/rdp/rdp_video.h"

#include <errno.h>
#include <stdarg.h>

#include "gateway/encode/packet.h"
#include "tests/support/test.h"

#define SHOWN 7

/* -- The server ----------------------------------------------------------------- */

static char said[4096];
static unsigned fails_after; /* messages; 0: never */

static UINT say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static UINT say(const char *format, ...)
{
	size_t length = strlen(said);
	va_list arguments;

	if (fails_after > 0 && --fails_after == 0)
		return 1;
	va_start(arguments, format);
	vsnprintf(said + length, sizeof(said) - length, format, arguments);
	va_end(arguments);
	return 0;
}

static UINT handle_create(RdpgfxServerContext *context, const RDPGFX_CREATE_SURFACE_PDU *pdu)
{
	return say("create %u %ux%u\n", pdu->surfaceId, pdu->width, pdu->height);
}

static UINT handle_delete(RdpgfxServerContext *context, const RDPGFX_DELETE_SURFACE_PDU *pdu)
{
	return say("delete %u\n", pdu->surfaceId);
}

static UINT handle_command(RdpgfxServerContext *context, const RDPGFX_SURFACE_COMMAND *command)
{
	const RDPGFX_AVC420_BITMAP_STREAM *stream = command->extra;
	UINT error = say("decode %u %ux%u %u bytes", command->surfaceId, command->right,
			 command->bottom, stream->length);

	for (UINT32 i = 0; i < stream->meta.numRegionRects && !error; i++) {
		const RECTANGLE_16 *rect = &stream->meta.regionRects[i];

		error = say(" %u,%u-%u,%u", rect->left, rect->top, rect->right, rect->bottom);
	}
	return error ? error : say("\n");
}

static UINT handle_copy(RdpgfxServerContext *context, const RDPGFX_SURFACE_TO_SURFACE_PDU *pdu)
{
	EXPECT_INT(pdu->destPtsCount, 1);
	return say("copy %u %u,%u-%u,%u to %u %u,%u\n", pdu->surfaceIdSrc, pdu->rectSrc.left,
		   pdu->rectSrc.top, pdu->rectSrc.right, pdu->rectSrc.bottom, pdu->surfaceIdDest,
		   pdu->destPts->x, pdu->destPts->y);
}

static void expect_said(const char *expected)
{
	EXPECT_STRING(said, expected);
	said[0] = '\0';
}

/* -- The stage ------------------------------------------------------------------- */

struct stage {
	RdpgfxServerContext server;
	struct rdp_surfaces surfaces;
	struct rdp_video video;
	struct packet *unit;
};

static void open_stage(struct stage *stage)
{
	*stage = (struct stage){
		.server =
			{
				.CreateSurface = handle_create,
				.DeleteSurface = handle_delete,
				.SurfaceCommand = handle_command,
				.SurfaceToSurface = handle_copy,
			},
		.unit = packet_create(10),
	};
	stage->surfaces.server = &stage->server;
	stage->video.surfaces = &stage->surfaces;
	said[0] = '\0';
	fails_after = 0;
}

static void close_stage(struct stage *stage)
{
	packet_unref(stage->unit);
}

#define STAGE \
	__attribute__((cleanup(close_stage))) struct stage stage; \
	open_stage(&stage)

static const struct feed_stream map = {.id = 5, .box = {64, 32, 224, 128}};
static const struct feed_stream needle = {.id = 6, .box = {320, 0, 336, 16}};

static ssize_t send_unit(struct stage *stage, unsigned place, const struct feed_stream *stream,
			 pixman_box32_t painted)
{
	pixman_region32_t region;

	pixman_region32_init_with_extents(&region, &painted);
	ssize_t sent = rdp_video_send(&stage->video, place, SHOWN, stream, stage->unit, &region);
	pixman_region32_fini(&region);
	return sent;
}

static struct feed_picture picture_of(const struct feed_stream *stream)
{
	struct feed_picture picture = {.streams_count = stream ? 1 : 0};

	if (stream)
		picture.streams[0] = *stream;
	return picture;
}

/* -- Sentences ------------------------------------------------------------------- */

static void a_unit_is_decoded_beside_and_what_it_repaints_is_copied(void)
{
	STAGE;

	EXPECT(send_unit(&stage, 0, &map, (pixman_box32_t){66, 40, 130, 56}) > 10);
	expect_said("create 1 160x96\n"
		    "decode 1 160x96 10 bytes 2,8-66,24\n"
		    "copy 1 2,8-66,24 to 7 66,40\n");
	send_unit(&stage, 0, &map, (pixman_box32_t){64, 32, 224, 128});
	expect_said("decode 1 160x96 10 bytes 0,0-160,96\n"
		    "copy 1 0,0-160,96 to 7 64,32\n");
}

static void what_is_decoded_begins_and_ends_between_samples_of_colour(void)
{
	STAGE;

	send_unit(&stage, 0, &map, (pixman_box32_t){67, 41, 75, 44});
	expect_said("create 1 160x96\n"
		    "decode 1 160x96 10 bytes 2,8-12,12\n"
		    "copy 1 3,9-11,12 to 7 67,41\n");
}

static void a_unit_that_repaints_nothing_is_decoded(void)
{
	STAGE;

	send_unit(&stage, 0, &map, (pixman_box32_t){0, 0, 0, 0});
	expect_said("create 1 160x96\n"
		    "decode 1 160x96 10 bytes 0,0-2,2\n");
}

static void many_small_parts_are_converted_as_few_larger_ones(void)
{
	STAGE;
	pixman_region32_t parts;
	unsigned commas = 0;

	pixman_region32_init(&parts);
	for (int y = 32; y < 128; y += 4)
		for (int x = 64; x < 224; x += 8)
			pixman_region32_union_rect(&parts, &parts, x, y, 2, 2);
	rdp_video_send(&stage.video, 0, SHOWN, &map, stage.unit, &parts);
	pixman_region32_fini(&parts);

	for (const char *c = strstr(said, "decode"); *c != '\n'; c++)
		commas += *c == ',';
	EXPECT(commas <= 2 * 16);
}

static void each_place_has_its_own_streams(void)
{
	STAGE;
	pixman_box32_t corner = {320, 0, 336, 16};

	send_unit(&stage, 0, &needle, corner);
	send_unit(&stage, 1, &needle, corner);
	expect_said("create 1 16x16\n"
		    "decode 1 16x16 10 bytes 0,0-16,16\n"
		    "copy 1 0,0-16,16 to 7 320,0\n"
		    "create 2 16x16\n"
		    "decode 2 16x16 10 bytes 0,0-16,16\n"
		    "copy 2 0,0-16,16 to 7 320,0\n");
}

static void a_stream_that_is_gone_takes_its_surface_with_it(void)
{
	STAGE;
	struct feed_picture with_map = picture_of(&map);
	struct feed_picture still = picture_of(NULL);

	send_unit(&stage, 0, &map, map.box);
	send_unit(&stage, 0, &needle, needle.box);
	send_unit(&stage, 1, &needle, needle.box);
	said[0] = '\0';
	EXPECT_INT(rdp_video_keep(&stage.video, 0, &with_map), 0);
	expect_said("delete 2\n");
	EXPECT_INT(rdp_video_keep(&stage.video, 0, &still), 0);
	expect_said("delete 1\n");
	EXPECT_INT(rdp_video_keep(&stage.video, 1, &still), 0);
	expect_said("delete 3\n");
	EXPECT_INT(stage.surfaces.count, 0);
}

static void a_unit_can_be_decoded_on_the_shown_surface_itself(void)
{
	STAGE;
	pixman_box32_t head = {0, 0, 640, 400};
	pixman_region32_t painted;

	pixman_region32_init_rect(&painted, 11, 20, 30, 40);
	EXPECT(rdp_video_send_in_place(&stage.video, SHOWN, &head, stage.unit, &painted) > 10);
	pixman_region32_fini(&painted);
	expect_said("decode 7 640x400 10 bytes 11,20-41,60\n");
}

static void numbers_of_surfaces_are_not_used_again_while_they_are_there(void)
{
	STAGE;
	uint16_t first, number = 0;

	EXPECT_INT(rdp_surfaces_create(&stage.surfaces, (struct size){640, 400}, &first), 0);
	for (unsigned i = 0; i < 70000; i++) {
		said[0] = '\0';
		EXPECT_INT(rdp_surfaces_create(&stage.surfaces, (struct size){16, 16}, &number), 0);
		EXPECT(number != 0 && number != first);
		EXPECT_INT(rdp_surfaces_delete(&stage.surfaces, number), 0);
	}
	EXPECT(number < 60000);
}

static void there_is_a_bound_on_surfaces(void)
{
	STAGE;
	uint16_t number;

	for (unsigned i = 0; i < RDP_SURFACES_MAX; i++)
		EXPECT_INT(rdp_surfaces_create(&stage.surfaces, (struct size){16, 16}, &number), 0);
	EXPECT_INT(rdp_surfaces_create(&stage.surfaces, (struct size){16, 16}, &number), -ENOSPC);
	EXPECT_INT(rdp_surfaces_clear(&stage.surfaces), 0);
	EXPECT_INT(stage.surfaces.count, 0);
}

static void what_cannot_be_sent_is_an_error(void)
{
	for (unsigned n = 1; n <= 3; n++) {
		STAGE;

		fails_after = n;
		EXPECT_INT(send_unit(&stage, 0, &map, map.box), -EIO);
	}
}

int main(void)
{
	RUN_TEST(a_unit_is_decoded_beside_and_what_it_repaints_is_copied);
	RUN_TEST(what_is_decoded_begins_and_ends_between_samples_of_colour);
	RUN_TEST(a_unit_that_repaints_nothing_is_decoded);
	RUN_TEST(many_small_parts_are_converted_as_few_larger_ones);
	RUN_TEST(each_place_has_its_own_streams);
	RUN_TEST(a_stream_that_is_gone_takes_its_surface_with_it);
	RUN_TEST(a_unit_can_be_decoded_on_the_shown_surface_itself);
	RUN_TEST(numbers_of_surfaces_are_not_used_again_while_they_are_there);
	RUN_TEST(there_is_a_bound_on_surfaces);
	RUN_TEST(what_cannot_be_sent_is_an_error);
	return 0;
}
