/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/frame/notice.h"

#include <stddef.h>
#include <string.h>

#include "gateway/frame/frame.h"

#define COLOUR_EMPTY  0x14171c
#define COLOUR_BOX    0x20252d
#define COLOUR_ACCENT 0x4aa3df
#define COLOUR_TEXT   0xf2f4f7

struct line {
	const char *text;
	uint32_t length;
};

/* Breaks at spaces, so that each line is at most `width` pixels; a longer word stands alone. */
static uint32_t break_lines(const char *text, uint32_t height, uint32_t width,
			    struct line lines[NOTICE_LINES_MAX])
{
	uint32_t count = 0;

	while (*text && count < NOTICE_LINES_MAX) {
		struct line *line = &lines[count++];

		*line = (struct line){text, (uint32_t)strcspn(text, " ")};
		for (;;) {
			const char *end = text + line->length;
			uint32_t longer;

			if (*end == '\0')
				break;
			longer = line->length + 1 + (uint32_t)strcspn(end + 1, " ");
			if (text_width(text, longer, height) > width)
				break;
			line->length = longer;
		}
		text += line->length;
		text += strspn(text, " ");
	}
	return count;
}

static void draw_background(const struct canvas *canvas, const struct frame *last)
{
	size_t count = (size_t)canvas->width * canvas->height;

	if (last && last->width == canvas->width && last->height == canvas->height) {
		for (size_t i = 0; i < count; i++)
			canvas->pixels[i] = last->pixels[i] >> 2 & 0x3f3f3f;
	} else {
		for (size_t i = 0; i < count; i++)
			canvas->pixels[i] = COLOUR_EMPTY;
	}
}

static void fill(const struct canvas *canvas, uint32_t left, uint32_t top, uint32_t width,
		 uint32_t height, uint32_t colour)
{
	for (uint32_t y = top; y < top + height && y < canvas->height; y++)
		for (uint32_t x = left; x < left + width && x < canvas->width; x++)
			canvas->pixels[(size_t)y * canvas->width + x] = colour;
}

void notice_draw(const struct canvas *canvas, const struct frame *last, const char *text)
{
	struct line lines[NOTICE_LINES_MAX];
	uint32_t height = canvas->height / 24 < 16 ? 16 : canvas->height / 24;
	uint32_t margin = height;
	uint32_t count, widest = 0;
	uint32_t left, top, box_width, box_height;

	draw_background(canvas, last);

	count = break_lines(text, height, canvas->width * 3 / 5, lines);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t width = text_width(lines[i].text, lines[i].length, height);

		widest = width > widest ? width : widest;
	}
	box_width = widest + 2 * margin;
	box_height = count * height + 2 * margin;
	left = box_width < canvas->width ? (canvas->width - box_width) / 2 : 0;
	top = box_height < canvas->height ? (canvas->height - box_height) / 2 : 0;

	fill(canvas, left, top, box_width, box_height, COLOUR_BOX);
	fill(canvas, left, top, margin / 5 + 1, box_height, COLOUR_ACCENT);
	for (uint32_t i = 0; i < count; i++)
		text_draw(canvas, (int32_t)(left + margin), (int32_t)(top + margin + i * height),
			  height, lines[i].text, lines[i].length, COLOUR_TEXT);
}
