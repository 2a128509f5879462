/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "common/log.h"
#include "common/worker.h"
#include "common/xalloc.h"
#include "gateway/capture/png.h"
#include "gateway/frame/cursor.h"
#include "gateway/frame/frame.h"
#include "gateway/frame/heads.h"
#include "gateway/web/api.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_request.h"

struct screenshot {
	struct job job;
	struct web_request *request;

	/* in: fixed before the job is submitted */
	struct frame *frame; /* one reference */
	struct cursor cursor;
	bool has_cursor;

	/* out */
	uint8_t *png;
	size_t size;
	int result;
};

static void free_screenshot(struct screenshot *screenshot)
{
	frame_unref(screenshot->frame);
	cursor_image_unref(screenshot->cursor.image);
	free(screenshot->png);
	free(screenshot);
}

/* Worker thread. */
static void run(struct job *job)
{
	struct screenshot *screenshot = (struct screenshot *)job;

	screenshot->result = png_from_frame(screenshot->frame,
					    screenshot->has_cursor ? &screenshot->cursor : NULL,
					    &screenshot->png, &screenshot->size);
}

/* Loop thread. */
static void done(struct job *job)
{
	struct screenshot *screenshot = (struct screenshot *)job;
	struct web_request *request = screenshot->request;

	if (screenshot->result < 0) {
		web_answer_error(request, 500, "the picture could not be compressed: %s",
				 strerror(-screenshot->result));
	} else {
		web_answer_bytes(request, "image/png", TAKE(screenshot->png), screenshot->size);
		web_answer_header(request, "Cache-Control: no-store");
		web_answer_header(request, "X-Windscreen-Frame: %" PRIu64,
				  screenshot->frame->number);
		web_answer_header(request, "X-Windscreen-Time-Us: %" PRIu64,
				  screenshot->frame->time_us);
	}
	free_screenshot(screenshot);
	web_request_deliver(request);
}

static void refuse_notice(struct web_request *request, struct head *head)
{
	char notice[NOTICE_MAX];

	/* The notice may have gone since the frame was fetched. */
	if (!head_notice(head, notice))
		strcpy(notice, "there was no picture of the guest a moment ago");
	web_answer_error(request, 503, "%s", notice);
}

void api_screenshot_get(struct web_request *request)
{
	struct head *head = heads_get(request->server->services.heads, request->head);
	struct frame *frame = head_fetch(head, 0, NULL);
	struct screenshot *screenshot;

	if (frame->is_notice) {
		frame_unref(frame);
		refuse_notice(request, head);
		return;
	}
	if (!web_request_defer(request)) {
		frame_unref(frame);
		return;
	}

	screenshot = xcalloc(1, sizeof(*screenshot));
	screenshot->job.run = run;
	screenshot->job.done = done;
	screenshot->request = request;
	screenshot->frame = frame;
	screenshot->has_cursor = request->wants_cursor;
	screenshot->cursor = head_cursor(head);
	if (workers_submit(request->server->services.workers, &screenshot->job) < 0) {
		free_screenshot(screenshot);
		web_answer_error(request, 429, "too many pictures are being compressed");
		web_request_deliver(request);
	}
}
