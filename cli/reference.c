/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/reference.h"

#include <dirent.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/renderer_tag.h"
#include "common/xalloc.h"

#define SUFFIX ".png"

/* How long `name` is without a tag and a suffix. */
static size_t stem_length(const char *name)
{
	size_t length = strlen(name);
	size_t suffix = strlen(SUFFIX);
	CLEANUP(freep) char *stem = NULL;
	const char *at;

	if (length > suffix && strcmp(name + length - suffix, SUFFIX) == 0)
		length -= suffix;
	stem = strndup(name, length);
	at = stem ? strrchr(stem, '@') : NULL;
	return at && at > stem && renderer_tag_is_valid(at + 1) ? (size_t)(at - stem) : length;
}

char *reference_name(const char *path, const char *renderer)
{
	return xasprintf("%.*s@%s" SUFFIX, (int)stem_length(path), path, renderer);
}

/* Whether `name` is that of any renderer's, of what has this stem. */
static bool is_tagged(const char *name, const char *stem)
{
	size_t length = strlen(stem);

	return strncmp(name, stem, length) == 0 && name[length] == '@' &&
	       stem_length(name) == length;
}

/* The first by name of those that other renderers have; NULL: there is none. The caller frees. */
static char *find_another(const char *path)
{
	CLEANUP(freep) char *folder_copy = xstrdup(path);
	CLEANUP(freep) char *name_copy = xstrdup(path);
	const char *folder = dirname(folder_copy);
	char *stem = basename(name_copy);
	struct dirent **entries = NULL;
	char *found = NULL;
	int count;

	stem[stem_length(stem)] = '\0';
	count = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (!found && is_tagged(entries[i]->d_name, stem))
			found = xasprintf("%s/%s", folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return found;
}

char *reference_find(const char *path, const char *renderer, bool *ret_crosses)
{
	CLEANUP(freep) char *own = renderer ? reference_name(path, renderer) : NULL;
	char *found;

	*ret_crosses = false;
	if (!own)
		return xstrdup(path);
	if (access(own, F_OK) == 0)
		return TAKE(own);
	*ret_crosses = true;
	if (access(path, F_OK) == 0)
		return xstrdup(path);
	found = find_another(path);
	return found ?: xstrdup(path);
}
