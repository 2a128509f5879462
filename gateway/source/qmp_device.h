/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * QMP device
 *
 * Which of a virtual machine's devices is the display that the guest's heads are on. Input
 * devices that are bound to a head are found by its name.
 */

#include <stdbool.h>

struct json_object;

/* Room for a device's id, with its end. */
#define QMP_DEVICE_MAX 64

#define QMP_DEVICES_COMMAND \
	"{\"execute\":\"qom-list\",\"arguments\":{\"path\":\"/machine/peripheral\"}}"

/**
 * Chooses from what QMP_DEVICES_COMMAND is answered with: a vhost-user-gpu, or another virtio-gpu
 * where there is none, and of several the first. "" where none has an id: then no
 * input device can be bound to one either.
 *
 * Returns how many there were to choose from.
 */
unsigned qmp_device_choose(struct json_object *list, char ret_id[QMP_DEVICE_MAX]);

/** Whether a device's type, or what begins with it, is one of a guest's display. */
bool qmp_device_is_display(const char *type);
