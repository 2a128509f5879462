/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gl_probe.h"

#include <epoxy/egl.h>
#include <string.h>

/* As low as virglrenderer goes. */
#define GL_MAJOR 3
#define GL_MINOR 1

static bool has_platform(const char *extensions)
{
	return extensions && strstr(extensions, "EGL_EXT_platform_base") &&
	       strstr(extensions, "EGL_MESA_platform_surfaceless");
}

static bool has_context(EGLDisplay display)
{
	static const EGLint config_wanted[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
					       EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_NONE};
	static const EGLint context_wanted[] = {EGL_CONTEXT_MAJOR_VERSION, GL_MAJOR,
						EGL_CONTEXT_MINOR_VERSION, GL_MINOR, EGL_NONE};
	EGLConfig config;
	EGLContext context;
	EGLint count;

	if (!eglBindAPI(EGL_OPENGL_API) ||
	    !eglChooseConfig(display, config_wanted, &config, 1, &count) || count == 0)
		return false;
	context = eglCreateContext(display, config, EGL_NO_CONTEXT, context_wanted);
	if (context == EGL_NO_CONTEXT)
		return false;
	eglDestroyContext(display, context);
	return true;
}

const char *gl_probe(void)
{
	const char *missing = NULL;
	EGLDisplay display;

	if (!has_platform(eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS)))
		return "Mesa's EGL is missing (package libegl-mesa0)";
	display = eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY,
					   NULL);
	if (display == EGL_NO_DISPLAY || !eglInitialize(display, NULL, NULL))
		return "Mesa's drivers are missing (package libgl1-mesa-dri)";
	if (!has_context(display))
		missing = "there is no OpenGL 3.1";
	eglTerminate(display);
	return missing;
}
