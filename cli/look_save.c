/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/fingerprint.h"
#include "cli/gateway_renderer.h"
#include "cli/input_file.h"
#include "cli/look.h"
#include "cli/manifest.h"
#include "cli/output_file.h"
#include "cli/reference.h"
#include "cli/scenario.h"
#include "cli/signature.h"
#include "cli/terms.h"
#include "common/xalloc.h"

#define PICTURE_BYTES_MAX ((size_t)64 << 20)

/* How long a picture is waited for that was simply there when it was captured. */
#define CAPTURE_TIMEOUT_MS 5000
#define EXPECT_TIMEOUT_MS  30000

struct saving {
	struct target target; /* with the renderer */
	const struct look_save *save;
	struct scenario *scenario;
	char *report; /* a folder */
	struct json_object *manifest;
	struct json_object *references; /* in it */
};

static void add(struct json_object *to, const char *name, struct json_object *value)
{
	json_object_object_add(to, name, value);
}

static void add_text(struct json_object *to, const char *name, const char *text)
{
	add(to, name, json_object_new_string(text));
}

/* -- References ------------------------------------------------------------------ */

static bool is_expect(const struct scenario_step *step)
{
	return strcmp(step->words[0], "expect") == 0;
}

/* Whether its picture is a reference: with the pointer in it, it can be compared with nothing. */
static bool has_reference(const struct scenario_step *step, const struct terms *terms)
{
	return is_expect(step) || !terms->with_cursor;
}

/* Whether there is a picture in the step. */
static bool has_picture(const struct scenario_step *step)
{
	return is_expect(step) || strcmp(step->words[0], "capture") == 0;
}

/* Where the picture is now. The caller frees. */
static char *picture_path(const struct saving *saving, const struct scenario_step *step,
			  const struct terms *terms)
{
	CLEANUP(freep) char *path = NULL;
	bool crosses;

	if (!is_expect(step))
		return xasprintf("%s/%s.png", saving->report, terms->name);
	path = terms->name[0] == '/' ? xstrdup(terms->name)
				     : xasprintf("%s/%s", saving->scenario->directory, terms->name);
	return reference_find(path, saving->target.renderer, &crosses);
}

/* The caller frees. */
static char *reference_file(const struct saving *saving, const struct scenario_step *step)
{
	CLEANUP(freep) char *plain = xasprintf(MANIFEST_REFERENCES "/line-%u.png", step->line);

	return saving->target.renderer ? reference_name(plain, saving->target.renderer)
				       : TAKE(plain);
}

/* Both were checked when the scenario was carried out. */
static struct json_object *fraction(const char *text)
{
	double number = 0;
	char shortest[32];

	fraction_from_text(text, &number);
	snprintf(shortest, sizeof(shortest), "%g", number);
	return json_object_new_double_s(number, shortest);
}

static int64_t whole(const char *text)
{
	unsigned number = 0;

	unsigned_from_text(text, UINT32_MAX, &number);
	return number;
}

static struct json_object *list_of(const char *const *texts, unsigned count)
{
	struct json_object *list = json_object_new_array();

	for (unsigned i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(texts[i]));
	return list;
}

static unsigned timeout_of(const struct scenario_step *step, const struct terms *terms)
{
	unsigned timeout_ms = is_expect(step) ? EXPECT_TIMEOUT_MS : CAPTURE_TIMEOUT_MS;

	if (terms->timeout)
		duration_from_text(terms->timeout, &timeout_ms);
	return timeout_ms;
}

static struct json_object *describe_reference(const struct saving *saving,
					      const struct scenario_step *step,
					      const struct terms *terms)
{
	const struct look_save *save = saving->save;
	const char *tolerance = terms->tolerance ?: "0";
	const char *allowed = terms->allowed ?: "0";
	const char *cross_tolerance = terms->cross_tolerance ?: save->cross_tolerance ?: tolerance;
	const char *cross_allowed = terms->cross_allowed ?: save->cross_allowed ?: allowed;
	struct json_object *described = json_object_new_object();

	add(described, "line", json_object_new_int64(step->line));
	add_text(described, "step", step->text);
	add(described, "head", json_object_new_int64(whole(terms->head ?: "0")));
	add(described, "timeout_ms", json_object_new_int64(timeout_of(step, terms)));
	add(described, "tolerance", fraction(tolerance));
	add(described, "allow", json_object_new_int64(whole(allowed)));
	add(described, "cross_tolerance", fraction(cross_tolerance));
	add(described, "cross_allow", json_object_new_int64(whole(cross_allowed)));
	add(described, "areas", list_of(terms->areas, terms->areas_count));
	add(described, "ignore", list_of(terms->ignored, terms->ignored_count));
	return described;
}

/* Copies a file into the folder. */
static int copy_file(const struct saving *saving, const char *from, size_t max, const char *name,
		     struct json_object *described)
{
	CLEANUP(freep) char *to = xasprintf("%s/%s", saving->save->folder, name);
	char fingerprint[FINGERPRINT_LENGTH + 1];
	CLEANUP(freep) uint8_t *bytes = NULL;
	size_t size;
	int r = input_file_read(from, max, &bytes, &size);

	if (r < 0)
		return could_not("cannot read %s: %s", from, strerror(-r));
	r = output_file_write(to, bytes, size);
	if (r < 0)
		return could_not("cannot write %s: %s", to, strerror(-r));
	fingerprint_bytes(bytes, size, fingerprint);
	add_text(described, "file", name);
	add_text(described, "sha256", fingerprint);
	return STATUS_DONE;
}

static int save_reference(struct saving *saving, const struct scenario_step *step)
{
	CLEANUP(freep) char *path = NULL;
	CLEANUP(freep) char *file = reference_file(saving, step);
	struct json_object *described;
	struct terms terms;
	int status = terms_from_step(saving->scenario, step, &terms);

	if (status != STATUS_DONE || !has_reference(step, &terms))
		return status;
	path = picture_path(saving, step, &terms);
	described = describe_reference(saving, step, &terms);
	json_object_array_add(saving->references, described);
	return copy_file(saving, path, PICTURE_BYTES_MAX, file, described);
}

static int save_references(struct saving *saving)
{
	const struct scenario *scenario = saving->scenario;
	CLEANUP(freep) char *folder = xasprintf("%s/" MANIFEST_REFERENCES, saving->save->folder);
	int status = STATUS_DONE;

	if (mkdir(folder, 0777) < 0 && errno != EEXIST)
		return could_not("cannot make the folder %s: %s", folder, strerror(errno));
	for (size_t i = 0; i < scenario->steps_count && status == STATUS_DONE; i++)
		if (has_picture(&scenario->steps[i]))
			status = save_reference(saving, &scenario->steps[i]);
	if (status == STATUS_DONE && json_object_array_length(saving->references) == 0)
		status = usage_error("%s captures and expects no picture that could be compared",
				     scenario->path);
	return status;
}

/* A report has one picture of a name. */
static int check_names(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->steps_count; i++) {
		const struct scenario_step *step = &scenario->steps[i];
		struct terms terms, other;

		if (strcmp(step->words[0], "capture") != 0)
			continue;
		if (terms_from_step(scenario, step, &terms) != STATUS_DONE)
			return STATUS_USAGE;
		for (size_t k = 0; k < i; k++)
			if (strcmp(scenario->steps[k].words[0], "capture") == 0 &&
			    terms_from_step(scenario, &scenario->steps[k], &other) == STATUS_DONE &&
			    strcmp(terms.name, other.name) == 0)
				return usage_error("%s:%u:1: there are two captures of the name %s",
						   scenario->path, step->line, terms.name);
	}
	return STATUS_DONE;
}

/* -- What else there is ------------------------------------------------------------ */

static struct json_object *describe_heads(struct json_object *status)
{
	struct json_object *described = json_object_new_array();
	struct json_object *heads = json_object_object_get(status, "heads");
	size_t count = heads ? json_object_array_length(heads) : 0;
	static const char *const members[] = {"index", "width", "height"};

	for (size_t i = 0; i < count; i++) {
		struct json_object *head = json_object_new_object();

		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			add(head, members[k],
			    json_object_get(json_object_object_get(
				    json_object_array_get_idx(heads, i), members[k])));
		json_object_array_add(described, head);
	}
	return described;
}

static int describe_images(const struct look_save *save, struct json_object **ret_images)
{
	CLEANUP(json_object_putp) struct json_object *images = json_object_new_array();

	for (size_t i = 0; i < save->images_count; i++) {
		CLEANUP(freep) char *copy = xstrdup(save->images[i]);
		struct json_object *image = json_object_new_object();
		char fingerprint[FINGERPRINT_LENGTH + 1];
		uint64_t size;
		int r = fingerprint_file(save->images[i], fingerprint, &size);

		json_object_array_add(images, image);
		if (r < 0)
			return could_not("cannot read %s: %s", save->images[i], strerror(-r));
		add_text(image, "file", basename(copy));
		add(image, "bytes", json_object_new_uint64(size));
		add_text(image, "sha256", fingerprint);
	}
	*ret_images = TAKE(images);
	return STATUS_DONE;
}

static const char *member_text(struct json_object *object, const char *name)
{
	const char *text = object ? manifest_text(object, name) : NULL;

	return text ?: "";
}

static void describe_saving(struct saving *saving)
{
	struct json_object *manifest = saving->manifest;
	time_t time_now = time(NULL);
	struct tm parts;
	char now[64] = "";

	if (gmtime_r(&time_now, &parts))
		strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &parts);
	add(manifest, "format", json_object_new_int(1));
	add_text(manifest, "saved", now);
	add_text(manifest, "windscreen", WINDSCREEN_VERSION);
	add_text(manifest, "renderer", saving->target.renderer ?: "");
}

static int describe_guest(struct saving *saving)
{
	CLEANUP(client_closep) struct client *client = NULL;
	CLEANUP(json_object_putp) struct json_object *answer = NULL;
	struct json_object *manifest = saving->manifest;
	int status = client_open(&saving->target, &client);

	if (status == STATUS_DONE)
		status = client_get_json(client, "/api/v1/status", &answer);
	if (status != STATUS_DONE)
		return status;
	add_text(manifest, "guest", member_text(json_object_object_get(answer, "guest"), "name"));
	add_text(manifest, "gateway", member_text(answer, "version"));
	add(manifest, "heads", describe_heads(answer));
	return STATUS_DONE;
}

/* -- All of it --------------------------------------------------------------------- */

static int run_scenario(const struct saving *saving)
{
	char *words[] = {"run", "--report", saving->report, (char *)saving->save->scenario, NULL};

	return command_run(&saving->target, 4, words);
}

static int make_folder(const char *folder)
{
	CLEANUP(freep) char *manifest = xasprintf("%s/" MANIFEST_FILE, folder);

	if (mkdir(folder, 0777) < 0 && errno != EEXIST)
		return could_not("cannot make the folder %s: %s", folder, strerror(errno));
	if (access(manifest, F_OK) == 0)
		return could_not("%s has been saved before: take another folder, or remove it",
				 manifest);
	return STATUS_DONE;
}

/* What would be in vain, is found out before the guest is driven. */
static int prepare(struct saving *saving)
{
	const struct look_save *save = saving->save;
	uint8_t signature[SIGNATURE_SIZE];
	struct json_object *images = NULL;
	int status = check_names(saving->scenario);

	if (status == STATUS_DONE && save->sign)
		status = signature_make(save->sign, "", 0, signature);
	if (status == STATUS_DONE)
		status = describe_images(save, &images);
	if (status == STATUS_DONE)
		status = make_folder(save->folder);
	add(saving->manifest, "images", images);
	return status;
}

static int save_all(struct saving *saving)
{
	const struct look_save *save = saving->save;
	struct json_object *scenario = json_object_new_object();
	int status;

	describe_saving(saving);
	status = prepare(saving);
	add(saving->manifest, "scenario", scenario);
	saving->references = json_object_new_array();
	add(saving->manifest, "references", saving->references);
	if (status == STATUS_DONE)
		status = run_scenario(saving);
	if (status == STATUS_DONE)
		status = save_references(saving);
	if (status == STATUS_DONE)
		status = copy_file(saving, save->scenario, SCENARIO_BYTES_MAX, MANIFEST_SCENARIO,
				   scenario);
	if (status == STATUS_DONE)
		status = describe_guest(saving);
	return status == STATUS_DONE ? manifest_write(save->folder, saving->manifest, save->sign)
				     : status;
}

int look_save(const struct target *target, const struct look_save *save)
{
	CLEANUP(scenario_destroyp) struct scenario *scenario = NULL;
	CLEANUP(json_object_putp) struct json_object *manifest = json_object_new_object();
	CLEANUP(freep) char *report = xasprintf("%s/report", save->folder);
	struct saving saving = {
		.target = *target, .save = save, .report = report, .manifest = manifest};
	char renderer[RENDERER_TAG_MAX + 1];
	int status = scenario_read(save->scenario, &scenario);

	saving.scenario = scenario;
	if (status == STATUS_DONE)
		status = gateway_renderer_find(&saving.target, renderer);
	return status == STATUS_DONE ? save_all(&saving) : status;
}
