/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Contains itself as the bridge does, and tries one thing:
 *
 *	containment-probe LEVEL NEEDS FOLDER ELSEWHERE DEED
 *
 * NEEDS are letters: c code, g a GPU, s to connect to sockets, and t for a thread that was there
 * before, which does the deed; - for none. FOLDER has its socket, ELSEWHERE another's. The exit
 *status is 0 when the deed could be done, and its errno otherwise. Built without sanitizers, whose
 *calls would have to be let through.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include "common/cleanup.h"
#include "common/unix_socket.h"
#include "common/xalloc.h"
#include "gpu-bridge/containment/containment.h"

#define NOT_CONTAINED 200
#define NO_SUCH_DEED  201
#define WENT_WRONG    202

#define NEED(condition) \
	do { \
		if (!(condition)) { \
			perror(#condition); \
			_exit(WENT_WRONG); \
		} \
	} while (0)

/* What there is before it is contained. */
static char *folder;
static char *own_path;
static char *other_path; /* a socket of somebody else's, in another folder */
static int listening;
static int passing[2];
static int memory;

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	return address;
}

/* -- What must go on working ----------------------------------------------------- */

static long accept_one(void)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return fd < 0 && errno == EAGAIN ? 0 : fd;
}

static long seal_memory(void)
{
	int fd = memfd_create("probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, 8192) < 0)
		return -1;
	if (mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
		return -1;
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}

static long map_what_is_passed(void)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(passing[0], &message, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
}

static void *name_itself(void *data)
{
	int *named = data;

	*named = pthread_setname_np(pthread_self(), "probe") == 0;
	return NULL;
}

static long start_a_thread(void)
{
	pthread_t thread;
	int named = false;

	errno = pthread_create(&thread, NULL, name_itself, &named);
	if (errno)
		return -1;
	pthread_join(thread, NULL);
	return named ? 0 : -1;
}

static long wait_in_the_loop(void)
{
	struct itimerspec soon = {.it_value.tv_nsec = 1000000};
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (timerfd_settime(timer, 0, &soon, NULL) < 0 || eventfd(0, EFD_CLOEXEC) < 0)
		return -1;
	epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
	return epoll_wait(epoll, &event, 1, -1) == 1 ? 0 : -1;
}

/* As the journal and the service manager are told things. */
static long tell_the_manager(void)
{
	struct sockaddr_un manager = address_of(own_path);
	struct iovec part = {"READY=1", 7};
	struct msghdr message = {&manager, sizeof(manager), &part, 1, NULL, 0, 0};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	/* This one takes no datagrams. */
	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 && errno == EPROTOTYPE ? 0 : -1;
}

static long take_chance(void)
{
	char bytes[16];

	return getrandom(bytes, sizeof(bytes), 0);
}

static long unlink_own_socket(void)
{
	return unlink(own_path);
}

/* -- What must not ------------------------------------------------------------------- */

static long run_a_program(void)
{
	char *argv[] = {"/bin/true", NULL};

	return execve(argv[0], argv, argv + 1);
}

static long run_a_program_from_memory(void)
{
	char *argv[] = {"x", NULL};

	return syscall(SYS_execveat, memory, "", argv, argv + 1, AT_EMPTY_PATH);
}

static long become_two(void)
{
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static long start_as_libc_does(void)
{
	char arguments[64] = {0};

	return syscall(SYS_clone3, arguments, sizeof(arguments));
}

static long leave_the_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static long trace_the_parent(void)
{
	return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
}

static long signal_the_parent(void)
{
	return kill(getppid(), 0);
}

static long signal_by_a_descriptor(void)
{
	return fcntl(passing[0], F_SETOWN, getppid());
}

static long change_the_personality(void)
{
	return personality(READ_IMPLIES_EXEC);
}

static long make_a_ring_for_io(void)
{
	char parameters[120] = {0};

	return syscall(SYS_io_uring_setup, 4, parameters);
}

static long open_the_internet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long open_a_stream(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long open_another_machine(void)
{
	return socket(AF_VSOCK, SOCK_STREAM, 0);
}

static long open_the_routes(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0);
}

static long connect_to_another(void)
{
	struct sockaddr_un other = address_of(other_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	return connect(fd, (struct sockaddr *)&other, sizeof(other));
}

static long connect_a_pair(void)
{
	struct sockaddr_un other = address_of(other_path);

	return connect(passing[0], (struct sockaddr *)&other, sizeof(other));
}

static long listen_elsewhere(void)
{
	struct sockaddr_un at = address_of("probe.sock");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return bind(fd, (struct sockaddr *)&at, sizeof(at));
}

static long send_from_a_hidden_place(void)
{
	struct sockaddr_un other = address_of(other_path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return sendto(fd, "x", 1, 0, (struct sockaddr *)&other, sizeof(other));
}

static long read_a_file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long read_about_processors(void)
{
	return open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);
}

static long write_a_new_file(void)
{
	CLEANUP(freep) char *path = xasprintf("%s/new", folder);

	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long write_into_itself(void)
{
	return open("/proc/self/mem", O_RDWR | O_CLOEXEC);
}

static long rename_own_socket(void)
{
	return rename(own_path, other_path);
}

static long change_the_mode(void)
{
	return chmod(own_path, 0666);
}

static long make_a_folder(void)
{
	CLEANUP(freep) char *path = xasprintf("%s/new", folder);

	return mkdir(path, 0700);
}

static long unlink_anothers(void)
{
	return unlink(other_path);
}

static long map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static long map_a_files_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, memory, 0) == MAP_FAILED ? -1
											    : 0;
}

static long turn_into_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED(page != MAP_FAILED);
	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static long turn_into_code_with_a_key(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	NEED(page != MAP_FAILED);
	return syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1);
}

static long raise_a_limit(void)
{
	struct rlimit limit = {1, 1};

	return setrlimit(RLIMIT_NOFILE, &limit);
}

static long show_itself(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long push_into_the_terminal(void)
{
	return ioctl(0, TIOCSTI, "x");
}

static long ask_a_gpu(void)
{
	/* DRM_IOCTL_VERSION, of what is no GPU. */
	return ioctl(memory, 0xc0406400, NULL) < 0 && errno == ENOTTY ? 0 : -1;
}

static long nothing(void)
{
	return 0;
}

static const struct deed {
	const char *name;
	long (*run)(void);
} deeds[] = {
#define DEED(name) \
	{ \
#name, name \
	}
	DEED(accept_one),
	DEED(ask_a_gpu),
	DEED(become_two),
	DEED(change_the_mode),
	DEED(change_the_personality),
	DEED(connect_a_pair),
	DEED(connect_to_another),
	DEED(leave_the_namespace),
	DEED(listen_elsewhere),
	DEED(make_a_folder),
	DEED(make_a_ring_for_io),
	DEED(map_a_files_code),
	DEED(map_code),
	DEED(map_what_is_passed),
	DEED(nothing),
	DEED(open_a_stream),
	DEED(open_another_machine),
	DEED(open_the_internet),
	DEED(open_the_routes),
	DEED(push_into_the_terminal),
	DEED(raise_a_limit),
	DEED(read_a_file),
	DEED(read_about_processors),
	DEED(rename_own_socket),
	DEED(run_a_program),
	DEED(run_a_program_from_memory),
	DEED(seal_memory),
	DEED(send_from_a_hidden_place),
	DEED(show_itself),
	DEED(signal_by_a_descriptor),
	DEED(signal_the_parent),
	DEED(start_a_thread),
	DEED(start_as_libc_does),
	DEED(take_chance),
	DEED(tell_the_manager),
	DEED(trace_the_parent),
	DEED(turn_into_code),
	DEED(turn_into_code_with_a_key),
	DEED(unlink_anothers),
	DEED(unlink_own_socket),
	DEED(wait_in_the_loop),
	DEED(write_a_new_file),
	DEED(write_into_itself),
#undef DEED
};

static const struct deed *find_deed(const char *name)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].name, name) == 0)
			return &deeds[i];
	_exit(NO_SUCH_DEED);
}

/* -- The probe -------------------------------------------------------------------------- */

static void pass_memory(void)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {"x", 1};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	control.align = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.align), &memory, sizeof(memory));
	NEED(sendmsg(passing[1], &message, 0) == 1);
}

static void prepare(char *where, const char *elsewhere)
{
	folder = where;
	own_path = xasprintf("%s/own.sock", folder);
	other_path = xasprintf("%s/other.sock", elsewhere);
	listening = unix_socket_listen(own_path);
	memory = memfd_create("passed", MFD_CLOEXEC);
	NEED(listening >= 0 && memory >= 0 && ftruncate(memory, 4096) == 0);
	NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, passing) == 0);
	pass_memory();
}

struct attempt {
	const struct deed *deed;
	pthread_barrier_t begin;
	int error;
};

static void *attempt_it(void *data)
{
	struct attempt *attempt = data;

	pthread_barrier_wait(&attempt->begin);
	errno = 0;
	attempt->error = attempt->deed->run() < 0 ? errno : 0;
	return NULL;
}

int main(int argc, char **argv)
{
	struct containment_needs needs = {0};
	struct attempt attempt = {0};
	enum containment level;
	pthread_t thread;
	bool is_threads;

	NEED(argc == 6 && containment_from_name(argv[1], &level));
	needs.makes_code = strchr(argv[2], 'c');
	needs.has_gpu = strchr(argv[2], 'g');
	needs.connects = strchr(argv[2], 's');
	is_threads = strchr(argv[2], 't');
	prepare(argv[3], argv[4]);
	needs.sockets[0] = own_path;
	attempt.deed = find_deed(argv[5]);
	pthread_barrier_init(&attempt.begin, NULL, is_threads ? 2 : 1);
	if (is_threads)
		NEED(pthread_create(&thread, NULL, attempt_it, &attempt) == 0);

	if (containment_start(level, &needs) < 0)
		_exit(NOT_CONTAINED);
	if (is_threads) {
		pthread_barrier_wait(&attempt.begin);
		pthread_join(thread, NULL);
	} else {
		attempt_it(&attempt);
	}
	_exit(attempt.error);
}
