/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Services
 *
 * What the session gives to each protocol server: everything a server may
 * know of the gateway. All outlive the servers.
 */

struct access;
struct feeds;
struct films;
struct heads;
struct loop;
struct power;
struct resize;
struct seat;
struct serial;
struct viewers;
struct workers;

struct services {
	struct loop *loop;
	struct workers *workers;
	struct heads *heads;
	struct feeds *feeds;
	struct films *films;
	struct seat *seat;
	struct power *power;
	struct serial *serial; /* NULL: none is known */
	struct resize *resize;
	struct viewers *viewers;
	struct access *access;
};
