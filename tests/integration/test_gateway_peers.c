/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The gateway as a program, among peers that mean no good: what each of them
 * gets is its own end and a line in the log; who watches goes on watching.
 */

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/xalloc.h"
#include "gateway/net/listener.h"
#include "tests/fakes/rfb_client.h"
#include "tests/integration/gateway_stage.h"
#include "tests/support/test.h"

/* Of each kind of noise. */
#define ROUNDS	  12
#define NOISE_MAX 3000

#define IDLE_CONNECTIONS 200

/* As few as lets it start with its listeners and serve someone. */
#define FEW_DESCRIPTORS 128

/* It has some twenty open for itself; what is left over waits in the kernel, which takes 16. */
#define MORE_THAN_FIT (FEW_DESCRIPTORS - 12)

static struct gateway gateway;
static char *vnc_password;
static struct rfb_client *viewer;

/* -- A viewer that is served all the time ---------------------------------------- */

/* Takes in what has come; when the gateway turned the viewer away, it comes again. */
static void turn(struct rfb_client **client)
{
	struct pollfd wait = {.fd = (*client)->fd, .events = POLLIN};

	if (poll(&wait, 1, 0) <= 0 || rfb_client_process(*client) == 0)
		return;
	rfb_client_destroy(*client);
	*client = rfb_client_create(gateway_connect(&gateway, "vnc"), vnc_password, true);
}

static bool is_ready(void *data)
{
	struct rfb_client **client = data;

	turn(client);
	return (*client)->state == RFB_STATE_READY;
}

static struct rfb_client *start_viewer(void)
{
	struct rfb_client *client = rfb_client_create(gateway_connect(&gateway, "vnc"),
						      vnc_password, true);

	EXPECT(test_wait(NULL, is_ready, &client));
	return client;
}

static bool has_update(void *data)
{
	EXPECT_INT(rfb_client_process(viewer), 0);
	return viewer->updates > *(unsigned *)data;
}

/* That the viewer is still there, and gets a new picture. */
static void expect_served(void)
{
	unsigned before = viewer->updates;

	EXPECT_INT(rfb_send_request(viewer, false), 0);
	EXPECT(test_wait(NULL, has_update, &before));
}

struct question {
	uint16_t port;	  /* 0: the control socket */
	const char *text; /* with `size` bytes */
	size_t size;
	const char *answer; /* its beginning */
};

static bool is_answered(void *data)
{
	const struct question *question = data;
	size_t size = strlen(question->answer);
	char answer[16] = "";
	CLEANUP(close_fdp)
	int fd = question->port ? gateway_connect_port(question->port)
				: gateway_connect(&gateway, "control");

	send(fd, question->text, question->size, MSG_NOSIGNAL);
	/* Nothing when it is turned away, among too many. */
	return recv(fd, answer, size, MSG_WAITALL) == (ssize_t)size &&
	       memcmp(answer, question->answer, size) == 0;
}

/* Who comes now is answered at each door, if not at the first knock. */
static void expect_answers(void)
{
	static const char status[] = "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
	static const char connect_request[] = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01"
					      "\x00\x08\x00\x01\x00\x00\x00";
	const struct question questions[] = {
		{gateway.rdp_port, connect_request, sizeof(connect_request) - 1, "\x03"},
		{gateway.web_port, status, sizeof(status) - 1, "HTTP/1.1 401"},
		{0, status, sizeof(status) - 1, "HTTP/1.1 200"},
	};

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		EXPECT(test_wait(NULL, is_answered, (void *)&questions[i]));
}

/* -- Noise ------------------------------------------------------------------------ */

/* The same noise in each run: xorshift, Marsaglia 2003. */
static uint64_t noise_state = 20031231;

static uint64_t next_noise(void)
{
	noise_state ^= noise_state << 13;
	noise_state ^= noise_state >> 7;
	noise_state ^= noise_state << 17;
	return noise_state;
}

static bool is_closed(void *data)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(*(int *)data, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		continue;
	return n == 0 || errno != EAGAIN;
}

/* A good beginning, noise after it, and no more: the gateway is to hang up. Takes `fd`. */
static void make_noise(int fd, const char *beginning, size_t size)
{
	uint8_t noise[NOISE_MAX];
	size_t noise_size = 1 + next_noise() % NOISE_MAX;

	for (size_t i = 0; i < noise_size; i++)
		noise[i] = (uint8_t)(next_noise() >> 32);
	/* It may hang up before it has all. */
	send(fd, beginning, size, MSG_NOSIGNAL);
	send(fd, noise, noise_size, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	EXPECT(test_wait(NULL, is_closed, &fd));
	close_fd(fd);
}

struct beginning {
	size_t size;
	const char *bytes;
};

#define BEGINNING(text) \
	{ \
		sizeof(text) - 1, text \
	}
#define UPGRADE(path) \
	BEGINNING("GET " path " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n" \
		  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
		  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")

static const struct beginning http[] = {
	BEGINNING(""),
	BEGINNING("GET /"),
	BEGINNING("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: "),
	BEGINNING("POST /api/v1/input/type HTTP/1.1\r\nHost: localhost\r\n"
		  "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"text\": \""),
	UPGRADE("/api/v1/events"),
	UPGRADE("/api/v1/touch"),
	UPGRADE("/api/v1/heads/0/rfb"),
};

static void noise_on_the_web_listener_stops_nobody(void)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		const struct beginning *beginning = &http[i % (sizeof(http) / sizeof(http[0]))];

		make_noise(gateway_connect_port(gateway.web_port), beginning->bytes,
			   beginning->size);
	}
	expect_served();
	expect_answers();
}

static void noise_on_the_control_socket_stops_nobody(void)
{
	for (size_t i = 0; i < 2 * ROUNDS; i++) {
		const struct beginning *beginning = &http[i % (sizeof(http) / sizeof(http[0]))];

		make_noise(gateway_connect(&gateway, "control"), beginning->bytes, beginning->size);
	}
	expect_served();
	expect_answers();
}

static void noise_on_the_rdp_listener_stops_nobody(void)
{
	static const struct beginning beginnings[] = {
		BEGINNING(""),
		BEGINNING("\x03\x00"),
		BEGINNING("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x01\x00"
			  "\x00\x00"),
		/* and the head of a TLS record */
		BEGINNING("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x01\x00"
			  "\x00\x00\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
	};

	for (size_t i = 0; i < ROUNDS; i++) {
		const struct beginning *beginning = &beginnings[i % 4];

		make_noise(gateway_connect_port(gateway.rdp_port), beginning->bytes,
			   beginning->size);
	}
	expect_served();
	expect_answers();
}

static void noise_on_the_vnc_listener_stops_nobody(void)
{
	for (size_t i = 0; i < ROUNDS; i++)
		make_noise(gateway_connect(&gateway, "vnc"), "RFB 003.008\n", i % 2 ? 12 : 0);
	/* Those who know the password. */
	for (size_t i = 0; i < ROUNDS; i++) {
		struct rfb_client *client = start_viewer();
		uint8_t type = (uint8_t)(i % 8);

		make_noise(dup(client->fd), (const char *)&type, 1);
		rfb_client_destroy(client);
	}
	expect_served();
	expect_answers();
}

/* The gateway comes to the display by itself, again and again. */
static int accept_gateway(int listener)
{
	struct pollfd wait = {.fd = listener, .events = POLLIN};
	int fd;

	EXPECT_INT(poll(&wait, 1, TEST_DEADLINE_MS), 1);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	EXPECT(fd >= 0);
	return fd;
}

static void noise_from_the_display_stops_nobody(void)
{
	static const struct beginning beginnings[] = {
		BEGINNING(""),
		BEGINNING("DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n"),
		/* and the head of a reply */
		BEGINNING("DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n"
			  "l\2\1\1\x40\0\0\0\1\0\0\0\x20\0\0\0"),
	};
	CLEANUP(freep) char *text = xasprintf("unix:%s/guest.sock", gateway.directory);
	struct listen_address address;
	int listener;

	EXPECT_INT(listen_address_parse(text, &address), 0);
	listener = listener_open(&address);
	EXPECT(listener >= 0);
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		make_noise(accept_gateway(listener), beginnings[i].bytes, beginnings[i].size);
	listener_close(listener, &address);
	expect_served();
	expect_answers();
}

/* -- Wrong passwords ---------------------------------------------------------------- */

static void a_wrong_vnc_password_is_logged_with_its_peer(void)
{
	CLEANUP(rfb_client_destroyp)
	struct rfb_client *client = rfb_client_create(gateway_connect(&gateway, "vnc"), "wrong",
						      true);
	CLEANUP(freep)
	char *line = xasprintf("vnc unix pid %d: refused a login with a wrong", getpid());

	while (client->state != RFB_STATE_CLOSED) {
		struct pollfd wait = {.fd = client->fd, .events = POLLIN};

		EXPECT_INT(poll(&wait, 1, TEST_DEADLINE_MS), 1);
		rfb_client_process(client);
	}
	EXPECT_STRING(client->failure, "wrong password");
	gateway_expect_logged(&gateway, line);
}

static void ask_web(const char *request, const char *expected)
{
	CLEANUP(close_fdp) int fd = gateway_connect_port(gateway.web_port);
	char answer;

	EXPECT_INT(send(fd, request, strlen(request), 0), strlen(request));
	EXPECT_INT(recv(fd, &answer, 1, 0), 1);
	gateway_expect_logged(&gateway, expected);
}

static void what_the_web_listener_refuses_is_logged(void)
{
	ask_web("POST /login HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 23\r\n\r\n"
		"user=dev&password=wrong",
		"refused a login with a wrong");
	ask_web("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"refused /: a foreign Host (Host evil.example");
	ask_web("POST /api/v1/input/key HTTP/1.1\r\nHost: localhost\r\n"
		"Origin: http://evil.example\r\nContent-Length: 0\r\n\r\n",
		"refused /api/v1/input/key: a foreign Origin");
	ask_web("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Origin: http://evil.example\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		"refused /api/v1/events: a foreign Origin");
	ask_web("\x16\x03\x01 no HTTP\r\n\r\n", "refused what is no HTTP request");
	expect_served();
}

static void a_malformed_websocket_message_is_logged(void)
{
	CLEANUP(close_fdp) int fd = gateway_connect(&gateway, "control");
	const struct beginning upgrade = UPGRADE("/api/v1/events");
	static const char reserved[] = "\x83\x85\0\0\0\0hello";

	EXPECT_INT(send(fd, upgrade.bytes, upgrade.size, 0), upgrade.size);
	EXPECT_INT(send(fd, reserved, sizeof(reserved) - 1, 0), sizeof(reserved) - 1);
	shutdown(fd, SHUT_WR);
	EXPECT(test_wait(NULL, is_closed, &fd));
	gateway_expect_logged(&gateway, "refused a malformed WebSocket message");
}

/* -- Crowds -------------------------------------------------------------------------- */

static void close_crowd(int *fds)
{
	for (size_t i = 0; i < IDLE_CONNECTIONS; i++)
		close_fd(fds[i]);
}

/* Connections that say nothing; does not wait until the gateway takes them. To a unix socket
 * where `name` is given. */
static void connect_crowd(int *fds, uint16_t port, const char *name)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	snprintf(un.sun_path, sizeof(un.sun_path), "%s/%s", gateway.directory, name ? name : "");
	for (size_t i = 0; i < IDLE_CONNECTIONS; i++) {
		fds[i] = socket(name ? AF_UNIX : AF_INET,
				SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		EXPECT(fds[i] >= 0);
		/* EAGAIN, EINPROGRESS: the line is full for now. */
		EXPECT(connect(fds[i], name ? (struct sockaddr *)&un : (struct sockaddr *)&in,
			       name ? sizeof(un) : sizeof(in)) == 0 ||
		       errno == EAGAIN || errno == EINPROGRESS);
	}
}

static void expect_crowd_is_borne(uint16_t port, const char *name)
{
	int crowd[IDLE_CONNECTIONS];

	connect_crowd(crowd, port, name);
	expect_served();
	close_crowd(crowd);
	expect_answers();
	rfb_client_destroy(start_viewer());
}

static void a_crowd_at_any_door_leaves_the_viewers_alone(void)
{
	expect_crowd_is_borne(gateway.web_port, NULL);
	expect_crowd_is_borne(gateway.rdp_port, NULL);
	expect_crowd_is_borne(0, "control");
	expect_crowd_is_borne(0, "vnc");
}

static void open_gateway(unsigned descriptors)
{
	gateway_start(&gateway, descriptors, NULL);
	vnc_password = gateway_read_line(&gateway, "vnc-password");
	viewer = start_viewer();
}

static void close_gateway(void)
{
	rfb_client_destroy(viewer);
	EXPECT_INT(gateway_stop(&gateway), 0);
	gateway_finish(&gateway);
	free(TAKE(vnc_password));
	gateway = (struct gateway){0};
}

static unsigned count(const char *text, const char *words)
{
	unsigned found = 0;

	for (const char *at = text; (at = strstr(at, words)); at++)
		found++;
	return found;
}

static void without_descriptors_it_waits_and_goes_on(void)
{
	int crowd[IDLE_CONNECTIONS];
	int idle[MORE_THAN_FIT];

	open_gateway(FEW_DESCRIPTORS);
	for (size_t i = 0; i < MORE_THAN_FIT; i++)
		idle[i] = gateway_connect(&gateway, "control");
	gateway_expect_logged(&gateway, "refused to accept for now: Too many open files");
	/* The doors that the loop itself watches. */
	CLEANUP(close_fdp) int rdp = gateway_connect_port(gateway.rdp_port);
	CLEANUP(close_fdp) int vnc = gateway_connect(&gateway, "vnc");
	gateway_expect_logged(&gateway, "vnc: cannot accept a connection: Too many open files");
	gateway_expect_logged(&gateway, "rdp: could not accept a connection: Too many open files");
	expect_served();
	for (size_t i = 0; i < MORE_THAN_FIT; i++)
		close_fd(idle[i]);
	expect_answers();

	/* Each RDP connection opens many. */
	connect_crowd(crowd, gateway.rdp_port, NULL);
	gateway_expect_logged(&gateway, "turned away: too many open files");
	expect_served();
	close_crowd(crowd);
	expect_answers();

	/* A loop that spins would have written thousands. */
	CLEANUP(freep) char *log = gateway_log(&gateway);
	EXPECT(count(log, "Too many open files") < 500);
	close_gateway();
}

int main(void)
{
	open_gateway(0);
	/* First, while the gateway comes often. */
	RUN_TEST(noise_from_the_display_stops_nobody);
	RUN_TEST(noise_on_the_web_listener_stops_nobody);
	RUN_TEST(noise_on_the_control_socket_stops_nobody);
	RUN_TEST(noise_on_the_rdp_listener_stops_nobody);
	RUN_TEST(noise_on_the_vnc_listener_stops_nobody);
	close_gateway();

	open_gateway(0);
	RUN_TEST(a_wrong_vnc_password_is_logged_with_its_peer);
	RUN_TEST(what_the_web_listener_refuses_is_logged);
	RUN_TEST(a_malformed_websocket_message_is_logged);
	RUN_TEST(a_crowd_at_any_door_leaves_the_viewers_alone);
	close_gateway();

	RUN_TEST(without_descriptors_it_waits_and_goes_on);
	return 0;
}
