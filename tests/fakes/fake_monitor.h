/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * A client of the fake's QMP monitor: it knows getfd, add_client, qom-list,
 * input-send-event and what switches a VM, and each way of misbehaving that enum fake_monitor
 * names. Private to the fake.
 */

#include "tests/fakes/fake_display1.h"

struct fake_monitor_client;

struct fake_monitor_callbacks {
	/* The display connection, which the callee takes. */
	int (*on_display)(void *data, int fd);

	/* One event of input-send-event, as a line. */
	void (*on_line)(void *data, const char *line);
};

/** Takes `fd`. The options are the fake's. */
struct fake_monitor_client *
fake_monitor_client_create(sd_event *event, const struct fake_options *options, int fd,
			   const struct fake_monitor_callbacks *callbacks, void *data);

/** Accepts NULL. */
void fake_monitor_client_destroy(struct fake_monitor_client *client);

/** Sends any text. */
void fake_monitor_client_say(struct fake_monitor_client *client, const char *text);

/** Answers what input was left unanswered. */
void fake_monitor_client_answer(struct fake_monitor_client *client);
