/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * org.qemu.Display1
 *
 * The protocol between who has a guest's screens and who shows them: its names,
 * and the ways in which all of our connections are opened, called on and
 * closed: peer to peer, asynchronously.
 *
 * Threads: the loop's.
 */

#include <systemd/sd-bus.h>

#include "common/cleanup.h"
#include "common/loop.h"

#define DISPLAY1		  "org.qemu.Display1"
#define DISPLAY1_ROOT_PATH	  "/org/qemu/Display1"
#define DISPLAY1_VM_PATH	  "/org/qemu/Display1/VM"
#define DISPLAY1_VM		  DISPLAY1 ".VM"
#define DISPLAY1_CONSOLE	  DISPLAY1 ".Console"
#define DISPLAY1_KEYBOARD	  DISPLAY1 ".Keyboard"
#define DISPLAY1_MOUSE		  DISPLAY1 ".Mouse"
#define DISPLAY1_MULTITOUCH	  DISPLAY1 ".MultiTouch"
#define DISPLAY1_LISTENER_PATH	  "/org/qemu/Display1/Listener"
#define DISPLAY1_LISTENER	  DISPLAY1 ".Listener"
#define DISPLAY1_LISTENER_MAP	  DISPLAY1_LISTENER ".Unix.Map"
#define DISPLAY1_LISTENER_DMABUF2 DISPLAY1_LISTENER ".Unix.ScanoutDMABUF2"

#define DISPLAY1_ERROR_FAILED	   DISPLAY1 ".Error.Failed"
#define DISPLAY1_ERROR_INVALID	   DISPLAY1 ".Error.Invalid"
#define DISPLAY1_ERROR_UNSUPPORTED DISPLAY1 ".Error.Unsupported"

#define DISPLAY1_PATH_MAX 48

/** The object path of a console. */
void display1_console_path(uint32_t id, char ret_path[DISPLAY1_PATH_MAX]);

/**
 * Starts D-Bus on a connected socket, which it takes, as the side that
 * authenticates. The handshake goes on by itself. Returns 0 or negative errno.
 */
int display1_bus_open(struct loop *loop, int fd, sd_bus **ret_bus);

/** Closes the connection; what is under way is dropped, and no callback comes. Accepts NULL. */
void display1_bus_close(sd_bus *bus);

/** Has `handler` called when the peer closes the connection. Returns 0 or negative errno. */
int display1_watch_end(sd_bus *bus, sd_bus_message_handler_t handler, void *data);

/**
 * Asks for all properties of an interface. The reply is for
 * display1_each_property(). Returns 0 or negative errno.
 */
int display1_fetch_properties(sd_bus *bus, const char *path, const char *interface,
			      sd_bus_message_handler_t handler, void *data);

/**
 * Reads an a{sv}: calls `read_value` with the message standing at the contents
 * of each variant, whose type is `contents`. It must read that whole value, or
 * return 0 without reading anything to skip it. Returns 0 or negative errno.
 */
int display1_each_property(sd_bus_message *message,
			   int (*read_value)(void *data, const char *name, const char *contents,
					     sd_bus_message *message),
			   void *data);
