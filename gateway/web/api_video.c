/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A head's film, for as long as the client takes it. */

#include <errno.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/record/films.h"
#include "gateway/record/reel.h"
#include "gateway/web/api.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_errand.h"
#include "gateway/web/web_inbox.h"
#include "gateway/web/web_request.h"

/* An errand until it is answered; the answer's after that. */
struct filming {
	struct web_errand errand;
	struct web_stream stream;
	struct films *films;
	struct loop *loop;
	struct web_inbox *inbox; /* one reference */
	unsigned head;
	struct film *film;
	struct reel *reel;
};

static void free_filming(struct filming *filming)
{
	web_inbox_unref(filming->inbox);
	free(filming);
}

/* -- The server's thread ------------------------------------------------------------- */

static struct filming *filming_of(struct web_stream *stream)
{
	return lws_container_of(stream, struct filming, stream);
}

static size_t read_reel(struct web_stream *stream, uint8_t *buffer, size_t max)
{
	return reel_read(filming_of(stream)->reel, buffer, max);
}

static bool has_bytes(struct web_stream *stream)
{
	struct reel *reel = filming_of(stream)->reel;

	return reel_has_bytes(reel) || reel_is_over(reel);
}

static bool is_over(struct web_stream *stream)
{
	return reel_is_over(filming_of(stream)->reel);
}

/* Loop thread. */
static void handle_close(void *data)
{
	struct filming *filming = data;

	film_leave(filming->film, filming->reel);
	free_filming(filming);
}

static void close_stream(struct web_stream *stream)
{
	struct filming *filming = filming_of(stream);

	loop_post(filming->loop, handle_close, filming);
}

/* -- The loop's ------------------------------------------------------------------------ */

static void handle_bytes(void *data)
{
	struct filming *filming = data;

	web_inbox_wake(filming->inbox);
}

static void refuse(struct web_request *request, unsigned head, int error)
{
	if (error == -EBUSY)
		web_answer_error(request, 429, "head %u has %d recordings already", head,
				 FILM_RECORDINGS_MAX);
	else if (error == -E2BIG)
		web_answer_error(request, 503, "head %u has a size that cannot be encoded", head);
	else
		web_answer_error(request, 503, "this gateway encodes no video (encoder = none)");
}

static void start(struct web_errand *errand)
{
	struct filming *filming = (struct filming *)errand;
	int r;

	filming->film = films_get(filming->films, filming->head);
	r = film_join(filming->film, handle_bytes, filming, &filming->reel);
	if (r < 0)
		refuse(errand->request, filming->head, r);
	else
		web_answer_stream(errand->request, "application/vnd.windscreen.film",
				  &filming->stream);
	/* Its own from here on. */
	web_errand_deliver(errand);
	if (r < 0)
		free_filming(filming);
}

static void give_up(struct web_errand *errand)
{
	free_filming((struct filming *)errand);
}

void api_video_get(struct web_request *request)
{
	struct web_server *server = request->server;
	struct filming *filming = xcalloc(1, sizeof(*filming));

	filming->errand.start = start;
	filming->errand.give_up = give_up;
	filming->stream.read = read_reel;
	filming->stream.has_bytes = has_bytes;
	filming->stream.is_over = is_over;
	filming->stream.close = close_stream;
	filming->films = server->services.films;
	filming->loop = server->services.loop;
	filming->inbox = web_inbox_ref(server->inbox);
	filming->head = request->head;
	if (!web_errand_begin(request, &filming->errand))
		free_filming(filming);
}
