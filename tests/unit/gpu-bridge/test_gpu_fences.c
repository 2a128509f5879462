/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu-bridge/gpu/gpu_fences.h"

#include "tests/fakes/fake_gl.h"
#include "tests/fakes/gpu_driver_3d.h"
#include "tests/support/test.h"
#include "tests/unit/gpu-bridge/gpu_stage.h"

#define OK		VIRTIO_GPU_RESP_OK_NODATA
#define INVALID		VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define INVALID_CONTEXT VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID

/* A word that the fake refuses. */
#define BAD_WORD UINT32_MAX

/* A command that was sent, and not waited for. */
struct sent {
	uint16_t head;
	uint64_t answer;
};

/* Contexts 1 and 2 are there. */
static struct gpu_stage *stage_create(void)
{
	struct gpu_stage *stage = gpu_stage_create_with(fake_gl_ops());

	EXPECT_INT(gpu_driver_context_create(&stage->driver, 1), OK);
	EXPECT_INT(gpu_driver_context_create(&stage->driver, 2), OK);
	fake_gl_told();
	return stage;
}

static struct sent send_words(struct gpu_stage *stage, struct virtio_gpu_ctrl_hdr header,
			      uint32_t word)
{
	struct guest_ram *ram = stage->front->ram;
	uint64_t address = guest_ram_take(ram, 256);
	struct sent sent = {.answer = address + 128};
	struct virtio_gpu_cmd_submit *command = guest_ram_at(ram, address);
	struct ring_part parts[] = {
		{address, sizeof(*command) + sizeof(word), false},
		{sent.answer, sizeof(struct virtio_gpu_ctrl_hdr), true},
	};

	command->hdr = header;
	command->hdr.type = VIRTIO_GPU_CMD_SUBMIT_3D;
	command->size = sizeof(word);
	memcpy(command + 1, &word, sizeof(word));
	sent.head = driver_ring_submit(&stage->front->rings[GPU_CONTROL_QUEUE], parts, 2);
	vhost_front_kick(stage->front, GPU_CONTROL_QUEUE);
	return sent;
}

/* Something that is drawn by a context, with a fence. */
static struct sent draw(struct gpu_stage *stage, uint32_t context, uint64_t fence)
{
	return send_words(stage,
			  (struct virtio_gpu_ctrl_hdr){.flags = VIRTIO_GPU_FLAG_FENCE,
						       .ctx_id = context,
						       .fence_id = fence},
			  0);
}

static const struct virtio_gpu_ctrl_hdr *expect_answer(struct gpu_stage *stage, struct sent sent)
{
	uint32_t head, written;

	EXPECT(vhost_front_wait_used(stage->front, GPU_CONTROL_QUEUE, &head, &written));
	EXPECT_INT(head, sent.head);
	EXPECT_INT(written, sizeof(struct virtio_gpu_ctrl_hdr));
	return guest_ram_at(stage->front->ram, sent.answer);
}

struct asked {
	const char *words;
	char text[256];
};

static bool has_asked(void *data)
{
	struct asked *asked = data;
	const char *told = fake_gl_told();

	if (told[0] && asked->text[0])
		strcat(asked->text, " ");
	strcat(asked->text, told);
	return strlen(asked->text) >= strlen(asked->words);
}

/* Waits until the renderer was asked for this. */
static void expect_asked(struct gpu_stage *stage, const char *words)
{
	struct asked asked = {.words = words};

	test_wait(stage->loop, has_asked, &asked);
	EXPECT_STRING(asked.text, words);
}

static void expect_no_answer(struct gpu_stage *stage)
{
	uint32_t head, written;

	vhost_front_sync(stage->front);
	EXPECT(!driver_ring_take_used(&stage->front->rings[GPU_CONTROL_QUEUE], &head, &written));
}

/* -- Waiting ----------------------------------------------------------------- */

static void an_answer_waits_for_its_fence_and_carries_it(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	const struct virtio_gpu_ctrl_hdr *answer;
	struct sent sent = send_words(
		stage,
		(struct virtio_gpu_ctrl_hdr){.flags = VIRTIO_GPU_FLAG_FENCE |
						      VIRTIO_GPU_FLAG_INFO_RING_IDX,
					     .ctx_id = 1,
					     .ring_idx = 5,
					     .fence_id = UINT64_C(0x123456789abcdef0)},
		0);

	expect_asked(stage, "fence1:1");
	expect_no_answer(stage);
	fake_gl_pass(1, 1);
	answer = expect_answer(stage, sent);
	EXPECT_INT(answer->type, OK);
	EXPECT_INT(answer->flags, VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX);
	EXPECT(answer->fence_id == UINT64_C(0x123456789abcdef0));
	EXPECT_INT(answer->ctx_id, 1);
	EXPECT_INT(answer->ring_idx, 5);
}

static void the_guest_is_interrupted_when_a_fence_passes(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct driver_ring *ring = &stage->front->rings[GPU_CONTROL_QUEUE];
	struct sent sent;

	driver_ring_set_used_event(ring, ring->next_used);
	sent = draw(stage, 1, 10);
	expect_asked(stage, "fence1:1");
	vhost_front_was_called(stage->front, GPU_CONTROL_QUEUE);
	fake_gl_pass(1, 1);
	EXPECT(vhost_front_was_called(stage->front, GPU_CONTROL_QUEUE));
	expect_answer(stage, sent);
}

static void commands_without_a_fence_do_not_wait_for_others(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent sent = draw(stage, 1, 10);

	EXPECT_INT(gpu_driver_create(&stage->driver, 1, 8, 8), OK);
	fake_gl_pass(1, 1);
	expect_answer(stage, sent);
}

static void answers_leave_in_order_whatever_context_is_done_first(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent first = draw(stage, 1, 10);
	struct sent second = draw(stage, 2, 11);
	struct sent third = draw(stage, 1, 12);

	expect_asked(stage, "fence1:1 fence2:2 fence1:3");
	fake_gl_pass(2, 2);
	expect_no_answer(stage);
	fake_gl_pass(1, 1);
	EXPECT(expect_answer(stage, first)->fence_id == 10);
	EXPECT(expect_answer(stage, second)->fence_id == 11);
	expect_no_answer(stage);
	fake_gl_pass(1, 3);
	expect_answer(stage, third);
}

static void a_fence_that_passes_takes_earlier_ones_of_its_context_along(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent first = draw(stage, 1, 10);
	struct sent second = draw(stage, 1, 11);

	expect_asked(stage, "fence1:1 fence1:2");
	fake_gl_pass(1, 2);
	expect_answer(stage, first);
	expect_answer(stage, second);
	fake_gl_pass(1, 2);
	expect_no_answer(stage);
}

static void a_refused_command_is_answered_in_its_turn(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent first = draw(stage, 1, 10);
	struct sent second = send_words(stage,
					(struct virtio_gpu_ctrl_hdr){
						.flags = VIRTIO_GPU_FLAG_FENCE,
						.ctx_id = 1,
						.fence_id = 11,
					},
					BAD_WORD);
	struct sent third = draw(stage, 3, 12); /* there is no such context */

	expect_asked(stage, "fence1:1 fence1:2 fence0:3");
	expect_no_answer(stage);
	fake_gl_pass(1, 2);
	fake_gl_pass(0, 3);
	EXPECT_INT(expect_answer(stage, first)->type, OK);
	EXPECT_INT(expect_answer(stage, second)->type, INVALID);
	EXPECT_INT(expect_answer(stage, third)->type, INVALID_CONTEXT);
}

static void what_has_no_fence_to_wait_for_is_answered_in_its_turn(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent first = draw(stage, 1, 10);
	struct sent second;

	expect_asked(stage, "fence1:1");
	fake_gl_set_working(false);
	second = draw(stage, 1, 11);
	expect_no_answer(stage);
	fake_gl_pass(1, 1);
	expect_answer(stage, first);
	expect_answer(stage, second);
}

/* -- Those who go ------------------------------------------------------------ */

static void a_context_that_goes_takes_its_fences_along_and_no_others(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent first = draw(stage, 1, 10);
	struct sent second = draw(stage, 2, 11);

	expect_asked(stage, "fence1:1 fence2:2");
	/* Its own answer is not held back: it asks for no fence. */
	EXPECT_INT(gpu_driver_context_destroy(&stage->driver, 1), OK);
	expect_answer(stage, first);
	/* The renderer may have lost the other one's. */
	expect_asked(stage, "destroy1 fence2:2");
	fake_gl_pass(2, 2);
	expect_answer(stage, second);
}

static void a_guest_that_resets_in_mid_fence_hears_no_more_of_it(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent sent;

	draw(stage, 1, 10);
	expect_asked(stage, "fence1:1");
	vhost_front_send(stage->front, VHOST_RESET_DEVICE, 0, NULL, 0, NULL, 0);
	vhost_front_sync(stage->front);
	expect_asked(stage, "destroy2 destroy1");
	fake_gl_pass(1, 1);
	vhost_front_start(stage->front, GPU_STAGE_FEATURES);
	gpu_driver_init(&stage->driver, stage->front);
	fake_gl_pass(1, 1);
	expect_no_answer(stage);

	EXPECT_INT(gpu_driver_context_create(&stage->driver, 1), OK);
	sent = draw(stage, 1, 1);
	expect_asked(stage, "create1 fence1:2");
	fake_gl_pass(1, 1);
	expect_no_answer(stage);
	fake_gl_pass(1, 2);
	EXPECT(expect_answer(stage, sent)->fence_id == 1);
}

static void a_front_end_that_leaves_in_mid_fence_hears_no_more_of_it(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();

	draw(stage, 1, 10);
	expect_asked(stage, "fence1:1");
	vhost_front_destroy(TAKE(stage->front));
	fake_gl_pass(1, 1);
	stage->front = vhost_front_connect(stage->loop, stage->path, 1 << 20);
	vhost_front_set_up(stage->front);
	vhost_front_start(stage->front, GPU_STAGE_FEATURES);
	fake_gl_pass(1, 1);
	expect_no_answer(stage);
}

/* -- Pauses ------------------------------------------------------------------ */

static void a_fence_that_passes_in_a_pause_is_answered_when_the_vm_goes_on(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct sent first = draw(stage, 1, 10);
	struct sent second = draw(stage, 1, 11);

	expect_asked(stage, "fence1:1 fence1:2");
	vhost_front_stop(stage->front);
	fake_gl_pass(1, 1);
	expect_no_answer(stage);
	vhost_front_continue(stage->front);
	EXPECT(expect_answer(stage, first)->fence_id == 10);
	expect_no_answer(stage);
	fake_gl_pass(1, 2);
	EXPECT(expect_answer(stage, second)->fence_id == 11);
	EXPECT_INT(gpu_driver_create(&stage->driver, 1, 8, 8), OK);
}

/* -- Bounds ------------------------------------------------------------------ */

/* Offers the same chains again and again, before they came back. */
static void a_guest_with_more_fences_than_its_ring_has_room_for_is_bounded(void)
{
	CLEANUP(gpu_stage_destroyp) struct gpu_stage *stage = stage_create();
	struct driver_ring *ring = &stage->front->rings[GPU_CONTROL_QUEUE];
	uint32_t head, written;
	unsigned answered = 0;

	for (unsigned i = 0; i < GPU_FENCES_MAX + 16; i++) {
		struct sent sent = draw(stage, 1, i);

		/* Once there are too many, each is answered at once. */
		if (i < GPU_FENCES_MAX)
			expect_no_answer(stage);
		else
			expect_answer(stage, sent);
	}
	fake_gl_pass(1, UINT64_MAX);
	while (driver_ring_take_used(ring, &head, &written))
		answered++;
	EXPECT_INT(answered % FRONT_RING_SIZE, GPU_FENCES_MAX % FRONT_RING_SIZE);
}

int main(void)
{
	RUN_TEST(an_answer_waits_for_its_fence_and_carries_it);
	RUN_TEST(the_guest_is_interrupted_when_a_fence_passes);
	RUN_TEST(commands_without_a_fence_do_not_wait_for_others);
	RUN_TEST(answers_leave_in_order_whatever_context_is_done_first);
	RUN_TEST(a_fence_that_passes_takes_earlier_ones_of_its_context_along);
	RUN_TEST(a_refused_command_is_answered_in_its_turn);
	RUN_TEST(what_has_no_fence_to_wait_for_is_answered_in_its_turn);
	RUN_TEST(a_context_that_goes_takes_its_fences_along_and_no_others);
	RUN_TEST(a_guest_that_resets_in_mid_fence_hears_no_more_of_it);
	RUN_TEST(a_front_end_that_leaves_in_mid_fence_hears_no_more_of_it);
	RUN_TEST(a_fence_that_passes_in_a_pause_is_answered_when_the_vm_goes_on);
	RUN_TEST(a_guest_with_more_fences_than_its_ring_has_room_for_is_bounded);
	return 0;
}
