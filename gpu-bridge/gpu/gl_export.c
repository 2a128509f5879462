/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gl_export.h"

#include <epoxy/egl.h>

static bool export_image(EGLDisplay display, EGLImageKHR image, struct display_dmabuf *ret_dmabuf)
{
	EGLuint64KHR modifier;
	EGLint stride, offset;
	int fourcc, planes, fd;

	if (!eglExportDMABUFImageQueryMESA(display, image, &fourcc, &planes, &modifier) ||
	    planes != 1 || !eglExportDMABUFImageMESA(display, image, &fd, &stride, &offset) ||
	    fd < 0)
		return false;
	*ret_dmabuf = (struct display_dmabuf){
		.fd = fd,
		.offset = (uint32_t)offset,
		.stride_bytes = (uint32_t)stride,
		.fourcc = (uint32_t)fourcc,
		.modifier = modifier,
	};
	return true;
}

bool gl_export_dmabuf(unsigned texture, struct display_dmabuf *ret_dmabuf)
{
	EGLDisplay display = eglGetCurrentDisplay();
	EGLImageKHR image;
	bool is_exported;

	if (!display || !epoxy_has_egl_extension(display, "EGL_MESA_image_dma_buf_export") ||
	    !epoxy_has_egl_extension(display, "EGL_KHR_gl_texture_2D_image"))
		return false;
	image = eglCreateImageKHR(display, eglGetCurrentContext(), EGL_GL_TEXTURE_2D_KHR,
				  (EGLClientBuffer)(uintptr_t)texture, NULL);
	if (image == EGL_NO_IMAGE_KHR)
		return false;
	is_exported = export_image(display, image, ret_dmabuf);
	/* The buffer stays. */
	eglDestroyImageKHR(display, image);
	return is_exported;
}
