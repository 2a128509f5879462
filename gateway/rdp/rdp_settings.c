/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_settings.h"

#include <errno.h>

#include "gateway/rdp/rdp_picture.h"

#define COLOUR_DEPTH 32

static const struct {
	FreeRDP_Settings_Keys_Bool key;
	BOOL value;
} switches[] = {
	{FreeRDP_SupportGraphicsPipeline, TRUE},
	{FreeRDP_SupportDisplayControl, TRUE},
	{FreeRDP_SupportMonitorLayoutPdu, TRUE},
	{FreeRDP_SupportErrorInfoPdu, TRUE},
	{FreeRDP_FastPathOutput, TRUE},
	{FreeRDP_RefreshRect, TRUE},
	{FreeRDP_SuppressOutput, TRUE},
	{FreeRDP_UnicodeInput, TRUE},
	{FreeRDP_HasHorizontalWheel, TRUE},
	{FreeRDP_HasExtendedMouseEvent, TRUE},
	{FreeRDP_HasRelativeMouseEvent, TRUE},
	/* Codecs that lose pixels: not for us. */
	{FreeRDP_RemoteFxCodec, FALSE},
	{FreeRDP_NSCodec, FALSE},
	{FreeRDP_SurfaceFrameMarkerEnabled, FALSE},
};

static const struct {
	FreeRDP_Settings_Keys_UInt32 key;
	UINT32 value;
} numbers[] = {
	{FreeRDP_ColorDepth, COLOUR_DEPTH},
	{FreeRDP_PointerCacheSize, 100},
	{FreeRDP_LargePointerFlag, LARGE_POINTER_FLAG_96x96 | LARGE_POINTER_FLAG_384x384},
	{FreeRDP_MultifragMaxRequestSize, 0xffffff},
	{FreeRDP_VCChunkSize, 16256},
};

int rdp_settings_prepare(rdpSettings *settings)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (!freerdp_settings_set_bool(settings, switches[i].key, switches[i].value))
			return -EIO;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!freerdp_settings_set_uint32(settings, numbers[i].key, numbers[i].value))
			return -EIO;
	return 0;
}

void rdp_settings_read_monitors(const rdpSettings *settings, struct rdp_picture *picture)
{
	uint32_t count = freerdp_settings_get_uint32(settings, FreeRDP_MonitorCount);
	int32_t lefts[HEADS_MAX];
	uint32_t known = 0;

	for (; known < count && known < HEADS_MAX; known++) {
		const rdpMonitor *monitor = freerdp_settings_get_pointer_array(
			settings, FreeRDP_MonitorDefArray, known);

		if (!monitor)
			break;
		lefts[known] = monitor->x;
	}
	rdp_picture_set_monitors(picture, lefts, known);
}

int rdp_settings_offer(rdpSettings *settings, const struct rdp_layout *layout)
{
	/* Newer clients of Microsoft's put more than the type there, and FreeRDP knows no such
	 * keyboard (its issue 13460). */
	uint32_t keyboard = freerdp_settings_get_uint32(settings, FreeRDP_KeyboardType) & 0xff;
	BOOL is_set =
		freerdp_settings_set_uint32(settings, FreeRDP_KeyboardType, keyboard) &&
		freerdp_settings_set_uint32(settings, FreeRDP_ColorDepth, COLOUR_DEPTH) &&
		freerdp_settings_set_uint32(settings, FreeRDP_DesktopWidth, layout->size.width) &&
		freerdp_settings_set_uint32(settings, FreeRDP_DesktopHeight, layout->size.height) &&
		freerdp_settings_set_uint32(settings, FreeRDP_MonitorCount, layout->count);

	for (unsigned i = 0; i < layout->count && is_set; i++) {
		const struct rdp_place *place = &layout->places[i];
		rdpMonitor monitor = {
			.x = (INT32)place->x,
			.y = (INT32)place->y,
			.width = (INT32)place->size.width,
			.height = (INT32)place->size.height,
			.is_primary = i == 0,
			.orig_screen = i,
		};

		is_set = freerdp_settings_set_pointer_array(settings, FreeRDP_MonitorDefArray, i,
							    &monitor);
	}
	return is_set ? 0 : -EIO;
}
