/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/web_stage.h"
#include "gateway/source/power.h"

#include <string.h>

#include "common/worker.h"
#include "gateway/input/seat.h"
#include "tests/support/temporary.h"

#define BUDGET (64u << 20)

/* -- The stage ----------------------------------------------------------------- */

void stage_show(struct stage *stage)
{
	struct pixels pixels = {stage->picture, WIDTH, HEIGHT, WIDTH * 4, PIXMAN_x8r8g8b8};

	EXPECT(head_show(heads_get(stage->services.heads, 0), &pixels, NULL, PICTURE_TIME_US) >= 0);
}

void stage_expect_input(struct stage *stage, const char *record)
{
	fake_port_expect(&stage->port, stage->loop, record);
}

static struct json_object *handle_status(void *data, bool with_secrets)
{
	struct json_object *status = json_object_new_object();

	json_object_object_add(status, "secrets", json_object_new_boolean(with_secrets));
	return status;
}

static char *handle_metrics(void *data)
{
	return xstrdup("windscreen_viewers 0\n");
}

static int handle_open_rfb(void *data, int fd, unsigned head, const char *peer)
{
	struct stage *stage = data;

	if (stage->rfb_result < 0) {
		close(fd);
		return stage->rfb_result;
	}
	EXPECT_INT(head, 0);
	__atomic_store_n(&stage->rfb, fd, __ATOMIC_SEQ_CST);
	return 0;
}

int stage_create_server(struct stage *stage, const struct web_options *options,
			struct web_server **ret_server)
{
	static const struct web_callbacks callbacks = {
		.status = handle_status,
		.metrics = handle_metrics,
		.open_rfb = handle_open_rfb,
	};

	return web_server_create(&stage->services, options, &callbacks, stage, ret_server);
}

static void write_pages(struct stage *stage)
{
	stage->web_root = xasprintf("%s/www", stage->directory);
	EXPECT_INT(mkdir(stage->web_root, 0700), 0);
	write_file(stage->web_root, "index.html", "<!DOCTYPE html>the page", 0644);
	write_file(stage->web_root, "login.html", "<!DOCTYPE html>the login", 0644);
	write_file(stage->web_root, "app.js", "export {};", 0644);
	write_file(stage->web_root, "secret.key", "secret", 0644);
	write_file(stage->web_root, ".hidden.js", "secret", 0644);
	write_file(stage->directory, "outside.js", "secret", 0644);
}

void stage_restart(struct stage *stage)
{
	struct web_options options = {.address = &stage->address,
				      .control_path = stage->control.path,
				      .web_root = stage->web_root};

	web_server_destroy(TAKE(stage->server));
	EXPECT_INT(listen_address_parse("127.0.0.1:0", &stage->address), 0);
	EXPECT_INT(stage_create_server(stage, &options, &stage->server), 0);
	stage->address = *web_server_address(stage->server);
}

void stage_open(struct stage *stage, enum access_mode mode)
{
	struct services *services = &stage->services;

	*stage = (struct stage){.rfb = -1, .directory = temporary_create()};
	EXPECT_INT(loop_create(&stage->loop), 0);
	services->loop = stage->loop;
	services->power = power_create();
	services->heads = heads_create(stage->loop, BUDGET, stage->policies);
	services->seat = seat_create(stage->loop, services->heads);
	EXPECT_INT(workers_create(stage->loop, 1, 4, &services->workers), 0);
	EXPECT_INT(access_create(mode, stage->directory, &services->access), 0);
	fake_port_attach(&stage->port, services->seat);
	for (uint32_t i = 0; i < WIDTH * HEIGHT; i++)
		stage->picture[i] = i * 2654435761U;
	stage_show(stage);
	write_pages(stage);

	stage->control.is_unix = true;
	snprintf(stage->control.path, sizeof(stage->control.path), "%s/sock", stage->directory);
	stage_restart(stage);
}

void stage_close(struct stage *stage)
{
	struct services *services = &stage->services;

	web_server_destroy(stage->server);
	workers_destroy(services->workers);
	seat_detach(services->seat);
	seat_destroy(services->seat);
	heads_destroy(services->heads);
	access_destroy(services->access);
	power_destroy(services->power);
	loop_destroy(stage->loop);
	close_fd(stage->rfb);
	temporary_destroy(stage->web_root);
	temporary_destroy(stage->directory);
}

/* -- Clients --------------------------------------------------------------------- */

struct web_client *stage_browser(struct stage *stage)
{
	return web_client_connect(stage->loop, &stage->address);
}

struct web_client *stage_program(struct stage *stage)
{
	return web_client_connect(stage->loop, &stage->control);
}

unsigned stage_upgrade(struct stage *stage, const char *path, const char *headers)
{
	CLIENT client = stage_browser(stage);

	return web_client_upgrade(client, path, headers);
}

unsigned status_of(struct web_response response)
{
	RESPONSE finished = response;

	return finished.status;
}

struct web_response ask(struct web_client *client, const char *method, const char *path,
			const char *headers, const char *body)
{
	web_client_say(client,
		       "%s %s HTTP/1.1\r\nHost: localhost:8080\r\n%sContent-Length: %zu\r\n\r\n%s",
		       method, path, headers, strlen(body), body);
	return web_client_response(client);
}

struct web_response get(struct web_client *client, const char *path, const char *headers)
{
	web_client_say(client, "GET %s HTTP/1.1\r\nHost: localhost:8080\r\n%s\r\n", path, headers);
	return web_client_response(client);
}

struct web_response post(struct web_client *client, const char *path, const char *body)
{
	return ask(client, "POST", path, "", body);
}

void expect_refusal(struct web_response response, unsigned status, const char *words)
{
	RESPONSE refusal = response;
	struct json_object *json = json_tokener_parse(refusal.body ?: "");
	struct json_object *error = NULL;

	EXPECT_INT(refusal.status, status);
	EXPECT(json_object_object_get_ex(json, "error", &error));
	if (!strstr(json_object_get_string(error), words))
		test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"",
			  json_object_get_string(error), words);
	json_object_put(json);
}

void stage_expect_served(struct stage *stage)
{
	CLIENT client = stage_program(stage);

	EXPECT_INT(status_of(get(client, "/api/v1/status", "")), 200);
}
