/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The guest's power, by the monitor that the source has.
 */
#include "common/log.h"
#include "gateway/source/power.h"
#include "tests/integration/source_rig.h"

struct stage {
	struct rig *rig;
	struct power *power;
	unsigned answers;
	char state[32];
	char error[128]; /* "" where there was none */
};

static struct stage *stage_create(enum fake_monitor monitor)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	stage->rig = rig_create(SOURCE_QMP);
	stage->rig->options.monitor = monitor;
	stage->power = power_create();
	rig_start_source(stage->rig);
	source_lend_monitor(stage->rig->source, stage->power);
	return stage;
}

static void stage_destroy(struct stage *stage)
{
	rig_destroy(stage->rig);
	power_destroy(stage->power);
	free(stage);
}
DEFINE_CLEANUP(struct stage *, stage_destroy)

static struct stage *stage_create_attached(void)
{
	struct stage *stage = stage_create(FAKE_MONITOR_QMP);

	rig_start_guest(stage->rig);
	WAIT_UNTIL(stage->rig, rig_has_picture(stage->rig, 0));
	return stage;
}

static void handle_answer(void *data, const char *state, const char *error)
{
	struct stage *stage = data;

	stage->answers++;
	snprintf(stage->state, sizeof(stage->state), "%s", state);
	snprintf(stage->error, sizeof(stage->error), "%s", error ?: "");
}

static struct power_request *ask(struct stage *stage, enum power_action action)
{
	unsigned before = stage->answers;
	struct power_request *request = power_ask(stage->power, action, handle_answer, stage);

	EXPECT_INT(stage->answers, before);
	return request;
}

static void expect_told(enum power_action action, const char *line)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_create_attached();

	EXPECT(ask(stage, action));
	WAIT_UNTIL(stage->rig, stage->answers == 1);
	EXPECT_STRING(stage->error, "");
	EXPECT_INT(rig_times_told(stage->rig, line), 1);
}

static void qemu_is_told_what_to_do(void)
{
	expect_told(POWER_RESET, "power system_reset");
	expect_told(POWER_DOWN, "power system_powerdown");
	expect_told(POWER_PAUSE, "power stop");
	expect_told(POWER_RESUME, "power cont");
}

static void a_qemu_that_ends_before_it_says_so_has_ended(void)
{
	expect_told(POWER_OFF, "power quit");
}

static void the_state_is_qemus_word(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_create_attached();

	EXPECT(ask(stage, POWER_STATUS));
	WAIT_UNTIL(stage->rig, stage->answers == 1);
	EXPECT_STRING(stage->state, "paused");
}

static void without_a_monitor_nothing_is_asked(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_create(FAKE_MONITOR_QMP);

	EXPECT(!ask(stage, POWER_RESET));
	rig_start_guest(stage->rig);
	WAIT_UNTIL(stage->rig, rig_has_picture(stage->rig, 0));
	rig_stop_guest(stage->rig);
	WAIT_UNTIL(stage->rig, !source_status(stage->rig->source).is_attached);
	WAIT_UNTIL(stage->rig, !ask(stage, POWER_RESET));
}

static void a_qemu_that_goes_away_has_failed_at_what_it_was_asked(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_create_attached();

	EXPECT(ask(stage, POWER_RESET));
	EXPECT(ask(stage, POWER_OFF));
	rig_stop_guest(stage->rig);
	WAIT_UNTIL(stage->rig, stage->answers == 2);
}

static void whoever_asked_and_went_away_is_not_told(void)
{
	CLEANUP(stage_destroyp) struct stage *stage = stage_create_attached();

	power_cancel(ask(stage, POWER_RESET));
	EXPECT(ask(stage, POWER_STATUS));
	WAIT_UNTIL(stage->rig, stage->answers == 1);
	EXPECT_STRING(stage->state, "paused");
	EXPECT_INT(rig_times_told(stage->rig, "power system_reset"), 1);
}

static void handle_event(void *data, const char *what)
{
	struct stage *stage = data;

	stage->answers++;
	snprintf(stage->state, sizeof(stage->state), "%s", what);
}

static void what_happens_to_the_vm_is_told(void)
{
	static const char *const events[][2] = {
		{"RESET", "reset"},	  {"STOP", "paused"},	      {"RESUME", "resumed"},
		{"SHUTDOWN", "shutdown"}, {"POWERDOWN", "powerdown"},
	};
	CLEANUP(stage_destroyp) struct stage *stage = stage_create_attached();

	power_observe(stage->power, handle_event, stage);
	fake_monitor_say(stage->rig->guest, "{\"event\": \"RTC_CHANGE\"}\r\n");
	for (unsigned i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		CLEANUP(freep) char *line = NULL;

		EXPECT(asprintf(&line, "{\"event\": \"%s\"}\r\n", events[i][0]) > 0);
		fake_monitor_say(stage->rig->guest, line);
		WAIT_UNTIL(stage->rig, stage->answers == i + 1);
		EXPECT_STRING(stage->state, events[i][1]);
	}
}

static void names_are_those_of_the_command_line(void)
{
	enum power_action action;

	EXPECT(power_action_from_name("off", &action) && action == POWER_OFF);
	EXPECT(power_action_from_name("status", &action) && action == POWER_STATUS);
	EXPECT(!power_action_from_name("Off", &action));
	EXPECT(!power_action_from_name("", &action));
}

int main(void)
{
	log_open(getenv("VERBOSE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	RUN_TEST(qemu_is_told_what_to_do);
	RUN_TEST(a_qemu_that_ends_before_it_says_so_has_ended);
	RUN_TEST(the_state_is_qemus_word);
	RUN_TEST(without_a_monitor_nothing_is_asked);
	RUN_TEST(a_qemu_that_goes_away_has_failed_at_what_it_was_asked);
	RUN_TEST(whoever_asked_and_went_away_is_not_told);
	RUN_TEST(what_happens_to_the_vm_is_told);
	RUN_TEST(names_are_those_of_the_command_line);
	return 0;
}
