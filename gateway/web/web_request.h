/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Request
 *
 * One HTTP request, from its headers to the last byte of its answer.
 *
 * A route's handler is called when the whole body is there. It gives the
 * answer at once (one of the web_answer functions), or defers it:
 *
 *   web_request_defer()   gives the request to another thread, which gives the
 *                         answer and then calls web_request_deliver(). The
 *                         client may be gone by then; the request is not.
 *   web_request_wait()    keeps it on this thread until web_request_answered(),
 *                         unless the client goes away first.
 *
 * Threads: the server's, but for the web_answer functions and
 * web_request_deliver() on the thread that the request was given to.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/web/web_route.h"

struct web_connection;
struct web_inbox;
struct web_server;

/* A longer body is refused: of most requests, and of those that may have a picture in it. */
#define WEB_BODY_MAX	  65536
#define WEB_REFERENCE_MAX (64u << 20)

/* Longer paths and such headers are cut or refused. */
#define WEB_PATH_MAX   512
#define WEB_HEADER_MAX 256

/* A body that goes on: what comes is sent as it comes, in chunks. Embedded in a larger struct. */
struct web_stream {
	/* Takes up to `max` bytes. Returns how many; 0: none for now. */
	size_t (*read)(struct web_stream *stream, uint8_t *buffer, size_t max);

	/* Whether read() has something; or the end is there. web_inbox_wake() has it asked. */
	bool (*has_bytes)(struct web_stream *stream);

	/* All was read, and nothing more comes. */
	bool (*is_over)(struct web_stream *stream);

	/* The client has it all, or is gone. Any thread. */
	void (*close)(struct web_stream *stream);
};

struct web_answer {
	unsigned status; /* 0: not given yet */
	const char *content_type;
	char *headers; /* further ones, each with its CRLF; or NULL */
	uint8_t *body;
	size_t size;
	struct web_stream *stream; /* in place of a body; or NULL */
};

struct web_request {
	struct web_server *server;
	struct web_connection *connection; /* NULL: the client is gone */
	struct web_inbox *inbox;	   /* while another thread has it */
	struct web_request *next;	   /* in the inbox */

	const struct web_route *route; /* NULL: a file */
	char path[WEB_PATH_MAX];
	unsigned head;	  /* the N in the path */
	uint64_t session; /* 0: none was needed */
	bool is_control;
	bool is_head; /* HEAD: the answer's body stays here */
	bool wants_cursor;
	uint64_t since;	  /* 0 where it is not said; UINT64_MAX: the end */
	unsigned wait_ms; /* 0 where it is not said */
	char host[WEB_HEADER_MAX];
	char content_type[WEB_HEADER_MAX];
	char if_none_match[WEB_HEADER_MAX];

	/* Of one that another thread has: the client is gone. Whoever has it need not go on, but
	 * delivers it. NULL: it does not matter. */
	void (*on_gone)(struct web_request *request);

	char *body; /* NUL after it */
	size_t body_size;
	size_t body_expected;
	bool was_handled;

	/* Of a request that waits: frees `work`. */
	void (*cancel)(struct web_request *request);
	void *work;

	struct web_answer answer;
	bool closes; /* the connection, after the answer */
	bool headers_sent;
	size_t body_sent;
	bool is_idle;  /* of a stream: all is sent that there is for now */
	bool is_ended; /* of a stream: the last chunk is sent */
};

struct web_request *web_request_create(struct web_connection *connection);

/** The client is gone, or has its answer. Frees the request, once nobody else has it. */
void web_request_release(struct web_request *request);

/**
 * Gives the request to another thread. Returns false, and has answered, when
 * too many requests are with others already.
 */
bool web_request_defer(struct web_request *request);

/** Hands it back with its answer. Any thread. */
void web_request_deliver(struct web_request *request);

/** Keeps it on this thread. `cancel` frees `work` when the client goes away. */
void web_request_wait(struct web_request *request, void (*cancel)(struct web_request *request),
		      void *work);

/** What waited has its answer; `work` is the caller's again. */
void web_request_answered(struct web_request *request);

/** Has the answer written: for who calls handlers. */
void web_request_write(struct web_request *request);

/** The body as a JSON object, which the caller owns; or NULL, having answered 400. */
struct json_object *web_request_json(struct web_request *request);

/* -- Answers --------------------------------------------------------------- */

/** Takes over `json`. */
void web_answer_json(struct web_request *request, unsigned status, struct json_object *json);

/** {"error": "..."} */
void web_answer_error(struct web_request *request, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** An answer without a body. */
void web_answer_status(struct web_request *request, unsigned status);

/** Takes over `bytes`. `content_type` is a literal. */
void web_answer_bytes(struct web_request *request, const char *content_type, uint8_t *bytes,
		      size_t size);

/** Takes over `stream`. `content_type` is a literal. */
void web_answer_stream(struct web_request *request, const char *content_type,
		       struct web_stream *stream);

/** Adds a header, without its line end, to the answer given before. */
void web_answer_header(struct web_request *request, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
