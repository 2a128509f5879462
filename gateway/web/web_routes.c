/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Everything there is, but for the files: docs/api.md in a table.
 */

#include "gateway/web/api.h"
#include "gateway/web/web_channel.h"
#include "gateway/web/web_login.h"
#include "gateway/web/web_request.h"
#include "gateway/web/web_route.h"
#include "gateway/web/web_static.h"

#define PAGE(method, path, handle) \
	{ \
		method, path, true, handle, NULL, 0 \
	}
#define GET(path, handle) \
	{ \
		WEB_GET, path, false, handle, NULL, 0 \
	}
#define POST(path, handle) \
	{ \
		WEB_POST, path, false, handle, NULL, 0 \
	}
#define POST_PICTURE(path, handle) \
	{ \
		WEB_POST, path, false, handle, NULL, WEB_REFERENCE_MAX \
	}
#define WEBSOCKET(path, channel) \
	{ \
		WEB_WEBSOCKET, path, false, NULL, channel, 0 \
	}

const struct web_route web_routes[] = {
	PAGE(WEB_GET, "/", web_page_get),
	PAGE(WEB_GET, "/login", web_login_get),
	PAGE(WEB_POST, "/login", web_login_post),
	POST("/logout", web_logout_post),
	GET("/api/v1/status", api_status_get),
	GET("/metrics", api_metrics_get),
	GET("/api/v1/heads/N/screenshot.png", api_screenshot_get),
	GET("/api/v1/heads/N/video", api_video_get),
	POST_PICTURE("/api/v1/heads/N/wait", api_wait_post),
	GET("/api/v1/power", api_power_get),
	POST("/api/v1/power", api_power_post),
	GET("/api/v1/serial", api_serial_get),
	POST("/api/v1/serial", api_serial_post),
	GET("/api/v1/input", api_input_log_get),
	POST("/api/v1/input/key", api_input_key),
	POST("/api/v1/input/type", api_input_type),
	POST("/api/v1/input/pointer", api_input_pointer),
	POST("/api/v1/input/touch", api_input_touch),
	WEBSOCKET("/api/v1/heads/N/rfb", &web_rfb_channel),
	WEBSOCKET("/api/v1/touch", &web_touch_channel),
	WEBSOCKET("/api/v1/events", &web_events_channel),
};

const size_t web_routes_count = sizeof(web_routes) / sizeof(web_routes[0]);
