/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_monitor.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"

#define GREETING "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 10}}, \"capabilities\": []}}\r\n"
#define EVENT	 "{\"timestamp\": {\"seconds\": 1}, \"event\": \"RESUME\"}\r\n"
#define DONE	 "{\"return\": {}}\r\n"
#define ERROR	 "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no such display\"}}\r\n"

struct fake_monitor_client {
	enum fake_monitor behaviour;
	sd_event_source *source;
	int fd;
	int received; /* the descriptor that getfd brought, or -1 */
	char line[1024];
	size_t used;
	int (*on_display)(void *data, int fd);
	void *data;
};

static void say(struct fake_monitor_client *client, const char *text)
{
	(void)!send(client->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void answer(struct fake_monitor_client *client)
{
	if (!strstr(client->line, "add_client")) {
		say(client, EVENT);
		say(client, DONE);
	} else if (client->behaviour == FAKE_MONITOR_REFUSES || client->received < 0) {
		say(client, ERROR);
	} else {
		client->on_display(client->data, take_fd(&client->received));
		say(client, DONE);
	}
}

static void babble(struct fake_monitor_client *client)
{
	switch (client->behaviour) {
	case FAKE_MONITOR_NONE:
	case FAKE_MONITOR_SILENT:
		break;
	case FAKE_MONITOR_QMP:
	case FAKE_MONITOR_REFUSES:
		say(client, GREETING);
		break;
	case FAKE_MONITOR_BABBLE:
		say(client, "220 mail.example.org ESMTP ready\r\n");
		break;
	case FAKE_MONITOR_ENDLESS:
		say(client, "{\"QMP\": \"");
		for (int i = 0; i < 32; i++) {
			char words[4096];

			memset(words, 'a', sizeof(words) - 1);
			words[sizeof(words) - 1] = '\0';
			say(client, words);
		}
		break;
	}
}

static int handle_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct fake_monitor_client *client = data;
	char *end;
	int received;
	ssize_t count = fd_pass_receive(fd, client->line + client->used,
					sizeof(client->line) - 1 - client->used, &received);

	if (count <= 0) {
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		return 0;
	}
	if (received >= 0) {
		close_fd(client->received);
		client->received = received;
	}
	client->used += (size_t)count;
	client->line[client->used] = '\0';
	if (client->behaviour != FAKE_MONITOR_QMP && client->behaviour != FAKE_MONITOR_REFUSES)
		client->used = 0;
	while (client->used && (end = strchr(client->line, '\n'))) {
		*end = '\0';
		answer(client);
		client->used -= (size_t)(end + 1 - client->line);
		memmove(client->line, end + 1, client->used + 1);
	}
	return 0;
}

struct fake_monitor_client *fake_monitor_client_create(sd_event *event, enum fake_monitor behaviour,
						       int fd,
						       int (*on_display)(void *data, int fd),
						       void *data)
{
	struct fake_monitor_client *client = xcalloc(1, sizeof(*client));

	client->behaviour = behaviour;
	client->fd = fd;
	client->received = -1;
	client->on_display = on_display;
	client->data = data;
	sd_event_add_io(event, &client->source, fd, EPOLLIN, handle_input, client);
	babble(client);
	return client;
}

void fake_monitor_client_destroy(struct fake_monitor_client *client)
{
	if (!client)
		return;
	sd_event_source_disable_unref(client->source);
	close_fd(client->fd);
	close_fd(client->received);
	free(client);
}
