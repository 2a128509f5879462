/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/gateway_stage.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "tests/support/temporary.h"
#include "tests/support/test.h"

#define LOG_SIZE_MAX (1024 * 1024)

char *gateway_path(const struct gateway *gateway, const char *name)
{
	return xasprintf("%s/%s", gateway->directory, name);
}

static char *read_all(const struct gateway *gateway, const char *name)
{
	CLEANUP(freep) char *path = gateway_path(gateway, name);
	char *text = xcalloc(1, LOG_SIZE_MAX + 1);
	FILE *file = fopen(path, "r");

	EXPECT(file);
	text[fread(text, 1, LOG_SIZE_MAX, file)] = '\0';
	fclose(file);
	return text;
}

char *gateway_log(const struct gateway *gateway)
{
	return read_all(gateway, "log");
}

char *gateway_read_line(const struct gateway *gateway, const char *name)
{
	char *text = read_all(gateway, name);

	text[strcspn(text, "\n")] = '\0';
	return text;
}

struct expected_log {
	const struct gateway *gateway;
	const char *text;
};

static bool is_logged(void *data)
{
	const struct expected_log *expected = data;
	CLEANUP(freep) char *log = gateway_log(expected->gateway);

	return strstr(log, expected->text);
}

void gateway_expect_logged(struct gateway *gateway, const char *text)
{
	struct expected_log expected = {gateway, text};

	if (test_wait(NULL, is_logged, &expected))
		return;
	CLEANUP(freep) char *log = gateway_log(gateway);
	test_fail(__FILE__, __LINE__, "\"%s\" was not logged, but:\n%s", text, log);
}

static uint16_t find_port(const struct gateway *gateway, const char *listener)
{
	CLEANUP(freep) char *log = gateway_log(gateway);
	CLEANUP(freep) char *line = xasprintf("%s: listening on 127.0.0.1:", listener);
	const char *at = strstr(log, line);

	EXPECT(at);
	return (uint16_t)atoi(at + strlen(line));
}

void gateway_start(struct gateway *gateway, unsigned descriptors, const char *const *words)
{
	if (!gateway->directory)
		gateway->directory = temporary_create();

	CLEANUP(freep) char *log = gateway_path(gateway, "log");
	CLEANUP(freep) char *attach = xasprintf("display1:%s/guest.sock", gateway->directory);
	CLEANUP(freep) char *control = gateway_path(gateway, "control");
	CLEANUP(freep) char *vnc = xasprintf("unix:%s/vnc", gateway->directory);
	CLEANUP(freep)
	char *script = descriptors ? xasprintf("ulimit -n %u; exec \"$@\" 2>'%s'", descriptors, log)
				   : xasprintf("exec \"$@\" 2>'%s'", log);
	const char *argv[GATEWAY_WORDS_MAX + 20] = {
		"/bin/sh",     "-c",	    script,  "sh",	GATEWAY_PATH,	    "--attach",
		attach,	       "--control", control, "--state", gateway->directory, "--rdp",
		"127.0.0.1:0", "--vnc",	    vnc,     "--web",	"127.0.0.1:0"};
	unsigned count = 17;

	for (unsigned i = 0; words && words[i]; i++) {
		EXPECT(i < GATEWAY_WORDS_MAX);
		argv[count++] = words[i];
	}
	gateway->child = child_start(argv);
	child_wait_line(gateway->child, "READY");
	gateway->rdp_port = find_port(gateway, "rdp");
	gateway->web_port = find_port(gateway, "web");
}

int gateway_stop(struct gateway *gateway)
{
	return child_stop(TAKE(gateway->child));
}

void gateway_finish(struct gateway *gateway)
{
	if (gateway->child)
		gateway_stop(gateway);
	temporary_destroy(gateway->directory);
}

int gateway_connect_port(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	EXPECT(fd >= 0);
	EXPECT_INT(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

int gateway_connect(const struct gateway *gateway, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", gateway->directory, name);
	EXPECT(fd >= 0);
	EXPECT_INT(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}
