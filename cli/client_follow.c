/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/client.h"
#include "cli/client_private.h"
#include "cli/command.h"
#include "common/xalloc.h"

/* Where nothing at all comes for so long, the gateway, or the way to it, is gone. */
#define SILENCE_MAX_S 30L

/* Of a refusal. */
#define REFUSAL_MAX 65536

#define POLL_MS 1000

/* One of the answers. */
struct following {
	const struct client_stream *stream;
	CURL *curl;
	char *refusal; /* what came with another status than 200 */
	size_t refusal_size;
	bool wants_no_more;
	char error[CURL_ERROR_SIZE];
};

static bool keep_refusal(struct following *following, const char *data, size_t size)
{
	if (size >= REFUSAL_MAX - following->refusal_size)
		return false;
	following->refusal = xrealloc(following->refusal, following->refusal_size + size + 1, 1);
	memcpy(following->refusal + following->refusal_size, data, size);
	following->refusal_size += size;
	following->refusal[following->refusal_size] = '\0';
	return true;
}

static size_t handle_data(char *data, size_t one, size_t size, void *user)
{
	struct following *following = user;
	const struct client_stream *stream = following->stream;
	long http_status = 0;

	curl_easy_getinfo(following->curl, CURLINFO_RESPONSE_CODE, &http_status);
	if (http_status != 200)
		return keep_refusal(following, data, size) ? size : 0;
	following->wants_no_more = !stream->on_data(stream->data, (uint8_t *)data, size);
	return following->wants_no_more ? 0 : size;
}

static void ask(struct client *client, CURLM *multi, struct following *following, const char *path)
{
	CLEANUP(freep) char *url = xasprintf("%s%s", client->base, path);

	curl_easy_setopt(following->curl, CURLOPT_URL, url);
	curl_multi_add_handle(multi, following->curl);
}

static bool set_up(struct client *client, CURLM *multi, struct following *following)
{
	CURL *curl = curl_easy_duphandle(client->curl);

	following->curl = curl;
	if (!curl)
		return false;
	curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SILENCE_MAX_S);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, following->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, handle_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, following);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, following);
	ask(client, multi, following, following->stream->path);
	return true;
}

/* An answer has ended, well or not. Returns whether the others go on. */
static bool handle_end(struct client *client, CURLM *multi, struct following *following,
		       CURLcode code, int *ret_status)
{
	const struct client_stream *stream = following->stream;
	const char *next;
	long http_status = 0;

	curl_easy_getinfo(following->curl, CURLINFO_RESPONSE_CODE, &http_status);
	curl_multi_remove_handle(multi, following->curl);
	if (following->wants_no_more)
		return false;
	if (code != CURLE_OK) {
		memcpy(client->error, following->error, sizeof(client->error));
		*ret_status = client_explain_failure(client, following->curl, code);
		return false;
	}
	if (http_status != 200) {
		*ret_status = client_explain_refusal(following->refusal, http_status);
		return false;
	}
	next = stream->on_end(stream->data);
	if (next)
		ask(client, multi, following, next);
	return true;
}

/* Takes the answers that have ended. Returns whether to go on. */
static bool take_ends(struct client *client, CURLM *multi, int *ret_status)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left))) {
		struct following *following;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &following);
		if (!handle_end(client, multi, following, message->data.result, ret_status))
			return false;
	}
	return true;
}

static int follow(struct client *client, CURLM *multi, int stop_fd)
{
	struct curl_waitfd stop = {.fd = stop_fd, .events = CURL_WAIT_POLLIN};
	int status = STATUS_DONE;
	int running = 1;

	while (stop.revents == 0) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return could_not("libcurl fails");
		if (!take_ends(client, multi, &status))
			break;
		if (running == 0) {
			/* An end may have asked for more. */
			curl_multi_perform(multi, &running);
			if (running == 0)
				break;
		}
		curl_multi_poll(multi, &stop, 1, POLL_MS, NULL);
	}
	return status;
}

int client_follow(struct client *client, const struct client_stream *streams, size_t count,
		  int stop_fd)
{
	struct following *followings = xcalloc(count, sizeof(*followings));
	CURLM *multi = curl_multi_init();
	bool is_set_up = multi;
	int status;

	for (size_t i = 0; is_set_up && i < count; i++) {
		followings[i].stream = &streams[i];
		is_set_up = set_up(client, multi, &followings[i]);
	}
	status = is_set_up ? follow(client, multi, stop_fd) : could_not("cannot set up libcurl");
	for (size_t i = 0; i < count; i++) {
		if (followings[i].curl)
			curl_multi_remove_handle(multi, followings[i].curl);
		curl_easy_cleanup(followings[i].curl);
		free(followings[i].refusal);
	}
	curl_multi_cleanup(multi);
	free(followings);
	return status;
}
