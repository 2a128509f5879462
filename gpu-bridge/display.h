/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Display
 *
 * What the guest shows on its outputs: between the device, which writes it, and
 * the watchers, which show it to somebody (the org.qemu.Display1 server, the
 * panel of QEMU's own). Neither knows the other.
 *
 * The display remembers for each output its mode, its surface and its cursor: a
 * watcher that comes late is told them at once, and then each change in the
 * order in which the guest made it. The outputs' number does not change.
 *
 * The way back is the request for a mode: the device alone sets modes, and
 * watchers see from on_mode what became of theirs.
 *
 * Threads: the loop's. Watchers are called from inside the device's commands,
 * while the guest waits: they note, send without blocking, and return.
 */

#include <pixman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cleanup.h"

struct display;

/* As many as virtio-gpu has. */
#define DISPLAY_OUTPUTS_MAX 16

/* The mode in which the guest is asked to show an output. */
struct display_mode {
	uint32_t x; /* where the output lies among the others */
	uint32_t y;
	uint32_t width; /* 0x0: nothing is plugged in */
	uint32_t height;
	uint16_t width_mm; /* 0: not known */
	uint16_t height_mm;
};

/* The same picture in a GPU's memory, as a dma-buf of one plane. */
struct display_dmabuf {
	int fd;
	uint32_t width; /* of the whole buffer */
	uint32_t height;
	uint32_t x; /* where the picture lies in it */
	uint32_t y;
	uint32_t offset; /* of the buffer in the file, in bytes */
	uint32_t stride_bytes;
	uint32_t fourcc; /* DRM's */
	uint64_t modifier;
	bool y_0_top; /* as virtio-gpu says it of its resource */
};

/*
 * A picture in shared memory. The file is a memfd that cannot shrink, and that
 * others can map for reading only (mmap(2) with PROT_READ and MAP_SHARED). The
 * guest goes on drawing in it: what is in flux is announced by on_update. While
 * no watcher needs an output's pixels, they are not brought up to date.
 *
 * The display owns the descriptor and the mapping. Both stay valid until the
 * output's next on_surface or on_disable has returned to the display.
 */
struct display_surface {
	int fd;
	uint32_t offset; /* of the first pixel in the file, in bytes: a multiple of 4 */
	uint32_t width;	 /* never 0, nor is height */
	uint32_t height;
	uint32_t stride_bytes;	     /* a multiple of 4 */
	pixman_format_code_t format; /* of 32 bits a pixel, in this machine's byte order */
	const void *pixels;	     /* the first pixel, mapped here */

	/* NULL: there is none. Lasts as long as the surface. */
	const struct display_dmabuf *dmabuf;
};

/* Pixels of an output; inside its surface, and never empty. */
struct display_rect {
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

/* virtio-gpu knows this size only. */
#define DISPLAY_CURSOR_SIDE 64

/* The pointer's picture: ARGB, premultiplied, in this machine's byte order, rows without gaps. */
struct display_cursor {
	uint32_t hot_x; /* inside the picture */
	uint32_t hot_y;
	uint32_t pixels[DISPLAY_CURSOR_SIDE * DISPLAY_CURSOR_SIDE];
};

/* Where the pointer's picture is: its upper left corner, as virtio-gpu and org.qemu.Display1 both
 * have it, in pixels of the output. It may lie outside. */
struct display_pointer {
	int32_t x;
	int32_t y;
	bool is_visible;
};

/* What a watcher is told; all members are there. The structs are lent until the call returns.
 * None may watch, unwatch or request a mode. */
struct display_watcher_ops {
	/* The output has this mode now. The guest may take its time to follow, or never do. */
	void (*on_mode)(void *data, unsigned output, const struct display_mode *mode);

	/* The output shows another surface, of which everything is new: no on_update comes for
	 * that. A page flip is this. */
	void (*on_surface)(void *data, unsigned output, const struct display_surface *surface);

	/* A part of the present surface changed. */
	void (*on_update)(void *data, unsigned output, const struct display_rect *rect);

	/* The guest switched the output off. Only after an on_surface. */
	void (*on_disable)(void *data, unsigned output);

	/* Another picture for the pointer. */
	void (*on_cursor)(void *data, unsigned output, const struct display_cursor *cursor);

	void (*on_pointer)(void *data, unsigned output, const struct display_pointer *pointer);
};

/** Every output starts without a mode, off, without a pointer. */
struct display *display_create(unsigned outputs);

/** Nobody may watch any more. Accepts NULL. */
void display_destroy(struct display *display);

unsigned display_outputs(const struct display *display);

/* -- For watchers ------------------------------------------------------------ */

struct display_watcher;

/**
 * Watches all outputs from now on; `ops` and `data` outlive the watcher. What
 * there is now is told before this returns: each output's mode, then its
 * surface, cursor and pointer where it has them.
 */
struct display_watcher *display_watch(struct display *display,
				      const struct display_watcher_ops *ops, void *data);

/** Accepts NULL. */
void display_unwatch(struct display_watcher *watcher);

/** Whether the watcher looks at an output's pixels: every watcher does, until it says otherwise.
 * From when this returns on, they are what the guest shows. */
void display_set_need(struct display_watcher *watcher, unsigned output, bool needs_pixels);

/** The mode that the guest is asked for. */
struct display_mode display_mode(const struct display *display, unsigned output);

/** What an output shows; NULL while it is off. Valid until the output's next event. */
const struct display_surface *display_surface(const struct display *display, unsigned output);

/** The pointer's picture; NULL before the guest defined one. Valid until the output's next event.
 */
const struct display_cursor *display_cursor(const struct display *display, unsigned output);

struct display_pointer display_pointer(const struct display *display, unsigned output);

/**
 * Asks for another mode on behalf of a viewer.
 *
 * Returns 0; -EINVAL when there is no such output, or when the device cannot make
 * such a mode; -EOPNOTSUPP when nobody can ask the guest.
 */
int display_request_mode(struct display *display, unsigned output, const struct display_mode *mode);

/* -- For the device ---------------------------------------------------------- */

/** Who decides on requests: returns as display_request_mode(). NULL: nobody. */
void display_on_request(struct display *display,
			int (*on_request)(void *data, unsigned output,
					  const struct display_mode *mode),
			void *data);

/** Whether a watcher looks at an output's pixels. */
bool display_is_needed(const struct display *display, unsigned output);

/** Who brings the pixels of an output's present surface up to date, once they are needed. NULL:
 * they always are. */
void display_on_need(struct display *display, void (*on_need)(void *data, unsigned output),
		     void *data);

void display_set_mode(struct display *display, unsigned output, const struct display_mode *mode);

/**
 * Shows a surface. Its memory must last until the output's next display_show() or
 * display_disable() returns; the struct is copied.
 */
void display_show(struct display *display, unsigned output, const struct display_surface *surface);

/** Announces a change. The output is on, and `rect` inside its surface. */
void display_update(struct display *display, unsigned output, const struct display_rect *rect);

/** Switches an output off. Does nothing if it is. */
void display_disable(struct display *display, unsigned output);

/** Copies `cursor`. */
void display_set_cursor(struct display *display, unsigned output,
			const struct display_cursor *cursor);

void display_move_pointer(struct display *display, unsigned output,
			  const struct display_pointer *pointer);

DEFINE_CLEANUP(struct display *, display_destroy)
DEFINE_CLEANUP(struct display_watcher *, display_unwatch)
