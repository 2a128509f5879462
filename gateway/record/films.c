/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/record/films.h"

#include "common/xalloc.h"
#include "gateway/frame/heads.h"

struct films {
	struct film_config config; /* of each, but for its head */
	struct heads *heads;
	struct film *films[HEADS_MAX];
};

struct films *films_create(struct loop *loop, struct workers *workers, struct heads *heads,
			   enum encoder_choice encoder)
{
	struct films *films = xcalloc(1, sizeof(*films));

	films->config = (struct film_config){.loop = loop, .workers = workers, .encoder = encoder};
	films->heads = heads;
	return films;
}

void films_destroy(struct films *films)
{
	if (!films)
		return;
	for (unsigned i = 0; i < HEADS_MAX; i++)
		film_destroy(films->films[i]);
	free(films);
}

struct film *films_get(struct films *films, unsigned index)
{
	struct head *head = heads_get(films->heads, index);
	struct film_config config = films->config;

	if (!head)
		return NULL;
	if (!films->films[index]) {
		config.head = head;
		films->films[index] = film_create(&config);
	}
	return films->films[index];
}

void films_note_event(struct films *films, const char *what)
{
	for (unsigned i = 0; i < HEADS_MAX; i++)
		if (films->films[i])
			film_note_event(films->films[i], what);
}
