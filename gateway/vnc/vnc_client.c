/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/vnc/vnc_client.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <rfb/rfbregion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "common/fd_pass.h"
#include "common/xalloc.h"

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
#define COMPRESS_LEVEL 1

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

static void use_capabilities(rfbClientPtr rfb, const struct vnc_capabilities *can)
{
	rfb->preferredEncoding = can->preferred;
	rfb->enableLastRectEncoding = can->last_rect;
	rfb->useNewFBSize = can->desktop_size || can->extended_desktop_size;
	rfb->useExtDesktopSize = can->extended_desktop_size;
	rfb->tightCompressLevel = COMPRESS_LEVEL;
	rfb->zlibCompressLevel = COMPRESS_LEVEL;
	/* What the library sends is exact. */
	rfb->tightQualityLevel = -1;
	rfb->turboQualityLevel = -1;
	/* The cursor is our own affair (vnc_cursor.h). */
	rfb->enableCursorShapeUpdates = TRUE;
	rfb->enableCursorPosUpdates = FALSE;
	rfb->cursorWasChanged = FALSE;
}

/*
 * rfbNewClient() sends a version, and waits to see whether the peer speaks
 * WebSocket, which it then does, to whatever origin. So it is introduced to a
 * socket on which a good RFB client has spoken already, and which then becomes
 * the peer's: vnc_login.c has been through all this with the peer itself.
 */
static rfbClientPtr introduce(rfbScreenInfoPtr screen, int fd, const struct vnc_capabilities *can)
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
	use_capabilities(rfb, can);
	return rfb;
}

int vnc_client_create(int fd, struct size size, const char *name, const struct log_subject *subject,
		      struct vnc_client **ret_client)
{
	CLEANUP(vnc_client_destroyp) struct vnc_client *client = xcalloc(1, sizeof(*client));

	client->subject = subject;
	vnc_capabilities_init(&client->can);
	vnc_output_init(&client->output, fd);
	current = client;
	pthread_mutex_lock(&library_lock);
	client->screen = create_screen(client, size, name);
	if (client->screen)
		client->rfb = introduce(client->screen, fd, &client->can);
	pthread_mutex_unlock(&library_lock);
	if (!client->screen)
		return -ENOMEM;
	if (!client->rfb)
		return -EMFILE;
	client->reason[0] = '\0';
	*ret_client = TAKE(client);
	return 0;
}

void vnc_client_destroy(struct vnc_client *client)
{
	if (!client)
		return;
	pthread_mutex_lock(&library_lock);
	if (client->rfb)
		rfbClientConnectionGone(client->rfb);
	if (client->screen)
		rfbScreenCleanup(client->screen);
	pthread_mutex_unlock(&library_lock);
	current = NULL;
	vnc_output_finish(&client->output);
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
	return vnc_client_is_closed(client) ? -ECONNRESET : 0;
}

int vnc_client_read(struct vnc_client *client, void *buffer, size_t size)
{
	client->reason[0] = '\0';
	return rfbReadExact(client->rfb, buffer, (int)size) == 1 ? 0 : -ECONNRESET;
}

void vnc_client_write(struct vnc_client *client, const void *buffer, size_t size)
{
	vnc_output_add(&client->output, buffer, size);
}

int vnc_client_drain(struct vnc_client *client)
{
	return vnc_output_drain(&client->output, CLIENT_WAIT_MS);
}

void vnc_client_use(struct vnc_client *client, const struct vnc_capabilities *can)
{
	client->can = *can;
	use_capabilities(client->rfb, can);
}

bool vnc_client_has_usual_format(const struct vnc_client *client)
{
	const rfbPixelFormat *format = &client->rfb->format;

	return format->trueColour && format->bitsPerPixel == 32 && format->depth == 24 &&
	       format->redMax == 255 && format->greenMax == 255 && format->blueMax == 255;
}

int vnc_client_set_size(struct vnc_client *client, struct size size)
{
	rfbScreenInfoPtr screen = client->screen;

	if (screen->width == (int)size.width && screen->height == (int)size.height)
		return 0;
	if (!client->rfb->useNewFBSize)
		return -EMSGSIZE;
	screen->width = (int)size.width;
	screen->height = (int)size.height;
	screen->paddedWidthInBytes = screen->width * 4;
	client->rfb->newFBSizePending = TRUE;
	return 1;
}

void vnc_client_owe_size(struct vnc_client *client)
{
	if (client->can.extended_desktop_size)
		client->rfb->newFBSizePending = TRUE;
}

bool vnc_client_owes_size(const struct vnc_client *client)
{
	return client->rfb->useNewFBSize && client->rfb->newFBSizePending;
}

static int send_update(struct vnc_client *client, sraRegionPtr region)
{
	int r = vnc_client_drain(client);

	if (r < 0)
		return r;
	client->reason[0] = '\0';
	rfbSendFramebufferUpdate(client->rfb, region);
	return vnc_client_is_closed(client) ? -ECONNRESET : 0;
}

int vnc_client_send_size(struct vnc_client *client)
{
	/* While the size is owed, this sends nothing else, whatever the region. */
	return send_update(client, client->rfb->modifiedRegion);
}

int vnc_client_send_pixels(struct vnc_client *client, const uint32_t *pixels,
			   const pixman_region32_t *region)
{
	sraRegionPtr requested = client->rfb->requestedRegion;
	const pixman_box32_t *boxes;
	int count;
	int r;

	boxes = pixman_region32_rectangles(region, &count);
	for (int i = 0; i < count; i++) {
		sraRegionPtr box = sraRgnCreateRect(boxes[i].x1, boxes[i].y1, boxes[i].x2,
						    boxes[i].y2);

		sraRgnOr(requested, box);
		sraRgnDestroy(box);
	}
	/* The library only reads here: it has no cursor to draw. */
	client->screen->frameBuffer = (char *)pixels;
	r = send_update(client, requested);
	client->screen->frameBuffer = NULL;
	return r;
}

uint64_t vnc_client_bytes_sent(const struct vnc_client *client)
{
	return client->output.bytes_total + (uint64_t)rfbStatGetSentBytes(client->rfb);
}
