/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Everything there is, but for the files: docs/api.md in a table.
 */

#include "gateway/web/api.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_login.h"
#include "gateway/web/web_route.h"
#include "gateway/web/web_static.h"

const struct web_route web_routes[] = {
	{WEB_GET, "/", true, web_page_get, NULL},
	{WEB_GET, "/login", true, web_login_get, NULL},
	{WEB_POST, "/login", true, web_login_post, NULL},
	{WEB_POST, "/logout", false, web_logout_post, NULL},
	{WEB_GET, "/api/v1/status", false, api_status_get, NULL},
	{WEB_GET, "/metrics", false, api_metrics_get, NULL},
	{WEB_GET, "/api/v1/heads/N/screenshot.png", false, api_screenshot_get, NULL},
	{WEB_POST, "/api/v1/input/key", false, api_input_key, NULL},
	{WEB_POST, "/api/v1/input/type", false, api_input_type, NULL},
	{WEB_POST, "/api/v1/input/pointer", false, api_input_pointer, NULL},
	{WEB_POST, "/api/v1/input/touch", false, api_input_touch, NULL},
	{WEB_WEBSOCKET, "/api/v1/heads/N/rfb", false, NULL, &web_rfb_channel},
	{WEB_WEBSOCKET, "/api/v1/touch", false, NULL, &web_touch_channel},
	{WEB_WEBSOCKET, "/api/v1/events", false, NULL, &web_events_channel},
};

const size_t web_routes_count = sizeof(web_routes) / sizeof(web_routes[0]);
