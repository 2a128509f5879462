/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Prometheus' text format, version 0.0.4, read strictly: what its server
 * would let pass is an error here.
 */

/**
 * Fails the test unless `text` is well-formed: each family has its HELP and TYPE, in front, once;
 * no series is there twice; counters end in _total and do not run below zero; a histogram's
 * buckets rise, and end with +Inf, which is its count.
 */
void prometheus_check(const char *text);

/** The value of a series, as it is written: `name{label="value"}`. Fails when it is not there. */
double prometheus_value(const char *text, const char *series);
