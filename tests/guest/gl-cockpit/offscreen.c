/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "offscreen.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "gl.h"

static int make_current(int width, int height)
{
	static const EGLint wanted[] = {
		EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RED_SIZE, 8, EGL_DEPTH_SIZE, 16, EGL_NONE};
	static const EGLint version[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};
	const EGLint size[] = {EGL_WIDTH, width, EGL_HEIGHT, height, EGL_NONE};
	EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA,
						   EGL_DEFAULT_DISPLAY, NULL);
	EGLConfig config;
	EGLint n_configs;

	if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_ES_API) ||
	    !eglChooseConfig(display, wanted, &config, 1, &n_configs) || n_configs < 1)
		return -ENODEV;

	EGLSurface surface = eglCreatePbufferSurface(display, config, size);
	EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, version);

	return eglMakeCurrent(display, surface, surface, context) ? 0 : -ENODEV;
}

static int write_ppm(const uint8_t *rgba, int width, int height, const char *path)
{
	FILE *file = fopen(path, "wb");

	if (!file)
		return -errno;
	fprintf(file, "P6\n%d %d\n255\n", width, height);
	/* GL's rows come from below. */
	for (int y = height - 1; y >= 0; y--)
		for (int x = 0; x < width; x++)
			fwrite(rgba + ((size_t)y * width + x) * 4, 3, 1, file);
	return fclose(file) ? -EIO : 0;
}

int offscreen_render(const struct scene_ops *ops, int width, int height, uint32_t frame,
		     const char *path)
{
	uint8_t *rgba = malloc((size_t)width * height * 4);
	struct scene *scene;
	struct world world;
	int result = make_current(width, height);

	if (!rgba)
		abort();
	if (result < 0) {
		free(rgba);
		return result;
	}
	world_init(&world, MOTION_FULL);
	for (uint32_t i = 1; i < frame; i++)
		world_tick(&world, 1 / 30.0f);
	scene = ops->create(&world);
	ops->resize(scene, width, height);
	ops->draw(scene, frame);
	glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	result = write_ppm(rgba, width, height, path);
	ops->destroy(scene);
	free(rgba);
	return result;
}
