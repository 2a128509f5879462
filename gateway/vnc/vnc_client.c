/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_client.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"
#include "gateway/vnc/vnc_wire.h"

/* How long the library may wait for the rest of a message, or for room in a
 * socket that takes nothing at all (it counts in steps of five seconds). */
#define CLIENT_WAIT_MS 10000

/* Rectangles in one update before the library sends the box around them. */
#define RECTS_MAX 256

/* Every new screen initialises the library's one list mutex again, whoever
 * holds it at the time: all calls that take it are made one at a time. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

/* Whose thread this is, for the library's log, which names nobody. */
static __thread struct vnc_client *current;

/* Tight and zlib at higher levels cost twice the time for a tenth of the bytes. */
#define COMPRESS_LEVEL_MAX 1

static void note_library_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note_library_line(const char *format, ...)
{
	char line[VNC_CLIENT_REASON_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '\0')
		return;
	/* An indented line goes on from the one before it. */
	if (current && line[0] != ' ')
		memcpy(current->reason, line, sizeof(line));
	log_write(LOG_LEVEL_DEBUG, current ? current->subject : NULL, "libvncserver: %s", line);
}

static rfbBool handle_pseudo_encoding(rfbClientPtr rfb, void **data, int encoding)
{
	struct vnc_client *client = rfb->screen->screenData;

	switch (encoding) {
	case VNC_ENCODING_QEMU_KEYS:
		client->can.qemu_keys = true;
		break;
	case VNC_ENCODING_EXTENDED_BUTTONS:
		client->can.extended_buttons = true;
		break;
	case VNC_ENCODING_ALPHA_CURSOR:
		client->can.alpha_cursor = true;
		break;
	case VNC_ENCODING_FENCE:
		client->can.fence = true;
		break;
	case VNC_ENCODING_CONTINUOUS_UPDATES:
		client->can.continuous_updates = true;
		break;
	}
	/* Claiming the others too keeps the library from searching all extensions
	 * for each of them under a lock that all clients share. */
	return TRUE;
}

/* Not registered with the library, which would look it up under a lock for each
 * client, and leak what it notes of it: each client is born with it. */
static rfbProtocolExtension extension = {
	.enablePseudoEncoding = handle_pseudo_encoding,
};

static void open_library(void)
{
	rfbLog = note_library_line;
	rfbErr = note_library_line;
}

void vnc_client_library_open(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, open_library);
}

static int handle_set_desktop_size(int width, int height, int screens,
				   struct rfbExtDesktopScreen *screen, rfbClientPtr rfb)
{
	struct vnc_client *client = rfb->screen->screenData;
	bool is_one = screens == 1 && screen->x == 0 && screen->y == 0 && screen->width == width &&
		      screen->height == height;

	return client->on_set_desktop_size(
		client->data, (struct size){(uint32_t)width, (uint32_t)height}, is_one);
}

static rfbScreenInfoPtr create_screen(struct vnc_client *client, struct size size, const char *name)
{
	rfbScreenInfoPtr screen = rfbGetScreen(NULL, NULL, 4, 4, 8, 3, 4);

	if (!screen)
		return NULL;
	screen->width = (int)size.width;
	screen->height = (int)size.height;
	screen->paddedWidthInBytes = (int)size.width * 4;
	screen->depth = 24;
	screen->serverFormat.depth = 24;
	screen->serverFormat.redShift = 16;
	screen->serverFormat.greenShift = 8;
	screen->serverFormat.blueShift = 0;
	screen->screenData = client;
	screen->desktopName = name;
	screen->alwaysShared = TRUE;
	screen->deferUpdateTime = 0;
	screen->maxRectsPerUpdate = RECTS_MAX;
	screen->maxClientWait = CLIENT_WAIT_MS;
	/* With a cursor of its own the library would draw into our frames. */
	screen->cursor = NULL;
	screen->setDesktopSizeHook = handle_set_desktop_size;
	return screen;
}

/* The encodings whose pixels are exact, and whose state in the library is the client's own. */
static bool is_usable(int encoding)
{
	switch (encoding) {
	case rfbEncodingRaw:
	case rfbEncodingHextile:
	case rfbEncodingZlib:
	case rfbEncodingZRLE:
	case rfbEncodingTight:
		return true;
	default:
		return false;
	}
}

/* What the library makes of a viewer's wishes, brought back to what we offer. */
static void restrict_encodings(rfbClientPtr rfb)
{
	if (!is_usable(rfb->preferredEncoding))
		rfb->preferredEncoding = rfbEncodingRaw; /* which every viewer takes */
	/* No JPEG, whatever the viewer asks for: the picture is exact. */
	rfb->tightQualityLevel = -1;
	rfb->turboQualityLevel = -1;
	if (rfb->tightCompressLevel > COMPRESS_LEVEL_MAX)
		rfb->tightCompressLevel = COMPRESS_LEVEL_MAX;
	if (rfb->zlibCompressLevel > COMPRESS_LEVEL_MAX)
		rfb->zlibCompressLevel = COMPRESS_LEVEL_MAX;
	/* The cursor is our own affair (vnc_cursor.h). */
	rfb->enableCursorShapeUpdates = TRUE;
	rfb->enableCursorPosUpdates = FALSE;
	rfb->cursorWasChanged = FALSE;
	/* It would tell of messages that vnc_messages.c refuses. */
	rfb->enableSupportedMessages = FALSE;
	rfb->enableSupportedEncodings = FALSE;
}

/*
 * rfbNewClient() sends a version, and waits to see whether the peer speaks
 * WebSocket, which it then does, to whatever origin. So it is introduced to a
 * socket on which a good RFB client has spoken already, and which then becomes
 * the peer's: vnc_login.c has been through all this with the peer itself.
 */
static rfbClientPtr introduce(rfbScreenInfoPtr screen, int fd)
{
	static const char version[] = "RFB 003.008\n";
	CLEANUP(close_fdp) int theirs = -1;
	CLEANUP(close_fdp) int ours = -1;
	rfbClientPtr rfb;
	int pair[2];

	if (fd_pass_pair(pair) < 0)
		return NULL;
	theirs = pair[0];
	ours = pair[1];
	if (ours >= FD_SETSIZE)
		return NULL;
	if (send(theirs, version, sizeof(version) - 1, MSG_NOSIGNAL) < 0)
		return NULL;
	/* It closes the socket also when it fails. */
	rfb = rfbNewClient(screen, take_fd(&ours));
	if (!rfb)
		return NULL;
	if (dup3(fd, rfb->sock, O_CLOEXEC) < 0) {
		rfbClientConnectionGone(rfb);
		return NULL;
	}
	rfb->protocolMajorVersion = 3;
	rfb->protocolMinorVersion = 8;
	rfb->state = RFB_INITIALISATION;
	restrict_encodings(rfb);
	return rfb;
}

int vnc_client_create(int fd, struct size size, const char *name, const struct log_subject *subject,
		      struct vnc_client **ret_client)
{
	CLEANUP(vnc_client_destroyp) struct vnc_client *client = xcalloc(1, sizeof(*client));

	client->subject = subject;
	current = client;
	pthread_mutex_lock(&library_lock);
	client->screen = create_screen(client, size, name);
	if (client->screen)
		client->rfb = introduce(client->screen, fd);
	pthread_mutex_unlock(&library_lock);
	if (!client->screen)
		return -ENOMEM;
	if (!client->rfb)
		return -EMFILE;
	client->extension.extension = &extension;
	client->rfb->extensions = &client->extension;
	client->reason[0] = '\0';
	*ret_client = TAKE(client);
	return 0;
}

void vnc_client_destroy(struct vnc_client *client)
{
	if (!client)
		return;
	pthread_mutex_lock(&library_lock);
	if (client->rfb) {
		client->rfb->extensions = NULL;
		rfbClientConnectionGone(client->rfb);
	}
	if (client->screen)
		rfbScreenCleanup(client->screen);
	pthread_mutex_unlock(&library_lock);
	current = NULL;
	free(client);
}

bool vnc_client_is_closed(const struct vnc_client *client)
{
	return client->rfb->sock == RFB_INVALID_SOCKET || client->rfb->state == RFB_SHUTDOWN;
}

int vnc_client_process(struct vnc_client *client)
{
	client->reason[0] = '\0';
	rfbProcessClientMessage(client->rfb);
	restrict_encodings(client->rfb);
	return vnc_client_is_closed(client) ? -ECONNRESET : 0;
}

int vnc_client_read(struct vnc_client *client, void *buffer, size_t size)
{
	client->reason[0] = '\0';
	return rfbReadExact(client->rfb, buffer, (int)size) == 1 ? 0 : -ECONNRESET;
}

int vnc_client_write(struct vnc_client *client, const void *buffer, size_t size)
{
	client->reason[0] = '\0';
	return rfbWriteExact(client->rfb, buffer, (int)size) == 1 ? 0 : -ECONNRESET;
}

uint32_t vnc_client_bytes_sent(const struct vnc_client *client)
{
	return (uint32_t)rfbStatGetSentBytes(client->rfb);
}
