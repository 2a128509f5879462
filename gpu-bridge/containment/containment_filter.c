/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which system calls there are from now on.
 *
 * What is not listed fails with EPERM, and the kernel logs it. That, and not an end of the
 * process, because libraries try things: a driver that asks for a priority and may not have it goes
 * on, where an end would cost the guest its display. Nothing is won by an attacker who can ask
 * again.
 *
 * What ends the process is what no library here does, and whoever has taken the process over does
 * first: to run a program, to become another process, to look into one. Then the guest's
 * display is the attacker's already, and the service manager's new bridge is the better one.
 *
 * The lists are short where a call could reach somebody outside of the process, and
 * generous where it cannot. Those without a condition cost next to nothing: the kernel looks at
 * the filter once for each (Linux 5.11).
 */

#include "gpu-bridge/containment/containment_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"

#define CONDITIONS_MAX 2

/* Those conditions hold that have an operator. */
struct rule {
	int call;
	struct scmp_arg_cmp conditions[CONDITIONS_MAX];
};

#define CALL(name) \
	{ \
		.call = SCMP_SYS(name) \
	}
#define CALL_IF(name, ...) \
	{ \
		.call = SCMP_SYS(name), .conditions = { __VA_ARGS__ } \
	}

/* Conditions on argument `n`. An int's upper half is nobody's: it is not looked at. */
#define IS(n, value) \
	{ \
		n, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value) \
	}
#define HAS_OF(n, mask, bits) \
	{ \
		n, SCMP_CMP_MASKED_EQ, mask, bits \
	}
#define IS_NULL(n) \
	{ \
		n, SCMP_CMP_EQ, 0, 0 \
	}

/* The letter of an ioctl's number. */
#define HAS_LETTER(letter) HAS_OF(1, 0xff00, (letter) << 8)

/* What a thread of this process shares with it, and what it must not get of its own. */
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

#define SOCKET_KIND 0xf

/* Names memory, since Linux 5.17. */
#define PR_SET_VMA_NAMES 0x53564d41

#define O_TMPFILE_ALONE (O_TMPFILE & ~O_DIRECTORY)
#define OPEN_CREATES	(O_CREAT | O_TRUNC | O_PATH | O_TMPFILE_ALONE)
#define OPEN_CHANGES	(OPEN_CREATES | O_ACCMODE | O_APPEND)

#ifdef __x86_64__
#define READS_CPUINFO false
#else
#define READS_CPUINFO true
#endif

/* -- What always works --------------------------------------------------------------- */

static const struct rule always[] = {
	/* The loop. */
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(epoll_pwait),
	CALL(epoll_pwait2),
	CALL(epoll_wait),
	CALL(eventfd2),
	CALL(poll),
	CALL(ppoll),
	CALL(signalfd4),
	CALL(timerfd_create),
	CALL(timerfd_gettime),
	CALL(timerfd_settime),

	/* Descriptors that are open. F_SETOWN and the like would send signals. */
	CALL(close),
	CALL(dup),
	CALL(dup2),
	CALL(dup3),
	CALL_IF(fcntl, IS(1, F_DUPFD)),
	CALL_IF(fcntl, IS(1, F_DUPFD_CLOEXEC)),
	CALL_IF(fcntl, IS(1, F_GETFD)),
	CALL_IF(fcntl, IS(1, F_SETFD)),
	CALL_IF(fcntl, IS(1, F_GETFL)),
	CALL_IF(fcntl, IS(1, F_SETFL)),
	CALL_IF(fcntl, IS(1, F_ADD_SEALS)),
	CALL_IF(fcntl, IS(1, F_GET_SEALS)),
	CALL(fstat),
	CALL(ftruncate),
	CALL_IF(ioctl, IS(1, FIOCLEX)),
	CALL_IF(ioctl, IS(1, FIONBIO)),
	CALL_IF(ioctl, IS(1, FIONREAD)),
	CALL_IF(ioctl, IS(1, TCGETS)),
	CALL(lseek),
	CALL(newfstatat),
	CALL(pipe2),
	CALL(pread64),
	CALL(pwrite64),
	CALL(read),
	CALL(readv),
	CALL(write),
	CALL(writev),

	/* Unix sockets: those that listen, their pairs, and datagrams to the service manager and
	 * the journal. */
	CALL(accept),
	CALL(accept4),
	CALL(getpeername),
	CALL(getsockname),
	CALL(getsockopt),
	CALL(recvfrom),
	CALL(recvmsg),
	CALL(sendmsg),
	CALL_IF(sendto, IS_NULL(4)),
	CALL(setsockopt),
	CALL(shutdown),
	CALL_IF(socket, IS(0, AF_UNIX), HAS_OF(1, SOCKET_KIND, SOCK_DGRAM)),
	CALL_IF(socketpair, IS(0, AF_UNIX)),
	CALL(unlink),
	CALL_IF(unlinkat, IS(2, 0)),

	/* Memory. */
	CALL(brk),
	CALL(madvise),
	CALL(memfd_create),
	CALL_IF(mmap, HAS_OF(2, PROT_EXEC, 0)),
	CALL_IF(mprotect, HAS_OF(2, PROT_EXEC, 0)),
	CALL(mremap),
	CALL(munmap),

	/* Threads. */
	CALL_IF(clone, HAS_OF(0, THREAD_FLAGS | NAMESPACES, THREAD_FLAGS)),
	CALL(exit),
	CALL(exit_group),
	CALL(futex),
	CALL(get_robust_list),
	CALL(gettid),
	CALL_IF(prctl, IS(0, PR_GET_NAME)),
	CALL_IF(prctl, IS(0, PR_SET_NAME)),
	CALL_IF(prctl, IS(0, PR_SET_VMA_NAMES)),
	CALL(restart_syscall),
	CALL(rseq),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
	CALL(sched_getaffinity),
	CALL(sched_getparam),
	CALL(sched_getscheduler),
	CALL(sched_yield),
	CALL(set_robust_list),
	CALL(set_tid_address),
	CALL(sigaltstack),

	/* The time, chance, and who we are. */
	CALL(clock_getres),
	CALL(clock_gettime),
	CALL(clock_nanosleep),
	CALL(getcpu),
	CALL(getegid),
	CALL(geteuid),
	CALL(getgid),
	CALL(getpid),
	CALL(getppid),
	CALL(getpriority),
	CALL(getrandom),
	CALL(getresgid),
	CALL(getresuid),
	CALL(getrlimit),
	CALL(getrusage),
	CALL(gettimeofday),
	CALL(getuid),
	CALL(nanosleep),
	CALL_IF(prlimit64, IS(0, 0), IS_NULL(2)),
	CALL(sysinfo),
	CALL(time),
	CALL(uname),

#ifdef WINDSCREEN_SANITIZED
	/* Sanitizers look at the process from within, and from one of their own when they look for
	 * leaks. No other build has this. */
	CALL(access),
	CALL(clone),
	CALL(getdents),
	CALL(getdents64),
	CALL_IF(open, HAS_OF(1, OPEN_CHANGES, O_RDONLY)),
	CALL_IF(openat, HAS_OF(2, OPEN_CHANGES, O_RDONLY)),
	CALL(prctl),
	CALL(process_vm_readv),
	CALL(ptrace),
	CALL(readlink),
	CALL(readlinkat),
	CALL(sched_setscheduler),
	CALL(stat),
	CALL(wait4),
#endif
};

/* -- What works where it is needed ---------------------------------------------------- */

static const struct rule code[] = {
	CALL(mmap),
	CALL(mprotect),
};

static const struct rule connecting[] = {
	CALL(connect),
	CALL_IF(socket, IS(0, AF_UNIX), HAS_OF(1, SOCKET_KIND, SOCK_STREAM)),
};

/* LLVM asks anew for each shader which processor it compiles for. An amd64 is asked itself;
 * elsewhere LLVM reads /proc/cpuinfo. */
static const struct rule reading[] = {
	CALL_IF(openat, HAS_OF(2, OPEN_CHANGES, O_RDONLY)),
};

/* Drivers of GPUs: the render node's calls (DRM, dma-buf, fences), and whatever they want to know
 * about the device. */
static const struct rule gpu[] = {
	CALL(access),
	CALL(faccessat),
	CALL(faccessat2),
	CALL(fstatfs),
	CALL(getdents64),
	CALL_IF(ioctl, HAS_LETTER('d')),
	CALL_IF(ioctl, HAS_LETTER('b')),
	CALL_IF(ioctl, HAS_LETTER('>')),
	CALL(lstat),
	CALL_IF(openat, HAS_OF(2, OPEN_CREATES, 0)),
	CALL(readlink),
	CALL(readlinkat),
	CALL(stat),
	CALL(statx),
};

/* -- What ends the process ------------------------------------------------------------- */

static const struct rule deadly[] = {
	CALL(execve),
	CALL(execveat),
	CALL(fork),
	CALL(vfork),
	CALL(process_vm_writev),
	CALL(setns),
	CALL(unshare),
#ifndef WINDSCREEN_SANITIZED
	CALL(process_vm_readv),
	CALL(ptrace),
#endif
};

/* -- The filter -------------------------------------------------------------------------- */

static unsigned count_conditions(const struct rule *rule)
{
	unsigned count = 0;

	while (count < CONDITIONS_MAX && rule->conditions[count].op != _SCMP_CMP_MIN)
		count++;
	return count;
}

static int add_rules(scmp_filter_ctx filter, uint32_t action, const struct rule *rules,
		     size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = seccomp_rule_add_array(filter, action, rules[i].call,
					   count_conditions(&rules[i]), rules[i].conditions);
	return r;
}

#define ADD(filter, action, rules) \
	add_rules(filter, action, rules, sizeof(rules) / sizeof((rules)[0]))

/* Those that depend on this process. */
static int add_own_rules(scmp_filter_ctx filter)
{
	uint32_t pid = (uint32_t)getpid();
	struct rule own[] = {
		/* abort(), and a driver that compares two of its descriptors. */
		CALL_IF(tgkill, IS(0, pid)),
		CALL_IF(kcmp, IS(0, pid), IS(1, pid)),
	};

	return ADD(filter, SCMP_ACT_ALLOW, own);
}

static int add_all(scmp_filter_ctx filter, enum containment level,
		   const struct containment_needs *needs)
{
	int r = ADD(filter, SCMP_ACT_ALLOW, always);

	if (r == 0)
		r = add_own_rules(filter);
	if (r == 0)
		r = ADD(filter, SCMP_ACT_KILL_PROCESS, deadly);
	/* Its flags are behind a pointer. libc takes clone() then. */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (r == 0 && level == CONTAINMENT_JIT)
		r = ADD(filter, SCMP_ACT_ALLOW, code);
	if (r == 0 && needs->connects)
		r = ADD(filter, SCMP_ACT_ALLOW, connecting);
	if (r == 0 && needs->has_gpu)
		r = ADD(filter, SCMP_ACT_ALLOW, gpu);
	if (r == 0 && needs->makes_code && READS_CPUINFO)
		r = ADD(filter, SCMP_ACT_ALLOW, reading);
	return r;
}

static void release(scmp_filter_ctx filter)
{
	if (filter)
		seccomp_release(filter);
}

DEFINE_CLEANUP(scmp_filter_ctx, release)

int containment_filter_start(enum containment level, const struct containment_needs *needs)
{
	static const struct {
		enum scmp_filter_attr name;
		uint32_t value;
	} attributes[] = {
		{SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS},
		{SCMP_FLTATR_CTL_TSYNC, 1}, /* all threads */
		{SCMP_FLTATR_CTL_LOG, 1},
		{SCMP_FLTATR_CTL_OPTIMIZE, 2}, /* a tree, not a list */
		{SCMP_FLTATR_API_SYSRAWRC, 1}, /* the kernel's own errors */
	};
	CLEANUP(releasep) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]) && r == 0; i++)
		r = seccomp_attr_set(filter, attributes[i].name, attributes[i].value);
	if (r == 0)
		r = add_all(filter, level, needs);
	return r < 0 ? r : seccomp_load(filter);
}
