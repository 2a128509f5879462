/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_video.h"

#include <errno.h>

#include <freerdp/codec/color.h>

#include "common/xalloc.h"
#include "gateway/encode/packet.h"
#include "gateway/frame/damage.h"

/* What is decoded of a unit is converted in as few rectangles as this: for each of them
 * FreeRDP's client looks through all others. */
#define CONVERTED_RECTS_MAX 16

/* [MS-RDPEGFX] 2.2.4.4.2: clients do not look at it, and it is not known. */
#define QUANTISER 22
#define QUALITY	  78

/* What goes around the data of the messages sent here. */
#define UNIT_BYTES 29
#define RECT_BYTES 10
#define COPY_BYTES 26

static struct size box_size(const pixman_box32_t *box)
{
	return (struct size){(uint32_t)(box->x2 - box->x1), (uint32_t)(box->y2 - box->y1)};
}

/* A rectangle of the head as one of a surface that begins where `box` does. */
static RECTANGLE_16 to_surface(const pixman_box32_t *rect, const pixman_box32_t *box)
{
	return (RECTANGLE_16){
		.left = (UINT16)(rect->x1 - box->x1),
		.top = (UINT16)(rect->y1 - box->y1),
		.right = (UINT16)(rect->x2 - box->x1),
		.bottom = (UINT16)(rect->y2 - box->y1),
	};
}

/* Has the client decode a unit into a surface, and convert `converted` of it. */
static ssize_t send_unit(struct rdp_video *video, uint16_t surface, const pixman_box32_t *box,
			 const struct packet *unit, const pixman_region32_t *converted)
{
	RdpgfxServerContext *server = video->surfaces->server;
	int count;
	/* A region's own rectangles do not overlap: FreeRDP's client drops those that do. */
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)converted,
								 &count);
	CLEANUP(freep) RECTANGLE_16 *rects = xcalloc((size_t)count + 1, sizeof(*rects));
	CLEANUP(freep)
	RDPGFX_H264_QUANT_QUALITY *qualities = xcalloc((size_t)count + 1, sizeof(*qualities));
	struct size size = box_size(box);

	for (int i = 0; i < count; i++) {
		rects[i] = to_surface(&boxes[i], box);
		qualities[i] = (RDPGFX_H264_QUANT_QUALITY){.qp = QUANTISER, .qualityVal = QUALITY};
	}

	RDPGFX_AVC420_BITMAP_STREAM stream = {
		.meta =
			{
				.numRegionRects = (UINT32)count,
				.regionRects = rects,
				.quantQualityVals = qualities,
			},
		.length = (UINT32)unit->size,
		.data = unit->data,
	};
	RDPGFX_SURFACE_COMMAND command = {
		.surfaceId = surface,
		.codecId = RDPGFX_CODECID_AVC420,
		.format = PIXEL_FORMAT_BGRX32,
		.right = size.width,
		.bottom = size.height,
		.width = size.width,
		.height = size.height,
		.extra = &stream,
	};

	if (server->SurfaceCommand(server, &command))
		return -EIO;
	return (ssize_t)unit->size + UNIT_BYTES + RECT_BYTES * count;
}

/* Copies `painted` from a stream's surface, which begins where `box` does. */
static ssize_t copy(struct rdp_video *video, uint16_t from, uint16_t to, const pixman_box32_t *box,
		    const pixman_region32_t *painted)
{
	RdpgfxServerContext *server = video->surfaces->server;
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)painted,
								 &count);

	for (int i = 0; i < count; i++) {
		RDPGFX_POINT16 point = {(UINT16)boxes[i].x1, (UINT16)boxes[i].y1};
		RDPGFX_SURFACE_TO_SURFACE_PDU pdu = {
			.surfaceIdSrc = from,
			.surfaceIdDest = to,
			.rectSrc = to_surface(&boxes[i], box),
			.destPtsCount = 1,
			.destPts = &point,
		};

		if (server->SurfaceToSurface(server, &pdu))
			return -EIO;
	}
	return (ssize_t)COPY_BYTES * count;
}

/* Few rectangles around `painted` that begin and end between the samples of colour. */
static void find_converted(const pixman_region32_t *painted, const pixman_box32_t *box,
			   pixman_region32_t *ret_converted)
{
	pixman_region32_t coarse;
	int count;

	pixman_region32_init(&coarse);
	pixman_region32_copy(&coarse, (pixman_region32_t *)painted);
	damage_simplify(&coarse, CONVERTED_RECTS_MAX, box);

	const pixman_box32_t *boxes = pixman_region32_rectangles(&coarse, &count);

	for (int i = 0; i < count; i++) {
		int x1 = boxes[i].x1 & ~1, y1 = boxes[i].y1 & ~1;

		pixman_region32_union_rect(ret_converted, ret_converted, x1, y1,
					   (unsigned)(((boxes[i].x2 + 1) & ~1) - x1),
					   (unsigned)(((boxes[i].y2 + 1) & ~1) - y1));
	}
	/* A unit of which nothing is shown is decoded all the same. */
	if (count == 0)
		pixman_region32_union_rect(ret_converted, ret_converted, box->x1, box->y1, 2, 2);
	pixman_region32_fini(&coarse);
}

static int find_surface(struct rdp_video *video, unsigned place, const struct feed_stream *stream,
			uint16_t *ret_surface)
{
	for (unsigned i = 0; i < video->count; i++) {
		const struct rdp_stream_surface *known = &video->streams[i];

		if (known->place == place && known->stream == stream->id) {
			*ret_surface = known->surface;
			return 0;
		}
	}

	if (video->count == sizeof(video->streams) / sizeof(video->streams[0]))
		return -ENOSPC;
	int r = rdp_surfaces_create(video->surfaces, box_size(&stream->box), ret_surface);
	if (r < 0)
		return r;
	video->streams[video->count++] = (struct rdp_stream_surface){place, stream->id,
								     *ret_surface};
	return 0;
}

ssize_t rdp_video_send(struct rdp_video *video, unsigned place, uint16_t shown,
		       const struct feed_stream *stream, const struct packet *unit,
		       const pixman_region32_t *painted)
{
	pixman_region32_t converted;
	uint16_t surface;
	int r = find_surface(video, place, stream, &surface);

	if (r < 0)
		return r;
	pixman_region32_init(&converted);
	find_converted(painted, &stream->box, &converted);
	ssize_t sent = send_unit(video, surface, &stream->box, unit, &converted);
	pixman_region32_fini(&converted);
	if (sent < 0)
		return sent;

	ssize_t copied = copy(video, surface, shown, &stream->box, painted);
	return copied < 0 ? copied : sent + copied;
}

ssize_t rdp_video_send_in_place(struct rdp_video *video, uint16_t shown, const pixman_box32_t *box,
				const struct packet *unit, const pixman_region32_t *painted)
{
	return send_unit(video, shown, box, unit, painted);
}

static bool is_in_picture(uint64_t stream, const struct feed_picture *picture)
{
	for (unsigned i = 0; i < picture->streams_count; i++)
		if (picture->streams[i].id == stream)
			return true;
	return false;
}

int rdp_video_keep(struct rdp_video *video, unsigned place, const struct feed_picture *picture)
{
	unsigned i = 0;

	while (i < video->count) {
		struct rdp_stream_surface *known = &video->streams[i];

		if (known->place != place || is_in_picture(known->stream, picture)) {
			i++;
			continue;
		}

		int r = rdp_surfaces_delete(video->surfaces, known->surface);
		*known = video->streams[--video->count];
		if (r < 0)
			return r;
	}
	return 0;
}

void rdp_video_forget(struct rdp_video *video)
{
	video->count = 0;
}
