/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/client_private.h"
#include "cli/command.h"
#include "common/xalloc.h"

#define CONNECT_TIMEOUT_S 10L
#define ANSWER_TIMEOUT_S  60L

/* The longest answer that is taken: a screenshot of the largest head. */
#define BODY_MAX ((size_t)1 << 30)

#define PASSWORD_MAX 256

struct body {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

static size_t handle_data(char *data, size_t one, size_t size, void *user)
{
	struct body *body = user;

	if (size >= BODY_MAX - body->size)
		return 0;
	if (body->size + size + 1 > body->capacity) {
		size_t capacity = (body->size + size + 1) * 2;
		uint8_t *larger = realloc(body->data, capacity);

		if (!larger)
			return 0;
		body->data = larger;
		body->capacity = capacity;
	}
	memcpy(body->data + body->size, data, size);
	body->size += size;
	body->data[body->size] = '\0';
	return size;
}

int client_explain_failure(const struct client *client, CURL *curl, CURLcode code)
{
	long os_error = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
	if (code == CURLE_COULDNT_CONNECT && client->is_unix && os_error)
		return could_not("no gateway answers at %s: %s", client->name,
				 strerror((int)os_error));
	return could_not("no answer from the gateway at %s: %s", client->name,
			 client->error[0] ? client->error : curl_easy_strerror(code));
}

int client_explain_refusal(const char *body, long http_status)
{
	CLEANUP(json_object_putp)
	struct json_object *object = body ? json_tokener_parse(body) : NULL;
	struct json_object *error;

	if (!object || !json_object_object_get_ex(object, "error", &error))
		return could_not("the gateway answered with HTTP status %ld", http_status);
	if (http_status == 400)
		return usage_error("%s", json_object_get_string(error));
	return could_not("%s", json_object_get_string(error));
}

static int perform(struct client *client, const char *path, struct reply *ret_reply)
{
	CLEANUP(freep) char *url = xasprintf("%s%s", client->base, path);
	struct body body = {0};
	long http_status = 0;
	CURLcode code;
	int status;

	client->error[0] = '\0';
	curl_easy_setopt(client->curl, CURLOPT_URL, url);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &body);
	code = curl_easy_perform(client->curl);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &http_status);

	if (code != CURLE_OK) {
		status = client_explain_failure(client, client->curl, code);
	} else if (http_status < 200 || http_status > 299) {
		status = client_explain_refusal((char *)body.data, http_status);
	} else {
		*ret_reply = (struct reply){.data = TAKE(body.data), .size = body.size};
		status = STATUS_DONE;
	}
	free(body.data);
	return status;
}

int client_get(struct client *client, const char *path, struct reply *ret_reply)
{
	curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	return perform(client, path, ret_reply);
}

static int json_from_reply(const struct client *client, const struct reply *reply,
			   struct json_object **ret_object)
{
	struct json_object *object = reply->data ? json_tokener_parse((char *)reply->data) : NULL;

	if (!json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return could_not("what answers at %s is no gateway", client->name);
	}
	*ret_object = object;
	return STATUS_DONE;
}

int client_get_json(struct client *client, const char *path, struct json_object **ret_object)
{
	struct reply reply = {0};
	int status = client_get(client, path, &reply);

	if (status == STATUS_DONE)
		status = json_from_reply(client, &reply, ret_object);
	free(reply.data);
	return status;
}

static int post(struct client *client, const char *path, struct json_object *body,
		struct reply *ret_reply)
{
	curl_easy_setopt(client->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(client->curl, CURLOPT_COPYPOSTFIELDS, json_object_to_json_string(body));
	return perform(client, path, ret_reply);
}

int client_post(struct client *client, const char *path, struct json_object *body)
{
	struct reply reply = {0};
	int status = post(client, path, body, &reply);

	free(reply.data);
	return status;
}

int client_post_json(struct client *client, const char *path, struct json_object *body,
		     unsigned timeout_s, struct json_object **ret_object)
{
	struct reply reply = {0};
	int status;

	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, (long)timeout_s);
	status = post(client, path, body, &reply);
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, ANSWER_TIMEOUT_S);
	if (status == STATUS_DONE)
		status = json_from_reply(client, &reply, ret_object);
	free(reply.data);
	return status;
}

static void add_header(struct client *client, const char *header)
{
	client->headers = curl_slist_append(client->headers, header);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
}

static void add_token(struct client *client, const char *token)
{
	CLEANUP(freep) char *header = xasprintf("Authorization: Bearer %s", token);

	add_header(client, header);
}

/* The first line of a file. The caller frees. NULL with errno 0: there is none. */
static char *read_password(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[PASSWORD_MAX];
	char *password = NULL;

	if (!file)
		return NULL;
	errno = 0;
	if (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		password = xstrdup(line);
	}
	fclose(file);
	return password;
}

static int log_in(struct client *client, const char *password_file)
{
	CLEANUP(json_object_putp) struct json_object *request = json_object_new_object();
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	CLEANUP(freep) char *password = read_password(password_file);
	struct json_object *token;
	struct reply reply = {0};
	int status;

	if (!password)
		return could_not("cannot read a password from %s: %s", password_file,
				 errno ? strerror(errno) : "it is empty");
	json_object_object_add(request, "user", json_object_new_string("dev"));
	json_object_object_add(request, "password", json_object_new_string(password));

	status = post(client, "/login", request, &reply);
	if (status == STATUS_DONE)
		status = json_from_reply(client, &reply, &answer);
	free(reply.data);
	if (status != STATUS_DONE)
		return status;
	if (!json_object_object_get_ex(answer, "token", &token))
		return could_not("the gateway at %s gave no token", client->name);
	add_token(client, json_object_get_string(token));
	return STATUS_DONE;
}

static int find_control(char **ret_path)
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");
	CLEANUP(freep)
	char *user_dir = runtime_dir && *runtime_dir
				 ? xstrdup(runtime_dir)
				 : xasprintf("/run/user/%u", (unsigned)getuid());
	CLEANUP(freep) char *found = NULL;

	switch (target_find_control(user_dir, "/run", &found)) {
	case FIND_NONE:
		return could_not("no gateway's control socket is in %s: say where with --control "
				 "or --url",
				 found);
	case FIND_SEVERAL:
		return could_not("there are several gateways: say which with --control: %s", found);
	case FIND_ONE:
		break;
	}
	*ret_path = TAKE(found);
	return STATUS_DONE;
}

static void use_control(struct client *client, char *path)
{
	client->is_unix = true;
	client->name = path;
	client->base = xstrdup("http://localhost");
	curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, path);
	curl_easy_setopt(client->curl, CURLOPT_PROXY, "");
}

static void use_url(struct client *client, const struct target *target)
{
	size_t length = strlen(target->url);

	while (length > 0 && target->url[length - 1] == '/')
		length--;
	client->name = xstrdup(target->url);
	client->base = xasprintf("%.*s", (int)length, target->url);
	curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
	if (target->ca_file)
		curl_easy_setopt(client->curl, CURLOPT_CAINFO, target->ca_file);
}

int client_open(const struct target *target, struct client **ret_client)
{
	CLEANUP(client_closep) struct client *client = xcalloc(1, sizeof(*client));
	int status;

	if (target->only_checks)
		return STATUS_CHECKED;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	client->curl = curl_easy_init();
	if (!client->curl)
		return could_not("cannot set up libcurl");

	if (target->url) {
		use_url(client, target);
	} else {
		char *path = xstrdup(target->control);

		status = path ? STATUS_DONE : find_control(&path);
		if (status != STATUS_DONE)
			return status;
		use_control(client, path);
	}

	curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, client->error);
	curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, ANSWER_TIMEOUT_S);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, handle_data);
	add_header(client, "Content-Type: application/json");
	/* Else it waits a second before it sends what is long. */
	add_header(client, "Expect:");

	if (target->token) {
		add_token(client, target->token);
	} else if (target->password_file) {
		status = log_in(client, target->password_file);
		if (status != STATUS_DONE)
			return status;
	}
	*ret_client = TAKE(client);
	return STATUS_DONE;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	curl_slist_free_all(client->headers);
	free(client->name);
	free(client->base);
	free(client);
}
