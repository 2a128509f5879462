/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_capabilities.h"

void vnc_capabilities_init(struct vnc_capabilities *can)
{
	*can = (struct vnc_capabilities){.preferred = VNC_ENCODING_RAW, .jpeg_quality = -1};
}

static void note_pixels(struct vnc_capabilities *can, int32_t encoding)
{
	if (!can->has_preferred)
		can->preferred = encoding;
	can->has_preferred = true;
	if (encoding == VNC_ENCODING_TIGHT)
		can->tight = true;
}

void vnc_capabilities_note(struct vnc_capabilities *can, int32_t encoding)
{
	switch (encoding) {
	/* Exact ones, whose state in the library is the client's own. */
	case VNC_ENCODING_RAW:
	case VNC_ENCODING_HEXTILE:
	case VNC_ENCODING_ZLIB:
	case VNC_ENCODING_TIGHT:
	case VNC_ENCODING_ZRLE:
		note_pixels(can, encoding);
		break;
	case VNC_ENCODING_H264:
		can->h264 = true;
		break;
	case VNC_ENCODING_CURSOR:
		can->cursor = true;
		break;
	case VNC_ENCODING_ALPHA_CURSOR:
		can->alpha_cursor = true;
		break;
	case VNC_ENCODING_DESKTOP_SIZE:
		can->desktop_size = true;
		break;
	case VNC_ENCODING_EXTENDED_DESKTOP_SIZE:
		can->extended_desktop_size = true;
		break;
	case VNC_ENCODING_LAST_RECT:
		can->last_rect = true;
		break;
	case VNC_ENCODING_QEMU_KEYS:
		can->qemu_keys = true;
		break;
	case VNC_ENCODING_EXTENDED_BUTTONS:
		can->extended_buttons = true;
		break;
	case VNC_ENCODING_FENCE:
		can->fence = true;
		break;
	case VNC_ENCODING_CONTINUOUS_UPDATES:
		can->continuous_updates = true;
		break;
	default:
		if (encoding >= VNC_ENCODING_QUALITY_0 && encoding <= VNC_ENCODING_QUALITY_9)
			can->jpeg_quality = encoding - VNC_ENCODING_QUALITY_0;
	}
}
