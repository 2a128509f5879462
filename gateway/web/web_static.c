/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/web/web_static.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/xalloc.h"
#include "gateway/web/web_context.h"
#include "gateway/web/web_listener.h"
#include "gateway/web/web_request.h"

/* A file is read whole; ours have some hundred KB. */
#define FILE_SIZE_MAX (8 * 1024 * 1024)

/* What is not here is not served. */
static const struct {
	const char *ending;
	const char *content_type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".mjs", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".ico", "image/x-icon"},
	{".woff", "font/woff"},
	{".woff2", "font/woff2"},
	{".wasm", "application/wasm"},
	{".txt", "text/plain; charset=utf-8"},
	{".md", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *path)
{
	const char *ending = strrchr(path, '.');

	for (size_t i = 0; ending && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].ending, ending) == 0)
			return types[i].content_type;
	return NULL;
}

/* Only names that lead down: no "", ".", ".." and nothing hidden. */
static bool is_inside(const char *path)
{
	for (;;) {
		if (*path == '.' || *path == '/' || *path == '\0')
			return false;
		path = strchr(path, '/');
		if (!path)
			return true;
		path++;
	}
}

static int open_file(const char *root, const char *path, struct stat *ret_status)
{
	CLEANUP(freep) char *full = xasprintf("%s/%s", root, path);
	CLEANUP(close_fdp) int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, ret_status) < 0)
		return -errno;
	if (!S_ISREG(ret_status->st_mode))
		return -ENOENT;
	if (ret_status->st_size > FILE_SIZE_MAX)
		return -EFBIG;
	return take_fd(&fd);
}

static int read_file(int fd, size_t size, uint8_t **ret_bytes)
{
	CLEANUP(freep) uint8_t *bytes = xcalloc(1, size + 1);
	ssize_t n;

	for (size_t done = 0; done < size; done += (size_t)n) {
		n = read(fd, bytes + done, size - done);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
	}
	*ret_bytes = TAKE(bytes);
	return 0;
}

void web_static_answer(struct web_request *request, const char *path)
{
	const char *content_type = type_of(path);
	CLEANUP(close_fdp) int fd = -1;
	CLEANUP(freep) char *tag = NULL;
	uint8_t *bytes = NULL;
	struct stat status;

	if (content_type && is_inside(path))
		fd = open_file(request->server->web_root, path, &status);
	if (fd < 0) {
		web_answer_error(request, 404, "there is no /%s", path);
		return;
	}

	tag = xasprintf("\"%llx-%llx\"",
			status.st_mtim.tv_sec * 1000000000ULL +
				(unsigned long long)status.st_mtim.tv_nsec,
			(unsigned long long)status.st_size);
	if (strcmp(request->if_none_match, tag) == 0) {
		web_answer_status(request, 304);
	} else if (read_file(fd, (size_t)status.st_size, &bytes) < 0) {
		web_answer_error(request, 500, "/%s cannot be read", path);
		return;
	} else {
		web_answer_bytes(request, content_type, bytes, (size_t)status.st_size);
	}
	/* Asked for again each time, so that nobody runs last week's page. */
	web_answer_header(request, "Cache-Control: no-cache");
	web_answer_header(request, "ETag: %s", tag);
}

static bool may_enter(const struct web_request *request)
{
	const struct web_policy *policy = web_listener_policy(request->connection->listener);

	return request->session || policy->is_open || policy->is_control;
}

/* Relative, for a proxy that has put us below a path of its own. */
static void redirect(struct web_request *request, const char *to)
{
	web_answer_status(request, 303);
	web_answer_header(request, "Location: %s", to);
	web_answer_header(request, "Cache-Control: no-store");
}

void web_page_get(struct web_request *request)
{
	if (may_enter(request))
		web_static_answer(request, "index.html");
	else
		redirect(request, "login");
}

void web_login_get(struct web_request *request)
{
	const struct web_policy *policy = web_listener_policy(request->connection->listener);

	/* Not for those who have a session: they may want another. */
	if (policy->is_open || policy->is_control)
		redirect(request, ".");
	else
		web_static_answer(request, "login.html");
}
