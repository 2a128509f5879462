/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/crowd.h"

#include "common/xalloc.h"

#define PICTURE_US 33333

/* A pace is seen over so many pictures of the guest, and is kept when one in so many of them
 * was shown: machines that test are busy. */
#define PACE_PICTURES 60
#define PACE_ONE_IN   4

/* Who is idle works less than one part in so many of such a time. */
#define IDLE_US	    UINT64_C(1000000)
#define IDLE_ONE_IN 10

/* -- The guest ------------------------------------------------------------------ */

static bool is_moving(const struct crowd *crowd)
{
	struct fake_size size = fake_head_size(crowd->guest, 0);
	const struct film_box *box = &crowd->moving;

	return box->width > 0 && box->x + box->width <= size.width &&
	       box->y + box->height <= size.height;
}

static void play(void *data)
{
	struct crowd *crowd = data;
	const struct film_box *box = &crowd->moving;

	loop_timer_arm(crowd->timer, PICTURE_US);
	if (!crowd->guest || !is_moving(crowd))
		return;
	film_draw(fake_head_pixels(crowd->guest, 0), fake_head_size(crowd->guest, 0).width, *box,
		  ++crowd->pictures);
	fake_head_present(crowd->guest, 0, (int32_t)box->x, (int32_t)box->y, (int32_t)box->width,
			  (int32_t)box->height);
}

/* Something of everything, and nowhere what a film shows. */
static void paint(struct crowd *crowd)
{
	struct fake_size size = fake_head_size(crowd->guest, 0);
	uint32_t *pixels = fake_head_pixels(crowd->guest, 0);

	for (uint32_t y = 0; y < size.height; y++)
		for (uint32_t x = 0; x < size.width; x++)
			pixels[(size_t)y * size.width + x] =
				x % 61 == 0 || y % 37 == 0 ? 0xffe0e0e0
							   : 0xff102030 + (x / 61 + size.width) * 8;
	fake_head_present_all(crowd->guest, 0);
}

void crowd_start_guest(struct crowd *crowd, uint32_t width, uint32_t height)
{
	const struct fake_options options = {
		.path = crowd->path,
		.heads = 1,
		.width = width,
		.height = height,
	};

	EXPECT_INT(fake_display1_create(loop_event(crowd->loop), &options, &crowd->guest), 0);
	CROWD_UNTIL(crowd, fake_head_listeners(crowd->guest, 0) > 0);
	paint(crowd);
}

void crowd_kill_guest(struct crowd *crowd)
{
	fake_display1_destroy(TAKE(crowd->guest));
}

void crowd_resize(struct crowd *crowd, uint32_t width, uint32_t height)
{
	fake_head_new_surface(crowd->guest, 0, width, height);
	paint(crowd);
}

void crowd_move(struct crowd *crowd, struct film_box moving)
{
	crowd->moving = moving;
}

void crowd_rest(struct crowd *crowd)
{
	crowd->moving = (struct film_box){0};
}

/* -- The whole --------------------------------------------------------------------- */

void crowd_open(struct crowd *crowd, const char *const *words)
{
	const char *all[GATEWAY_WORDS_MAX + 1] = {"--access", "open"};
	unsigned count = 2;

	*crowd = (struct crowd){0};
	for (; words && *words; words++) {
		EXPECT(count < GATEWAY_WORDS_MAX);
		all[count++] = *words;
	}
	gateway_start(&crowd->gateway, 0, all);
	crowd->path = gateway_path(&crowd->gateway, "guest.sock");
	EXPECT_INT(loop_create(&crowd->loop), 0);
	EXPECT_INT(loop_timer_create(crowd->loop, play, crowd, &crowd->timer), 0);
	loop_timer_arm(crowd->timer, PICTURE_US);
	crowd_start_guest(crowd, CROWD_WIDTH, CROWD_HEIGHT);
}

void crowd_close(struct crowd *crowd)
{
	if (crowd->gateway.child)
		EXPECT_INT(gateway_stop(&crowd->gateway), 0);
	for (unsigned i = 0; i < crowd->vnc_count; i++)
		rfb_client_destroy(crowd->vnc[i]);
	for (unsigned i = 0; i < crowd->rdp_count; i++)
		rdp_client_destroy(crowd->rdp[i]);
	fake_display1_destroy(crowd->guest);
	loop_timer_destroy(crowd->timer);
	loop_destroy(crowd->loop);
	gateway_finish(&crowd->gateway);
	free(crowd->path);
}

/* -- Viewers ---------------------------------------------------------------------- */

struct rfb_client *crowd_add_vnc(struct crowd *crowd, enum crowd_kind kind)
{
	static const int32_t encodings[] = {RFB_H264,
					    RFB_TIGHT,
					    RFB_CURSOR,
					    RFB_LAST_RECT,
					    RFB_EXTENDED_DESKTOP_SIZE,
					    RFB_FENCE,
					    RFB_CONTINUOUS_UPDATES};
	size_t skipped = kind == CROWD_TIGHT ? 1 : 0;
	struct rfb_client *client = rfb_client_create(gateway_connect(&crowd->gateway, "vnc"), NULL,
						      kind != CROWD_BLIND);

	EXPECT(crowd->vnc_count < CROWD_MAX);
	crowd->vnc[crowd->vnc_count++] = client;
	CROWD_UNTIL(crowd, client->state == RFB_STATE_READY);
	EXPECT_INT(rfb_send_encodings(client, encodings + skipped,
				      sizeof(encodings) / sizeof(encodings[0]) - skipped),
		   0);
	CROWD_UNTIL(crowd, client->has_continuous_updates);
	EXPECT_INT(rfb_send_continuous(client, true), 0);
	return client;
}

struct rdp_client *crowd_add_rdp(struct crowd *crowd, const struct rdp_client_options *options)
{
	struct rdp_client_options all = options ? *options : (struct rdp_client_options){0};
	struct rdp_client *client;

	all.port = crowd->gateway.rdp_port;
	all.user = "dev";
	all.password = "";
	all.width = CROWD_WIDTH;
	all.height = CROWD_HEIGHT;
	all.takes_video = true;
	client = rdp_client_start(&all);
	EXPECT(crowd->rdp_count < CROWD_MAX);
	crowd->rdp[crowd->rdp_count++] = client;
	CROWD_UNTIL(crowd, rdp_client_is_connected(client));
	return client;
}

void crowd_turn(struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->vnc_count; i++)
		rfb_client_process(crowd->vnc[i]);
	sd_event_run(loop_event(crowd->loop), 1000);
}

bool crowd_vnc_sees(struct crowd *crowd, const struct rfb_client *client)
{
	struct fake_size size = fake_head_size(crowd->guest, 0);
	const uint32_t *pixels = fake_head_pixels(crowd->guest, 0);

	if (client->width != size.width || client->height != size.height)
		return false;
	for (size_t i = 0; i < (size_t)size.width * size.height; i++)
		if ((client->pixels[i] ^ pixels[i]) & 0xffffff)
			return false;
	return true;
}

bool crowd_rdp_sees(struct crowd *crowd, struct rdp_client *client)
{
	struct fake_size size = fake_head_size(crowd->guest, 0);

	return rdp_client_shows(client, 0, 0, size.width, size.height,
				fake_head_pixels(crowd->guest, 0));
}

bool crowd_sees(struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->vnc_count; i++)
		if (!crowd_vnc_sees(crowd, crowd->vnc[i]))
			return false;
	for (unsigned i = 0; i < crowd->rdp_count; i++)
		if (!crowd_rdp_sees(crowd, crowd->rdp[i]))
			return false;
	return true;
}

void crowd_expect_exact_at_rest(struct crowd *crowd)
{
	uint64_t since = loop_now_us();

	crowd_rest(crowd);
	CROWD_UNTIL(crowd, crowd_sees(crowd));
	printf("  exact %u ms after it came to rest\n", (unsigned)((loop_now_us() - since) / 1000));
}

static void play_for_pace(struct crowd *crowd, void (*each)(struct crowd *crowd))
{
	uint32_t end = crowd->pictures + PACE_PICTURES;
	uint64_t since = loop_now_us();

	while (crowd->pictures < end) {
		EXPECT(loop_now_us() - since < TEST_DEADLINE_MS * UINT64_C(1000));
		crowd_turn(crowd);
		if (each)
			each(crowd);
	}
}

static void expect_pace(uint64_t shown)
{
	printf("  %u of %u pictures\n", (unsigned)shown, PACE_PICTURES);
	EXPECT(shown >= PACE_PICTURES / PACE_ONE_IN);
}

void crowd_expect_vnc_pace(struct crowd *crowd, struct rfb_client *client,
			   void (*each)(struct crowd *crowd))
{
	unsigned before = client->units_count;

	play_for_pace(crowd, each);
	expect_pace(client->units_count - before);
}

void crowd_expect_rdp_pace(struct crowd *crowd, struct rdp_client *client,
			   void (*each)(struct crowd *crowd))
{
	uint64_t before = rdp_client_video(client).units;

	play_for_pace(crowd, each);
	expect_pace(rdp_client_video(client).units - before);
}

void crowd_expect_idle(struct crowd *crowd)
{
	uint64_t until = loop_now_us() + IDLE_US;
	uint64_t before = child_cpu_us(crowd->gateway.child);
	uint64_t used;

	while (loop_now_us() < until)
		crowd_turn(crowd);
	used = child_cpu_us(crowd->gateway.child) - before;
	printf("  %u ms of processor time in %u\n", (unsigned)(used / 1000),
	       (unsigned)(IDLE_US / 1000));
	EXPECT(used < IDLE_US / IDLE_ONE_IN);
}

unsigned crowd_logged(struct crowd *crowd, const char *text)
{
	CLEANUP(freep) char *log = gateway_log(&crowd->gateway);
	unsigned count = 0;

	for (const char *at = log; (at = strstr(at, text)); at += strlen(text))
		count++;
	return count;
}
