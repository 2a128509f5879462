/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_inbox.h"

#include <libwebsockets.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/xalloc.h"
#include "gateway/web/web_request.h"

struct web_inbox {
	pthread_mutex_t lock;
	/* protected by lock: */
	unsigned references;
	bool is_closed;
	struct lws_context *context;
	struct web_request *first;
};

struct web_inbox *web_inbox_create(void)
{
	struct web_inbox *inbox = xcalloc(1, sizeof(*inbox));

	pthread_mutex_init(&inbox->lock, NULL);
	inbox->references = 1;
	return inbox;
}

void web_inbox_set_context(struct web_inbox *inbox, struct lws_context *context)
{
	pthread_mutex_lock(&inbox->lock);
	inbox->context = context;
	pthread_mutex_unlock(&inbox->lock);
}

struct web_inbox *web_inbox_ref(struct web_inbox *inbox)
{
	pthread_mutex_lock(&inbox->lock);
	inbox->references++;
	pthread_mutex_unlock(&inbox->lock);
	return inbox;
}

/* Unlocks. */
static void unref_locked(struct web_inbox *inbox)
{
	bool is_last = --inbox->references == 0;

	pthread_mutex_unlock(&inbox->lock);
	if (is_last) {
		pthread_mutex_destroy(&inbox->lock);
		free(inbox);
	}
}

void web_inbox_unref(struct web_inbox *inbox)
{
	pthread_mutex_lock(&inbox->lock);
	unref_locked(inbox);
}

static void wake_locked(struct web_inbox *inbox)
{
	if (inbox->context)
		lws_cancel_service(inbox->context);
}

void web_inbox_wake(struct web_inbox *inbox)
{
	pthread_mutex_lock(&inbox->lock);
	wake_locked(inbox);
	pthread_mutex_unlock(&inbox->lock);
}

void web_inbox_put(struct web_inbox *inbox, struct web_request *request)
{
	bool is_late;

	pthread_mutex_lock(&inbox->lock);
	is_late = inbox->is_closed;
	if (!is_late) {
		request->next = inbox->first;
		inbox->first = request;
	}
	wake_locked(inbox);
	unref_locked(inbox);
	if (is_late) {
		request->inbox = NULL;
		web_request_release(request);
	}
}

struct web_request *web_inbox_take(struct web_inbox *inbox)
{
	struct web_request *first;

	pthread_mutex_lock(&inbox->lock);
	first = inbox->first;
	inbox->first = NULL;
	pthread_mutex_unlock(&inbox->lock);
	for (struct web_request *request = first; request; request = request->next)
		request->inbox = NULL;
	return first;
}

void web_inbox_close(struct web_inbox *inbox)
{
	struct web_request *request, *next;

	if (!inbox)
		return;
	pthread_mutex_lock(&inbox->lock);
	inbox->is_closed = true;
	pthread_mutex_unlock(&inbox->lock);
	for (request = web_inbox_take(inbox); request; request = next) {
		next = request->next;
		web_request_release(request);
	}
	pthread_mutex_lock(&inbox->lock);
	unref_locked(inbox);
}
