/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_errand.h"

#include <stdatomic.h>

#include "common/loop.h"
#include "common/xalloc.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_request.h"

/* Each may hold three pictures. */
#define ERRANDS_MAX 16

struct web_errands {
	struct loop *loop;
	atomic_uint count;
	struct web_errand *first; /* the loop's */
};

struct web_errands *web_errands_create(struct loop *loop)
{
	struct web_errands *errands = xcalloc(1, sizeof(*errands));

	errands->loop = loop;
	return errands;
}

void web_errand_deliver(struct web_errand *errand)
{
	struct web_errands *errands = errand->errands;
	struct web_errand **link = &errands->first;

	while (*link != errand)
		link = &(*link)->next;
	*link = errand->next;
	atomic_fetch_sub(&errands->count, 1);
	web_request_deliver(TAKE(errand->request));
}

static void give_up(struct web_errand *errand)
{
	web_errand_deliver(errand);
	errand->give_up(errand);
}

void web_errands_destroy(struct web_errands *errands)
{
	if (!errands)
		return;
	while (errands->first)
		give_up(errands->first);
	free(errands);
}

/* -- Clients that go away ----------------------------------------------------------- */

struct farewell {
	struct web_errands *errands;
	const struct web_request *request; /* to compare with, and no more */
};

/* Loop thread. What had its answer meanwhile is not in the list any more; and a new request at the
 * same place is not in it yet. */
static void handle_farewell(void *data)
{
	struct farewell *farewell = data;
	struct web_errand *errand = farewell->errands->first;

	while (errand && errand->request != farewell->request)
		errand = errand->next;
	if (errand)
		give_up(errand);
	free(farewell);
}

static void handle_gone(struct web_request *request)
{
	struct farewell *farewell = xcalloc(1, sizeof(*farewell));

	*farewell = (struct farewell){request->server->errands, request};
	loop_post(farewell->errands->loop, handle_farewell, farewell);
}

/* -- To the loop ---------------------------------------------------------------------- */

/* Loop thread. */
static void handle_begin(void *data)
{
	struct web_errand *errand = data;

	errand->next = errand->errands->first;
	errand->errands->first = errand;
	errand->start(errand);
}

bool web_errand_begin(struct web_request *request, struct web_errand *errand)
{
	struct web_errands *errands = request->server->errands;

	if (atomic_load(&errands->count) >= ERRANDS_MAX) {
		web_answer_error(request, 429, "%d clients are waiting already", ERRANDS_MAX);
		return false;
	}
	if (!web_request_defer(request))
		return false;
	atomic_fetch_add(&errands->count, 1);
	request->on_gone = handle_gone;
	errand->request = request;
	errand->errands = errands;
	loop_post(errands->loop, handle_begin, errand);
	return true;
}
