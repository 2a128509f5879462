/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * rdp-touch-client: a touch screen at the end of an RDP connection
 *
 * Connects to 127.0.0.1, says READY when the server takes touch ([MS-RDPEI]), and
 * does what it reads:
 *
 *   down|move|up|cancel CONTACT X Y
 *
 * It ends with its input. Exit status: 0 done; 1 the connection was refused or
 * ended; 2 usage.
 */

#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/loop.h"
#include "tests/fakes/rdp_client.h"

#define CONNECT_TIMEOUT_US (30 * UINT64_C(1000000))
#define TURN_MS		   5

/* FreeRDP sends the contacts' last state every 20 ms: a finger is slower than that. */
#define TOUCH_MS 50

static int usage(void)
{
	fprintf(stderr, "usage: rdp-touch-client --port PORT --user USER --password PASSWORD\n");
	return 2;
}

static int parse(int argc, char **argv, struct rdp_client_options *options)
{
	static const struct option known[] = {
		{"port", required_argument, NULL, 'P'},
		{"user", required_argument, NULL, 'u'},
		{"password", required_argument, NULL, 'p'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'P')
			options->port = (uint16_t)atoi(optarg);
		else if (option == 'u')
			options->user = optarg;
		else if (option == 'p')
			options->password = optarg;
		else
			return usage();
	}
	return options->port == 0 || optind != argc ? usage() : 0;
}

static bool wait_for_touch(struct rdp_client *client)
{
	uint64_t deadline = loop_now_us() + CONNECT_TIMEOUT_US;

	while (!rdp_client_has_touch(client)) {
		if (rdp_client_has_ended(client) || loop_now_us() > deadline)
			return false;
		poll(NULL, 0, TURN_MS);
	}
	return true;
}

static bool touch(struct rdp_client *client, const char *line)
{
	static const char *const kinds[] = {
		[RDP_CLIENT_TOUCH_DOWN] = "down",
		[RDP_CLIENT_TOUCH_MOVE] = "move",
		[RDP_CLIENT_TOUCH_UP] = "up",
		[RDP_CLIENT_TOUCH_CANCEL] = "cancel",
	};
	char kind[8];
	int contact, x, y;

	if (sscanf(line, "%7s %d %d %d", kind, &contact, &x, &y) != 4)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return rdp_client_touch(client, (enum rdp_client_touch)i, contact, x, y);
	return false;
}

int main(int argc, char **argv)
{
	struct rdp_client_options options = {
		.user = "",
		.password = "",
		.width = 1920,
		.height = 1080,
		.has_touch = true,
	};
	char line[128];

	if (parse(argc, argv, &options) != 0)
		return 2;
	/* FreeRDP tells its story on standard output. */
	setenv("WLOG_LEVEL", "OFF", 0);

	CLEANUP(rdp_client_destroyp) struct rdp_client *client = rdp_client_start(&options);
	if (!wait_for_touch(client)) {
		fprintf(stderr, "rdp-touch-client: no touch: error 0x%08x\n",
			rdp_client_error(client));
		return 1;
	}
	printf("READY\n");
	fflush(stdout);

	while (fgets(line, sizeof(line), stdin)) {
		if (rdp_client_has_ended(client))
			return 1;
		if (!touch(client, line)) {
			fprintf(stderr, "rdp-touch-client: cannot do: %s", line);
			return 2;
		}
		poll(NULL, 0, TOUCH_MS);
		printf("OK\n");
		fflush(stdout);
	}
	return 0;
}
