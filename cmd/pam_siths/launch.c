/* Starts siths-pam so that nothing of the application reaches it, and nothing of it disturbs the application. */
#include "pam_siths.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#ifndef SITHS_LIBEXECDIR
#define SITHS_LIBEXECDIR "/usr/libexec/siths-agent"
#endif

enum { HELPER_FD = 3, KERNEL_SIGSET = 8 /* bytes */ };

static bool trusted(const char *path, mode_t type, int flags)
{
	struct stat st;

	return fstatat(AT_FDCWD, path, &st, flags) == 0 && (st.st_mode & S_IFMT) == type &&
	       siths_trusts(&st);
}

/* The helper lies beside the module in a source tree, else in the system's folder. One that is beside the module but
 * not to be trusted is an error and never passed over. Who could replace the folder could replace the module. */
static bool find_helper(char path[PATH_MAX])
{
	Dl_info self;
	struct stat st;
	char dir[PATH_MAX] = SITHS_LIBEXECDIR;

	if (dladdr((void *)find_helper, &self) != 0 && self.dli_fname[0] == '/') {
		int len = (int)(strrchr(self.dli_fname, '/') - self.dli_fname);

		if (snprintf(path, PATH_MAX, "%.*s/siths-pam", len, self.dli_fname) < PATH_MAX && lstat(path, &st) == 0)
			snprintf(dir, sizeof dir, "%.*s", len, self.dli_fname);
	}
	return snprintf(path, PATH_MAX, "%s/siths-pam", dir) < PATH_MAX && trusted(dir, S_IFDIR, 0) &&
	       trusted(path, S_IFREG, AT_SYMLINK_NOFOLLOW);
}

/* The bare system call, because sigaction(3) keeps two signals from its callers. All zero is SIG_DFL and no flags. */
static void default_signals(void)
{
	const unsigned long by_default[8] = {0};
	sigset_t none;

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		syscall(SYS_rt_sigaction, sig, by_default, NULL, KERNEL_SIGSET);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Leaves 0 to 2 on /dev/null, the socket on HELPER_FD, and nothing else. */
static bool only_socket(int fd)
{
	if (fd == HELPER_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, HELPER_FD) < 0)
		return false;
	close(STDIN_FILENO);
	return open("/dev/null", O_RDWR) == STDIN_FILENO && dup2(STDIN_FILENO, STDOUT_FILENO) >= 0 &&
	       dup2(STDIN_FILENO, STDERR_FILENO) >= 0 && close_range(HELPER_FD + 1, ~0U, 0) == 0;
}

/* Dies with the parent, also when that is gone already. */
static bool tie_to(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

/* Runs in a copy of the application, where a thread that is not there may hold any lock: system calls only.
 * HELPER_FD stays open here, so end of file on the module's side means that the exit status is there too. */
static _Noreturn void supervise(int fd, const char *path, pid_t application)
{
	char *argv[] = {"siths-pam", NULL}, *envp[] = {NULL};
	int status;
	pid_t self = getpid(), child = -1;

	default_signals();
	/* In su and sudo the real uid is the caller's, who could signal the helper. The bare system call: setuid(3)
	 * would wait for the threads that are not there. */
	if (geteuid() == 0 && syscall(SYS_setresuid, 0, 0, 0) != 0)
		_exit(127);
	if (tie_to(application) && prctl(PR_SET_DUMPABLE, 0) == 0 && setsid() == self && chdir("/") == 0 && only_socket(fd))
		child = _Fork();
	if (child == 0 && tie_to(self))
		execve(path, argv, envp);
	if (child <= 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		_exit(127);
	_exit(WEXITSTATUS(status));
}

bool siths_start(struct helper *h, pam_handle_t *pamh)
{
	char path[PATH_MAX];
	sigset_t all, before;
	pid_t application = getpid();
	int ends[2];

	if (!find_helper(path)) {
		pam_syslog(pamh, LOG_ERR, "%s is missing, or others can change it or its folder", path);
		return false;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	/* Where the application runs without 0 to 2, what it prints must not end up in the socket. */
	h->fd = fcntl(ends[0], F_DUPFD_CLOEXEC, HELPER_FD);
	close(ends[0]);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* no handler of the application runs in the copy */
	/* clone(2) with no flags: a child that sends no signal when it ends, and that no wait without __WALL takes away.
	 * So it makes no difference how the application treats SIGCHLD, and it never sees a child that it did not start. */
	h->supervisor = h->fd < 0 ? -1 : (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	if (h->supervisor == 0)
		supervise(ends[1], path, application);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(ends[1]);
	if (h->supervisor < 0 && h->fd >= 0)
		close(h->fd);
	return h->supervisor > 0;
}

bool siths_stop(struct helper *h, bool ended)
{
	int status;
	pid_t got;

	close(h->fd);
	if (!ended) {
		kill(-h->supervisor, SIGKILL); /* its process group, with the helper */
		kill(h->supervisor, SIGKILL);  /* where it had not come so far */
	}
	while ((got = waitpid(h->supervisor, &status, __WALL)) < 0 && errno == EINTR)
		;
	return got == h->supervisor && siths_ended_well(status);
}
