/* Loaded before the other libraries: makes one call fail that is made while PAM works, in the application or in what
 * the module starts before the helper runs. FAULT_AT says which, counted from 1; with FAULT_ALL=1 all that follow fail too. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))

/* Shared with what is forked, so that a call fails in one process only. */
struct shared {
	int on, calls;
	char name[32];
};

static struct shared *shared;
static int at, all;

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

__attribute__((constructor)) static void begin(void)
{
	const char *number = getenv("FAULT_AT");

	at = number != NULL ? atoi(number) : 0;
	all = getenv("FAULT_ALL") != NULL;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();
}

SEEN void faults_arm(int on)
{
	shared->on = on;
}

SEEN const char *faults_hit(void)
{
	return shared->name;
}

static int fails(const char *name, int with)
{
	int n;

	if (shared == NULL || !shared->on)
		return 0;
	n = __atomic_add_fetch(&shared->calls, 1, __ATOMIC_SEQ_CST);
	if (n != at && !(all && n > at))
		return 0;
	if (n == at)
		strncpy(shared->name, name, sizeof shared->name - 1);
	errno = with;
	return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

SEEN void *malloc(size_t n) { return fails("malloc", ENOMEM) ? NULL : __libc_malloc(n); }
SEEN void *calloc(size_t n, size_t m) { return fails("calloc", ENOMEM) ? NULL : __libc_calloc(n, m); }
SEEN void *realloc(void *p, size_t n) { return fails("realloc", ENOMEM) ? NULL : __libc_realloc(p, n); }

SEEN int socketpair(int d, int t, int p, int fds[2]) { return fails("socketpair", EMFILE) ? -1 : NEXT(socketpair)(d, t, p, fds); }
SEEN int dup2(int a, int b) { return fails("dup2", EMFILE) ? -1 : NEXT(dup2)(a, b); }
SEEN int chdir(const char *path) { return fails("chdir", EIO) ? -1 : NEXT(chdir)(path); }
SEEN pid_t setsid(void) { return fails("setsid", EPERM) ? -1 : NEXT(setsid)(); }
SEEN pid_t _Fork(void) { return fails("_Fork", EAGAIN) ? -1 : NEXT(_Fork)(); }
SEEN int close_range(unsigned a, unsigned b, int f) { return fails("close_range", ENOSYS) ? -1 : NEXT(close_range)(a, b, f); }
SEEN int poll(struct pollfd *p, nfds_t n, int ms) { return fails("poll", ENOMEM) ? -1 : NEXT(poll)(p, n, ms); }
SEEN ssize_t recv(int fd, void *b, size_t n, int f) { return fails("recv", ENOMEM) ? -1 : NEXT(recv)(fd, b, n, f); }
SEEN ssize_t sendmsg(int fd, const struct msghdr *m, int f) { return fails("sendmsg", ENOBUFS) ? -1 : NEXT(sendmsg)(fd, m, f); }
SEEN int lstat(const char *path, struct stat *st) { return fails("lstat", EIO) ? -1 : NEXT(lstat)(path, st); }
SEEN int fstatat(int d, const char *path, struct stat *st, int f) { return fails("fstatat", EIO) ? -1 : NEXT(fstatat)(d, path, st, f); }
SEEN int dladdr(const void *p, Dl_info *i) { return fails("dladdr", 0) ? 0 : NEXT(dladdr)(p, i); }
SEEN int execve(const char *path, char *const a[], char *const e[]) { return fails("execve", ENOMEM) ? -1 : NEXT(execve)(path, a, e); }
/* Interrupted, which happens once and not for ever. */
SEEN pid_t waitpid(pid_t p, int *s, int o) { return !all && fails("waitpid", EINTR) ? -1 : NEXT(waitpid)(p, s, o); }

SEEN int fcntl(int fd, int command, ...)
{
	va_list args;
	long arg;

	va_start(args, command);
	arg = va_arg(args, long);
	va_end(args);
	return fails("fcntl", EMFILE) ? -1 : NEXT(fcntl)(fd, command, arg);
}

SEEN int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = (mode_t)va_arg(args, int);
	va_end(args);
	return fails("open", ENFILE) ? -1 : NEXT(open)(path, flags, mode);
}

SEEN int prctl(int what, ...)
{
	va_list args;
	unsigned long arg;

	va_start(args, what);
	arg = va_arg(args, unsigned long);
	va_end(args);
	return fails("prctl", EPERM) ? -1 : NEXT(prctl)(what, arg, 0UL, 0UL, 0UL);
}

/* clone, setresuid and rt_sigaction, which the module calls without their names. */
SEEN long syscall(long number, ...)
{
	va_list args;
	long a[6];

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number != SYS_rt_sigaction && fails(number == SYS_clone ? "clone" : "setresuid", EAGAIN))
		return -1;
	return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
