/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/rdp/rdp_caps.h"

#include <stddef.h>

/* Newest first. They differ for us in nothing but their codecs. */
static const UINT32 versions[] = {
	RDPGFX_CAPVERSION_107, RDPGFX_CAPVERSION_106, RDPGFX_CAPVERSION_106_ERR,
	RDPGFX_CAPVERSION_105, RDPGFX_CAPVERSION_104, RDPGFX_CAPVERSION_103,
	RDPGFX_CAPVERSION_102, RDPGFX_CAPVERSION_101, RDPGFX_CAPVERSION_10,
	RDPGFX_CAPVERSION_81,  RDPGFX_CAPVERSION_8,
};

bool rdp_caps_have_video(const RDPGFX_CAPSET *caps)
{
	switch (caps->version) {
	case RDPGFX_CAPVERSION_8:
		return false;
	case RDPGFX_CAPVERSION_81:
		return caps->flags & RDPGFX_CAPS_FLAG_AVC420_ENABLED;
	case RDPGFX_CAPVERSION_101:
		/* It has no flags: FreeRDP's client offers it whether or not it has a decoder. */
		return false;
	default:
		return !(caps->flags & RDPGFX_CAPS_FLAG_AVC_DISABLED);
	}
}

static const RDPGFX_CAPSET *newest(const RDPGFX_CAPSET *sets, unsigned count, bool with_video)
{
	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++)
		for (unsigned i = 0; i < count; i++)
			if (sets[i].version == versions[v] &&
			    (!with_video || rdp_caps_have_video(&sets[i])))
				return &sets[i];
	return NULL;
}

const RDPGFX_CAPSET *rdp_caps_choose(const RDPGFX_CAPSET *sets, unsigned count, bool wants_video)
{
	const RDPGFX_CAPSET *with_video = wants_video ? newest(sets, count, true) : NULL;

	return with_video ? with_video : newest(sets, count, false);
}
