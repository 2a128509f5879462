/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Tight pieces, shown by a decoder that is not ours: libvncclient's. */

#include <pthread.h>
#include <rfb/rfbclient.h>
#include <sys/socket.h>

#include "common/xalloc.h"
#include "gateway/encode/piece.h"
#include "gateway/encode/piece_cutter.h"
#include "gateway/frame/frame.h"
#include "tests/support/test.h"

#define WIDTH	  700
#define HEIGHT	  300
#define BYTES_MAX (8 * WIDTH * HEIGHT)

static uint32_t pixels[WIDTH * HEIGHT];
static const struct frame frame = {
	.number = 1,
	.width = WIDTH,
	.height = HEIGHT,
	.stride_bytes = WIDTH * 4,
	.pixels = pixels,
};

/* From the left: flat, lines, few colours, smooth, noise; and a byte that means nothing. */
static void draw(void)
{
	uint32_t state = 1;

	for (uint32_t y = 0; y < HEIGHT; y++) {
		for (uint32_t x = 0; x < WIDTH; x++) {
			uint32_t colours[] = {
				0x336699,
				x * y % 7 ? 0xffffff : 0x000000,
				(x * 7 + y * y) % 200 * 0x010203,
				(x & 0xff) << 16 | (y & 0xff) << 8 | ((x + y) & 0xff),
				state >> 8,
			};

			state = state * 1664525 + 1013904223;
			pixels[y * WIDTH + x] = colours[x / 140] | (state & 0xff000000);
		}
	}
}

/* -- A server of one update -------------------------------------------------------- */

struct stream {
	uint8_t *bytes;
	size_t size;
	int fd;
};

static void put(struct stream *stream, const void *bytes, size_t size)
{
	EXPECT(stream->size + size <= BYTES_MAX);
	memcpy(stream->bytes + stream->size, bytes, size);
	stream->size += size;
}

static void put_16(struct stream *stream, int value)
{
	uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

	put(stream, bytes, sizeof(bytes));
}

/* RFC 6143, 7.1.1 to 7.3.2: no password, and pixels as ours are. */
static void put_greeting(struct stream *stream)
{
	static const uint8_t security[] = {1, 1, 0, 0, 0, 0};
	static const uint8_t format[16] = {32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0};
	static const uint8_t name[] = {0, 0, 0, 1, 'x'};

	put(stream, "RFB 003.008\n", 12);
	put(stream, security, sizeof(security));
	put_16(stream, WIDTH);
	put_16(stream, HEIGHT);
	put(stream, format, sizeof(format));
	put(stream, name, sizeof(name));
}

static void put_update(struct stream *stream, struct piece_form form)
{
	CLEANUP(pieces_destroyp) struct pieces *pieces = pieces_create(BYTES_MAX);
	struct piece_cutter cutter;
	pixman_region32_t whole;
	pixman_box32_t box;
	int count = 0;

	put_16(stream, 0); /* FramebufferUpdate */
	size_t count_at = stream->size;
	put_16(stream, 0);
	pixman_region32_init_rect(&whole, 0, 0, WIDTH, HEIGHT);
	piece_cutter_begin(&cutter, &whole, PIECE_WIDTH, PIECE_HEIGHT);
	for (; piece_cutter_next(&cutter, &box); count++) {
		CLEANUP(packet_unrefp)
		struct packet *packet = pieces_encode(pieces, form, &frame, &box);

		put_16(stream, box.x1);
		put_16(stream, box.y1);
		put_16(stream, box.x2 - box.x1);
		put_16(stream, box.y2 - box.y1);
		put_16(stream, 0);
		put_16(stream, 7); /* Tight */
		put(stream, packet->data, packet->size);
	}
	piece_cutter_end(&cutter);
	pixman_region32_fini(&whole);
	stream->bytes[count_at] = (uint8_t)(count >> 8);
	stream->bytes[count_at + 1] = (uint8_t)count;
}

static void *run_server(void *data)
{
	struct stream *stream = data;

	for (size_t sent = 0; sent < stream->size;) {
		ssize_t n = send(stream->fd, stream->bytes + sent, stream->size - sent,
				 MSG_NOSIGNAL);

		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	return NULL;
}

/* -- Sentences ------------------------------------------------------------------------ */

static rfbClient *connect_client(int fd)
{
	rfbClient *client = rfbGetClient(8, 3, 4);

	client->sock = fd;
	client->format.redShift = 16;
	client->format.greenShift = 8;
	client->format.blueShift = 0;
	client->appData.encodingsString = "tight";
	EXPECT(InitialiseRFBConnection(client));
	client->width = client->si.framebufferWidth;
	client->height = client->si.framebufferHeight;
	EXPECT(client->MallocFrameBuffer(client));
	EXPECT(SetFormatAndEncodings(client));
	return client;
}

/* Returns how far the worst colour of all pixels is off. */
static int worst_error(struct piece_form form)
{
	struct stream stream = {.bytes = xcalloc(1, BYTES_MAX)};
	pthread_t server;
	int fds[2], worst = 0;

	put_greeting(&stream);
	put_update(&stream, form);
	EXPECT_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	stream.fd = fds[0];
	pthread_create(&server, NULL, run_server, &stream);

	rfbClient *client = connect_client(fds[1]);
	EXPECT(HandleRFBServerMessage(client));
	pthread_join(server, NULL);
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		for (int shift = 0; shift < 24; shift += 8) {
			uint32_t shown = ((const uint32_t *)(void *)client->frameBuffer)[i];
			int error = abs((int)(shown >> shift & 0xff) -
					(int)(pixels[i] >> shift & 0xff));

			worst = error > worst ? error : worst;
		}
	}
	free(client->frameBuffer);
	rfbClientCleanup(client);
	close(fds[0]);
	free(stream.bytes);
	return worst;
}

static void libvncclient_shows_tight_pieces_exactly(void)
{
	EXPECT_INT(worst_error((struct piece_form){.codec = PIECE_TIGHT}), 0);
}

static void libvncclient_shows_jpeg_pieces(void)
{
	struct piece_form best = {.codec = PIECE_TIGHT_JPEG, .quality = 9};

	EXPECT(worst_error(best) > 0);
	EXPECT(worst_error(best) < 16);
}

int main(void)
{
	rfbEnableClientLogging = FALSE;
	draw();
	RUN_TEST(libvncclient_shows_tight_pieces_exactly);
	RUN_TEST(libvncclient_shows_jpeg_pieces);
	return 0;
}
