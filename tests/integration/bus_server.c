/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A bus stage as a program, for clients that are not written in C. It says
 * "READY PATH", and obeys commands on standard input, one a line, each of which it
 * answers with a line:
 *
 *	show OUTPUT WIDTH HEIGHT COLOUR		draw OUTPUT X Y WIDTH HEIGHT COLOUR
 *	disable OUTPUT				absolute 0|1
 *	cursor OUTPUT HOT_X HOT_Y PIXEL		pointer OUTPUT X Y IS_VISIBLE
 *	input	(is answered with the input that came, separated by semicolons)
 *
 * It ends with its input.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include "tests/integration/bus_stage.h"

#define OUTPUTS	 2
#define LINE_MAX 1024

struct server {
	struct bus_stage *stage;
	char line[LINE_MAX];
	size_t length;
};

static bool obey(struct bus_stage *stage, const char *line)
{
	struct display_rect rect;
	struct display_pointer pointer;
	struct display_cursor cursor = {0};
	unsigned output, width, height, colour, flag;

	if (sscanf(line, "show %u %u %u %x", &output, &width, &height, &colour) == 4) {
		bus_stage_show(stage, output, width, height, colour);
	} else if (sscanf(line, "draw %u %u %u %u %u %x", &output, &rect.x, &rect.y, &rect.width,
			  &rect.height, &colour) == 6) {
		bus_stage_draw(stage, output, rect, colour);
	} else if (sscanf(line, "disable %u", &output) == 1) {
		bus_stage_disable(stage, output);
	} else if (sscanf(line, "cursor %u %u %u %x", &output, &cursor.hot_x, &cursor.hot_y,
			  &cursor.pixels[0]) == 4) {
		display_set_cursor(stage->display, output, &cursor);
	} else if (sscanf(line, "pointer %u %d %d %u", &output, &pointer.x, &pointer.y, &flag) ==
		   4) {
		pointer.is_visible = flag;
		display_move_pointer(stage->display, output, &pointer);
	} else if (sscanf(line, "absolute %u", &flag) == 1) {
		for (unsigned i = 0; i < OUTPUTS; i++)
			display_bus_set_absolute(stage->bus, i, flag);
	} else {
		return false;
	}
	return true;
}

static void tell_input(struct bus_stage *stage)
{
	for (char *end = stage->lines; (end = strchr(end, '\n'));)
		*end = ';';
	puts(stage->lines);
	stage->lines_length = 0;
	stage->lines[0] = '\0';
}

static void handle_line(struct bus_stage *stage, const char *line)
{
	if (strcmp(line, "input") == 0)
		tell_input(stage);
	else
		puts(obey(stage, line) ? "done" : "what?");
	fflush(stdout);
}

static int handle_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct server *server = data;
	ssize_t got = read(fd, server->line + server->length, LINE_MAX - 1 - server->length);
	char *end;

	if (got <= 0) {
		loop_stop(server->stage->loop);
		return 0;
	}
	server->length += (size_t)got;
	server->line[server->length] = '\0';
	while ((end = strchr(server->line, '\n'))) {
		*end = '\0';
		handle_line(server->stage, server->line);
		server->length -= (size_t)(end + 1 - server->line);
		memmove(server->line, end + 1, server->length + 1);
	}
	EXPECT(server->length < LINE_MAX - 1);
	return 0;
}

int main(void)
{
	STAGE *stage = bus_stage_create(OUTPUTS);
	struct server server = {.stage = stage};
	sd_event_source *source;

	EXPECT(sd_event_add_io(loop_event(stage->loop), &source, STDIN_FILENO, EPOLLIN,
			       handle_input, &server) >= 0);
	printf("READY %s\n", stage->path);
	fflush(stdout);
	EXPECT_INT(loop_run(stage->loop), 0);
	sd_event_source_disable_unref(source);
}
