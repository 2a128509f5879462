/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_scanout.h"

#include <stdbool.h>
#include <string.h>

#include "gpu-bridge/gpu/gpu_resource.h"

static bool is_told(const struct gpu_scanout *scanout)
{
	return scanout->surface == scanout->told;
}

/* All of `surface`, which an output shows or is about to. */
static void flush_whole(const struct gpu_scanouts *scanouts, struct renderer_surface *surface,
			const struct display_surface *shown, bool needs_pixels)
{
	scanouts->ops->surface_flush(
		surface, &(struct display_rect){0, 0, shown->width, shown->height}, needs_pixels);
}

static void settle(struct gpu_scanouts *scanouts, unsigned output)
{
	struct gpu_scanout *scanout = &scanouts->outputs[output];
	struct renderer_surface *before = scanout->told;

	if (is_told(scanout))
		return;
	flush_whole(scanouts, scanout->surface, &scanout->description,
		    display_is_needed(scanouts->display, output));
	/* Watchers that hear of it may need more of it. */
	scanout->told = scanout->surface;
	display_show(scanouts->display, output, &scanout->description);
	/* They have let go of it only now. */
	if (before)
		scanouts->ops->surface_close(before);
}

void gpu_scanout_refresh(struct gpu_scanouts *scanouts, unsigned output)
{
	flush_whole(scanouts, scanouts->outputs[output].told,
		    display_surface(scanouts->display, output), true);
}

void gpu_scanouts_settle(struct gpu_scanouts *scanouts)
{
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		settle(scanouts, i);
}

int gpu_scanout_show(struct gpu_scanouts *scanouts, unsigned output, struct gpu_resource *resource,
		     const struct display_rect *window)
{
	struct gpu_scanout *scanout = &scanouts->outputs[output];
	struct renderer_surface *surface;
	struct display_surface description;
	int r;

	if (scanout->resource == resource && memcmp(&scanout->window, window, sizeof(*window)) == 0)
		return 0;
	r = scanouts->ops->surface_open(resource->image, window, &surface, &description);
	if (r < 0)
		return r;
	/* What nobody was told of is skipped. */
	if (!is_told(scanout))
		scanouts->ops->surface_close(scanout->surface);
	scanout->resource = resource;
	scanout->window = *window;
	scanout->surface = surface;
	scanout->description = description;
	return 0;
}

void gpu_scanout_disable(struct gpu_scanouts *scanouts, unsigned output)
{
	struct gpu_scanout *scanout = &scanouts->outputs[output];

	if (!scanout->resource)
		return;
	display_disable(scanouts->display, output);
	if (scanout->told)
		scanouts->ops->surface_close(scanout->told);
	if (!is_told(scanout))
		scanouts->ops->surface_close(scanout->surface);
	*scanout = (struct gpu_scanout){0};
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Where a rectangle of the resource lies in the window. Returns false when it is not there. */
static bool clip(const struct display_rect *window, const struct display_rect *rect,
		 struct display_rect *ret_inside)
{
	uint32_t left = rect->x > window->x ? rect->x : window->x;
	uint32_t top = rect->y > window->y ? rect->y : window->y;
	uint32_t right = lesser(rect->x + rect->width, window->x + window->width);
	uint32_t bottom = lesser(rect->y + rect->height, window->y + window->height);

	if (left >= right || top >= bottom)
		return false;
	*ret_inside = (struct display_rect){left - window->x, top - window->y, right - left,
					    bottom - top};
	return true;
}

/* Whether an output before `output` had all of `rect`, of the resource, fetched: windows of one
 * resource share their memory. */
static bool is_fetched(const struct gpu_scanouts *scanouts, unsigned output,
		       const struct display_rect *rect)
{
	for (unsigned i = 0; i < output; i++) {
		const struct gpu_scanout *other = &scanouts->outputs[i];
		struct display_rect inside;

		if (other->resource == scanouts->outputs[output].resource &&
		    display_is_needed(scanouts->display, i) &&
		    clip(&other->window, rect, &inside) && inside.width == rect->width &&
		    inside.height == rect->height)
			return true;
	}
	return false;
}

void gpu_scanouts_flush(struct gpu_scanouts *scanouts, const struct gpu_resource *resource,
			const struct display_rect *rect)
{
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++) {
		struct gpu_scanout *scanout = &scanouts->outputs[i];
		struct display_rect inside, part;

		if (scanout->resource != resource || !clip(&scanout->window, rect, &inside))
			continue;
		if (!is_told(scanout)) {
			settle(scanouts, i);
			continue;
		}
		part = (struct display_rect){scanout->window.x + inside.x,
					     scanout->window.y + inside.y, inside.width,
					     inside.height};
		scanouts->ops->surface_flush(scanout->surface, &inside,
					     display_is_needed(scanouts->display, i) &&
						     !is_fetched(scanouts, i, &part));
		display_update(scanouts->display, i, &inside);
	}
}

void gpu_scanouts_forget(struct gpu_scanouts *scanouts, const struct gpu_resource *resource)
{
	/* It may be what an output showed until now. */
	gpu_scanouts_settle(scanouts);
	for (unsigned i = 0; i < DISPLAY_OUTPUTS_MAX; i++)
		if (!resource || scanouts->outputs[i].resource == resource)
			gpu_scanout_disable(scanouts, i);
}
