/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A client of the fake's QMP monitor: it knows getfd and add_client, and each
 * way of misbehaving that enum fake_monitor names. Private to the fake.
 */

#include "tests/fakes/fake_display1.h"

struct fake_monitor_client;

/** Takes `fd`. `on_display(data, fd)` is given the display connection, which it takes. */
struct fake_monitor_client *fake_monitor_client_create(sd_event *event, enum fake_monitor behaviour,
						       int fd,
						       int (*on_display)(void *data, int fd),
						       void *data);

/** Accepts NULL. */
void fake_monitor_client_destroy(struct fake_monitor_client *client);
