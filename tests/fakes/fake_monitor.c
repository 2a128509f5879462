/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fakes/fake_monitor.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"

#define GREETING "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 10}}, \"capabilities\": []}}\r\n"
#define EVENT	 "{\"timestamp\": {\"seconds\": 1}, \"event\": \"RESUME\"}\r\n"
#define DONE	 "{\"return\": {}}\r\n"
#define ERROR	 "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no such display\"}}\r\n"

#define NO_HANDLER \
	"{\"error\": {\"class\": \"GenericError\", \"desc\": " \
	"\"Input handler not found for event type abs\"}}\r\n"
#define PAUSED "{\"error\": {\"class\": \"GenericError\", \"desc\": \"VM not running\"}}\r\n"
#define DEVICES \
	"[{\"name\": \"type\", \"type\": \"string\"}, " \
	"{\"name\": \"gpu0\", \"type\": \"child<vhost-user-gpu-pci>\"}]"

struct fake_monitor_client {
	const struct fake_options *options;
	sd_event_source *source;
	int fd;
	int received; /* the descriptor that getfd brought, or -1 */
	char line[8192];
	size_t used;
	unsigned unanswered;
	const struct fake_monitor_callbacks *callbacks;
	void *data;
};

void fake_monitor_client_say(struct fake_monitor_client *client, const char *text)
{
	(void)!send(client->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void hang_up(struct fake_monitor_client *client)
{
	sd_event_source_set_enabled(client->source, SD_EVENT_OFF);
	shutdown(client->fd, SHUT_RDWR);
}

/* -- input-send-event ------------------------------------------------------------ */

static struct json_object *member(struct json_object *object, const char *name)
{
	return json_object_object_get(object, name);
}

static const char *text(struct json_object *object, const char *name)
{
	return json_object_get_string(member(object, name));
}

static int number(struct json_object *object, const char *name)
{
	return json_object_get_int(member(object, name));
}

/* "key 30 1", "key a 1", "abs x 100", "rel y -3", "btn left 1", "mtt begin 0 0 x 0". */
static void tell_event(struct fake_monitor_client *client, const char *target,
		       struct json_object *event)
{
	struct json_object *data = member(event, "data");
	const char *type = text(event, "type");
	bool is_down = json_object_get_boolean(member(data, "down"));
	char line[160];

	if (strcmp(type, "key") == 0)
		snprintf(line, sizeof(line), "%s key %s %d", target,
			 text(member(data, "key"), "data"), is_down);
	else if (strcmp(type, "btn") == 0)
		snprintf(line, sizeof(line), "%s btn %s %d", target, text(data, "button"), is_down);
	else if (strcmp(type, "mtt") == 0)
		snprintf(line, sizeof(line), "%s mtt %s %d %d %s %d", target, text(data, "type"),
			 number(data, "slot"), number(data, "tracking-id"), text(data, "axis"),
			 number(data, "value"));
	else
		snprintf(line, sizeof(line), "%s %s %s %d", target, type, text(data, "axis"),
			 number(data, "value"));
	client->callbacks->on_line(client->data, line);
}

static void handle_events(struct fake_monitor_client *client, struct json_object *arguments)
{
	struct json_object *events = member(arguments, "events");
	char target[100] = "unbound";

	if (client->options->is_paused) {
		fake_monitor_client_say(client, PAUSED);
		return;
	}
	if (client->options->is_relative &&
	    strcmp(text(json_object_array_get_idx(events, 0), "type"), "abs") == 0) {
		fake_monitor_client_say(client, NO_HANDLER);
		return;
	}
	if (member(arguments, "device"))
		snprintf(target, sizeof(target), "%s.%d", text(arguments, "device"),
			 number(arguments, "head"));
	for (size_t i = 0; i < json_object_array_length(events); i++)
		tell_event(client, target, json_object_array_get_idx(events, i));
	if (client->options->ignores_input)
		client->unanswered++;
	else
		fake_monitor_client_say(client, DONE);
}

/* In one go: a socket takes only so many pieces. */
void fake_monitor_client_answer(struct fake_monitor_client *client)
{
	CLEANUP(freep) char *answers = xcalloc(client->unanswered + 1, strlen(DONE));
	char *end = answers;

	for (; client->unanswered > 0; client->unanswered--)
		end = stpcpy(end, DONE);
	fake_monitor_client_say(client, answers);
}

/* -- Commands --------------------------------------------------------------------- */

static void handle_add_client(struct fake_monitor_client *client)
{
	if (client->options->monitor == FAKE_MONITOR_REFUSES || client->received < 0) {
		fake_monitor_client_say(client, ERROR);
	} else {
		client->callbacks->on_display(client->data, take_fd(&client->received));
		fake_monitor_client_say(client, DONE);
	}
}

static void handle_qom_list(struct fake_monitor_client *client)
{
	char line[2048];

	snprintf(line, sizeof(line), "{\"return\": %s}\r\n",
		 client->options->devices ? client->options->devices : DEVICES);
	fake_monitor_client_say(client, line);
}

static bool is_power(const char *name)
{
	static const char *const names[] = {"system_reset", "system_powerdown", "quit", "stop",
					    "cont"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void handle_power(struct fake_monitor_client *client, const char *name)
{
	char line[64];

	snprintf(line, sizeof(line), "power %s", name);
	client->callbacks->on_line(client->data, line);
	/* QEMU's plug: it is gone before it says so. */
	if (strcmp(name, "quit") == 0)
		hang_up(client);
	else
		fake_monitor_client_say(client, DONE);
}

static void answer(struct fake_monitor_client *client)
{
	struct json_object *command = json_tokener_parse(client->line);
	const char *name = text(command, "execute");
	enum fake_monitor behaviour = client->options->monitor;

	if (behaviour == FAKE_MONITOR_MUTE && strcmp(name, "qmp_capabilities") != 0) {
		/* It never answers again. */
	} else if (strcmp(name, "add_client") == 0) {
		handle_add_client(client);
	} else if (strcmp(name, "qom-list") == 0) {
		handle_qom_list(client);
	} else if (strcmp(name, "query-status") == 0) {
		fake_monitor_client_say(
			client, "{\"return\": {\"status\": \"paused\", \"running\": false}}\r\n");
	} else if (is_power(name)) {
		handle_power(client, name);
	} else if (strcmp(name, "input-send-event") == 0) {
		if (behaviour == FAKE_MONITOR_ENDS)
			hang_up(client);
		else
			handle_events(client, member(command, "arguments"));
	} else {
		fake_monitor_client_say(client, EVENT);
		fake_monitor_client_say(client, DONE);
	}
	json_object_put(command);
}

static void babble(struct fake_monitor_client *client)
{
	switch (client->options->monitor) {
	case FAKE_MONITOR_NONE:
	case FAKE_MONITOR_SILENT:
		break;
	case FAKE_MONITOR_QMP:
	case FAKE_MONITOR_REFUSES:
	case FAKE_MONITOR_MUTE:
	case FAKE_MONITOR_ENDS:
		fake_monitor_client_say(client, GREETING);
		break;
	case FAKE_MONITOR_BABBLE:
		fake_monitor_client_say(client, "220 mail.example.org ESMTP ready\r\n");
		break;
	case FAKE_MONITOR_ENDLESS:
		fake_monitor_client_say(client, "{\"QMP\": \"");
		for (int i = 0; i < 32; i++) {
			char words[4096];

			memset(words, 'a', sizeof(words) - 1);
			words[sizeof(words) - 1] = '\0';
			fake_monitor_client_say(client, words);
		}
		break;
	}
}

static bool speaks_qmp(enum fake_monitor behaviour)
{
	return behaviour == FAKE_MONITOR_QMP || behaviour == FAKE_MONITOR_REFUSES ||
	       behaviour == FAKE_MONITOR_MUTE || behaviour == FAKE_MONITOR_ENDS;
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
	if (!speaks_qmp(client->options->monitor))
		client->used = 0;
	while (client->used && (end = strchr(client->line, '\n'))) {
		*end = '\0';
		answer(client);
		client->used -= (size_t)(end + 1 - client->line);
		memmove(client->line, end + 1, client->used + 1);
	}
	return 0;
}

struct fake_monitor_client *
fake_monitor_client_create(sd_event *event, const struct fake_options *options, int fd,
			   const struct fake_monitor_callbacks *callbacks, void *data)
{
	struct fake_monitor_client *client = xcalloc(1, sizeof(*client));

	client->options = options;
	client->fd = fd;
	client->received = -1;
	client->callbacks = callbacks;
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
