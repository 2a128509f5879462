/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The names of functions and constants are the paper's. Two-dimensional filters are sums of
 * products of one-dimensional ones, and are applied as such: along rows, then along columns.
 */

#include "picture/flip.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>

#define PIXELS_PER_DEGREE (0.7 * (3840 / 0.7) * (M_PI / 180))

#define TAPS (2 * FLIP_REACH + 1)

/* A tile, and what lies around it as far as filters reach. */
#define SIDE_MAX (FLIP_TILE_MAX + 2 * FLIP_REACH)

/* How colour differences are spread over the scale: [Section 4.1.4]. */
#define QC 0.7
#define PC 0.4
#define PT 0.95

/* How much features count: [Section 4.2]. */
#define QF		      0.5
#define FEATURE_WIDTH_DEGREES 0.082

struct filter {
	float taps[TAPS];
};

/* A Gaussian of the contrast sensitivity functions, a times sqrt(pi / b) exp(-pi^2 x^2 / b): [Table
 * 1]. Blue-yellow is the sum of two. */
static const struct {
	double a;
	double b;
} sensitivity[] = {
	{1, 0.0047},  /* Y */
	{1, 0.0053},  /* Cx */
	{34.1, 0.04}, /* Cz */
	{13.5, 0.025},
};

enum {
	FILTER_Y,
	FILTER_CX,
	FILTER_CZ_WIDE,
	FILTER_CZ_NARROW,
	COLOUR_FILTERS,
};

/* Made once. */
static struct {
	float linear[256];		      /* of sRGB's bytes */
	struct filter colour[COLOUR_FILTERS]; /* each is applied in both directions */
	struct filter smooth;
	struct filter edge;
	struct filter point;
	float error_max; /* of colours: from green to blue */
} tables;

struct vector {
	float x;
	float y;
	float z;
};

/* -- Colours ----------------------------------------------------------------- */

/* The white of sRGB, D65. */
static const struct vector white = {0.950428545f, 1.0f, 1.088900371f};

static struct vector xyz_from_linear(struct vector rgb)
{
	return (struct vector){
		0.4123865632f * rgb.x + 0.3575914909f * rgb.y + 0.1804504912f * rgb.z,
		0.2126368060f * rgb.x + 0.7151829818f * rgb.y + 0.0721802122f * rgb.z,
		0.0193306202f * rgb.x + 0.1191971636f * rgb.y + 0.9503725870f * rgb.z,
	};
}

static struct vector linear_from_xyz(struct vector xyz)
{
	return (struct vector){
		3.241003275f * xyz.x - 1.537398934f * xyz.y - 0.498615861f * xyz.z,
		-0.969224334f * xyz.x + 1.875930071f * xyz.y + 0.041554224f * xyz.z,
		0.055639423f * xyz.x - 0.204011202f * xyz.y + 1.057148933f * xyz.z,
	};
}

/* CIELAB without its curve, so that colours can be averaged. */
static struct vector ycxcz_from_xyz(struct vector xyz)
{
	float x = xyz.x / white.x, y = xyz.y / white.y, z = xyz.z / white.z;

	return (struct vector){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static struct vector xyz_from_ycxcz(struct vector colour)
{
	float y = (colour.x + 16) / 116;

	return (struct vector){
		(y + colour.y / 500) * white.x,
		y * white.y,
		(y - colour.z / 200) * white.z,
	};
}

static float lab_curve(float t)
{
	const float delta = 6.0f / 29;

	return t > delta * delta * delta ? cbrtf(t) : t / (3 * delta * delta) + 4.0f / 29;
}

/* CIELAB, in which dark colours are less colourful, as Hunt found. */
static struct vector hunt_from_linear(struct vector rgb)
{
	struct vector xyz = xyz_from_linear(rgb);
	float x = lab_curve(xyz.x / white.x);
	float y = lab_curve(xyz.y / white.y);
	float z = lab_curve(xyz.z / white.z);
	float lightness = 116 * y - 16;

	return (struct vector){
		lightness,
		0.01f * lightness * 500 * (x - y),
		0.01f * lightness * 200 * (y - z),
	};
}

/* Distances that are large mean something in HyAB, unlike in CIELAB. */
static float hyab(struct vector a, struct vector b)
{
	float da = a.y - b.y, db = a.z - b.z;

	return fabsf(a.x - b.x) + sqrtf(da * da + db * db);
}

static float clamp(float value)
{
	return value < 0 ? 0 : value > 1 ? 1 : value;
}

static struct vector linear_from_ycxcz(struct vector colour)
{
	struct vector rgb = linear_from_xyz(xyz_from_ycxcz(colour));

	return (struct vector){clamp(rgb.x), clamp(rgb.y), clamp(rgb.z)};
}

/* -- Tables ------------------------------------------------------------------ */

static double linear_from_srgb(double value)
{
	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* Those above zero sum to `1`, those below to `-1`. */
static void normalise(const double *taps, struct filter *filter)
{
	double above = 0, below = 0;

	for (int i = 0; i < TAPS; i++)
		*(taps[i] > 0 ? &above : &below) += taps[i];
	for (int i = 0; i < TAPS; i++)
		filter->taps[i] = (float)(taps[i] > 0 ? taps[i] / above
						      : (below < 0 ? taps[i] / -below : 0));
}

static void make_colour_filters(void)
{
	double sums[COLOUR_FILTERS] = {0};
	double taps[COLOUR_FILTERS][TAPS];

	for (int filter = 0; filter < COLOUR_FILTERS; filter++) {
		double b = sensitivity[filter].b;

		for (int i = 0; i < TAPS; i++) {
			double degrees = (i - FLIP_REACH) / PIXELS_PER_DEGREE;

			taps[filter][i] = exp(-M_PI * M_PI * degrees * degrees / b);
			sums[filter] += taps[filter][i];
		}
	}
	/* What is applied twice has the square root of the weight. */
	for (int filter = 0; filter < COLOUR_FILTERS; filter++) {
		double weight = sensitivity[filter].a * sqrt(M_PI / sensitivity[filter].b);
		double total = weight * sums[filter] * sums[filter];

		if (filter >= FILTER_CZ_WIDE) {
			total = 0;
			for (int other = FILTER_CZ_WIDE; other < COLOUR_FILTERS; other++)
				total += sensitivity[other].a * sqrt(M_PI / sensitivity[other].b) *
					 sums[other] * sums[other];
		}
		for (int i = 0; i < TAPS; i++)
			tables.colour[filter].taps[i] = (float)(taps[filter][i] *
								sqrt(weight / total));
	}
}

/* A Gaussian, and its first and second derivative. */
static void make_feature_filters(void)
{
	double deviation = 0.5 * FEATURE_WIDTH_DEGREES * PIXELS_PER_DEGREE;
	int reach = (int)ceil(3 * deviation);
	double smooth[TAPS] = {0}, edge[TAPS] = {0}, point[TAPS] = {0};

	assert(reach <= FLIP_REACH);
	for (int x = -reach; x <= reach; x++) {
		double gauss = exp(-x * x / (2 * deviation * deviation));

		smooth[FLIP_REACH + x] = gauss;
		edge[FLIP_REACH + x] = -x * gauss;
		point[FLIP_REACH + x] = (x * x / (deviation * deviation) - 1) * gauss;
	}
	normalise(smooth, &tables.smooth);
	normalise(edge, &tables.edge);
	normalise(point, &tables.point);
}

static void make_tables(void)
{
	for (int i = 0; i < 256; i++)
		tables.linear[i] = (float)linear_from_srgb(i / 255.0);
	make_colour_filters();
	make_feature_filters();
	tables.error_max = powf(hyab(hunt_from_linear((struct vector){0, 1, 0}),
				     hunt_from_linear((struct vector){0, 0, 1})),
				(float)QC);
}

/* -- Filters ----------------------------------------------------------------- */

/* One number for each pixel of a tile, with or without what lies around it. */
struct plane {
	float values[SIDE_MAX * SIDE_MAX];
};

/* Where one is at work. */
struct tile {
	uint32_t width; /* without what lies around it */
	uint32_t height;
	uint32_t outer_width;
	uint32_t outer_height;
};

/* Applies `along_rows` and then `along_columns`, and adds what comes out, `outer` being with and
 * `inner` without what lies around the tile. */
static void apply(const struct tile *tile, const struct plane *outer,
		  const struct filter *along_rows, const struct filter *along_columns,
		  struct plane *between, struct plane *inner)
{
	for (uint32_t y = 0; y < tile->outer_height; y++) {
		const float *from = outer->values + (size_t)y * tile->outer_width;
		float *to = between->values + (size_t)y * tile->width;

		for (uint32_t x = 0; x < tile->width; x++)
			to[x] = 0;
		for (int i = 0; i < TAPS; i++)
			for (uint32_t x = 0; x < tile->width; x++)
				to[x] += along_rows->taps[i] * from[x + (uint32_t)i];
	}
	for (uint32_t y = 0; y < tile->height; y++) {
		float *to = inner->values + (size_t)y * tile->width;

		for (uint32_t i = 0; i < TAPS; i++) {
			const float *from = between->values + (size_t)(y + i) * tile->width;

			for (uint32_t x = 0; x < tile->width; x++)
				to[x] += along_columns->taps[i] * from[x];
		}
	}
}

/* -- One picture ------------------------------------------------------------- */

/* What is seen of a tile of a picture. */
struct sight {
	struct plane y; /* blurred, as are these: */
	struct plane cx;
	struct plane cz;
	struct plane edge_x;
	struct plane edge_y;
	struct plane point_x;
	struct plane point_y;
};

struct scratch {
	struct plane outer[3]; /* YCxCz */
	struct plane between;
};

static uint32_t inside(int64_t position, uint32_t size)
{
	return position < 0 ? 0 : position >= size ? size - 1 : (uint32_t)position;
}

/* The picture's own edge goes on beyond it. */
static void load(const struct picture *picture, const struct picture_box *box,
		 const struct tile *tile, struct plane outer[3])
{
	size_t at = 0;

	for (uint32_t row = 0; row < tile->outer_height; row++) {
		const uint32_t *pixels = picture_row(
			picture, inside((int64_t)box->y + row - FLIP_REACH, picture->height));

		for (uint32_t column = 0; column < tile->outer_width; column++, at++) {
			uint32_t pixel = pixels[inside((int64_t)box->x + column - FLIP_REACH,
						       picture->width)];
			struct vector colour = ycxcz_from_xyz(xyz_from_linear((struct vector){
				tables.linear[pixel >> 16 & 0xff],
				tables.linear[pixel >> 8 & 0xff],
				tables.linear[pixel & 0xff],
			}));

			outer[0].values[at] = colour.x;
			outer[1].values[at] = colour.y;
			outer[2].values[at] = colour.z;
		}
	}
}

static void look(const struct picture *picture, const struct picture_box *box,
		 const struct tile *tile, struct scratch *scratch, struct sight *sight)
{
	struct plane *y = &scratch->outer[0], *between = &scratch->between;
	const struct filter *colour = tables.colour;

	*sight = (struct sight){0};
	load(picture, box, tile, scratch->outer);
	apply(tile, y, &colour[FILTER_Y], &colour[FILTER_Y], between, &sight->y);
	apply(tile, &scratch->outer[1], &colour[FILTER_CX], &colour[FILTER_CX], between,
	      &sight->cx);
	for (int i = FILTER_CZ_WIDE; i <= FILTER_CZ_NARROW; i++)
		apply(tile, &scratch->outer[2], &colour[i], &colour[i], between, &sight->cz);
	apply(tile, y, &tables.edge, &tables.smooth, between, &sight->edge_x);
	apply(tile, y, &tables.smooth, &tables.edge, between, &sight->edge_y);
	apply(tile, y, &tables.point, &tables.smooth, between, &sight->point_x);
	apply(tile, y, &tables.smooth, &tables.point, between, &sight->point_y);
}

/* -- Two pictures ------------------------------------------------------------ */

/* Most differences are small: nearly all of the scale is theirs. */
static float colour_error(const struct sight *a, const struct sight *b, size_t at)
{
	float error = powf(hyab(hunt_from_linear(linear_from_ycxcz((struct vector){
					a->y.values[at], a->cx.values[at], a->cz.values[at]})),
				hunt_from_linear(linear_from_ycxcz((struct vector){
					b->y.values[at], b->cx.values[at], b->cz.values[at]}))),
			   (float)QC);
	float turn = (float)PC * tables.error_max;

	if (error < turn)
		return error * (float)PT / turn;
	return (float)PT + (error - turn) / (tables.error_max - turn) * (1 - (float)PT);
}

static float length(const struct plane *x, const struct plane *y, size_t at)
{
	/* The filters are made for a lightness from 0 to 1. */
	return sqrtf(x->values[at] * x->values[at] + y->values[at] * y->values[at]) / 116;
}

static float feature_error(const struct sight *a, const struct sight *b, size_t at)
{
	float edge = fabsf(length(&a->edge_x, &a->edge_y, at) - length(&b->edge_x, &b->edge_y, at));
	float point = fabsf(length(&a->point_x, &a->point_y, at) -
			    length(&b->point_x, &b->point_y, at));

	return powf((float)M_SQRT1_2 * (edge > point ? edge : point), (float)QF);
}

/* Each thread's own: too large for a stack. */
static _Thread_local struct {
	struct scratch scratch;
	struct sight reference;
	struct sight actual;
} work;

void flip_compare(const struct picture *reference, const struct picture *actual,
		  const struct picture_box *box, float *ret_errors)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const struct tile tile = {
		.width = box->width,
		.height = box->height,
		.outer_width = box->width + 2 * FLIP_REACH,
		.outer_height = box->height + 2 * FLIP_REACH,
	};
	size_t count = (size_t)box->width * box->height;

	assert(box->width <= FLIP_TILE_MAX && box->height <= FLIP_TILE_MAX);
	pthread_once(&once, make_tables);
	look(reference, box, &tile, &work.scratch, &work.reference);
	look(actual, box, &tile, &work.scratch, &work.actual);
	for (size_t at = 0; at < count; at++) {
		float colour = colour_error(&work.reference, &work.actual, at);
		float feature = feature_error(&work.reference, &work.actual, at);

		ret_errors[at] = powf(colour, 1 - feature);
	}
}
