/* An application with PAM whose behaviour is scripted:
 *
 *   driver CONFDIR SERVICE USER WORD...
 *
 * USER "-" means that the application gives none. WORDs that describe the application, which come before the first call:
 *   sigchld=ignore|reap|nowait   closed (runs without 0 to 2)   nofile=N   threads=N   silent   env=NAME=VALUE   tty=NAME
 *   sleep=N (the person takes N milliseconds a prompt)   nullok=no (PAM_DISALLOW_NULL_AUTHTOK)
 *   noconv (no conversation function)   again=N (all of it N times, each with a handle of its own)
 * WORDs that are the person's, in order, one a prompt: type=TEXT  null  refuse  switch=USER (the application changes
 * PAM_USER, then answers 123456)  error=N (the conversation returns N)  nothing (success, without an array of answers)
 * become=USER (the application changes PAM_USER before the next of these)  slay=TEXT (kills the module's helper, then types TEXT)  slayall=TEXT (its supervisor too).
 * With none left, the application refuses; with again=N it begins anew.
 * WORDs that call: auth setcred acct open close chauthtok  user=NAME (sets PAM_USER between calls)
 *
 * It prints a line for each message ("1 text", by PAM's style) and each call ("auth 7"), and at the end what of the
 * process is not as it was before. With testdata/faults.c loaded, it prints which call was made to fail. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

static FILE *out;
static pam_handle_t *pamh;
static char **person, **persons_first;
static long rounds = 1;
static volatile sig_atomic_t children;
static long thinking; /* milliseconds */

/* Of testdata/faults.c, where that is loaded: begins and ends the failing, and tells what has failed. */
__attribute__((weak)) void faults_arm(int on);
__attribute__((weak)) const char *faults_hit(void);

#if !defined __SANITIZE_ADDRESS__ && !defined PLAIN_HEAP
static char *answer; /* the last one, and how long it was */
static size_t answer_len;
static int unwiped;

void __libc_free(void *);

/* Looks at what the module gives back. */
void free(void *p)
{
	for (size_t i = 0; p != NULL && p == answer && i < answer_len; i++)
		unwiped |= answer[i] != 0;
	if (p != NULL && p == answer)
		answer = NULL;
	__libc_free(p);
}

static char *watched(const char *text)
{
	answer_len = strlen(text);
	return answer = strdup(text);
}
#else
static const char *answer = NULL;
static const int unwiped = 0;

static char *watched(const char *text)
{
	return strdup(text);
}
#endif

static const char *after(const char *word, const char *prefix)
{
	return strncmp(word, prefix, strlen(prefix)) == 0 ? word + strlen(prefix) : NULL;
}

static int is_persons(const char *word)
{
	static const char *const with[] = {"type=", "switch=", "become=", "error=", "slay=", "slayall="}, *const without[] = {"null", "refuse", "nothing"};

	for (size_t i = 0; i < sizeof with / sizeof *with; i++)
		if (after(word, with[i]))
			return 1;
	for (size_t i = 0; i < sizeof without / sizeof *without; i++)
		if (strcmp(word, without[i]) == 0)
			return 1;
	return 0;
}

/* The first child of a process, 0 for none (proc_pid_task(5)). */
static pid_t child_of(pid_t parent)
{
	char path[64];
	int child = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
	f = fopen(path, "r");
	if (f && fscanf(f, "%d", &child) != 1)
		child = 0;
	if (f)
		fclose(f);
	return child;
}

/* The module has one child, the supervisor, whose one child is the helper. */
static void slay(int supervisor_too)
{
	pid_t supervisor = child_of(getpid()), helper = supervisor ? child_of(supervisor) : 0;

	if (helper == 0 || kill(helper, SIGKILL) != 0 || (supervisor_too && kill(supervisor, SIGKILL) != 0))
		fprintf(out, "found no helper to kill\n");
}

enum { NO_ARRAY = -1 };

/* Returns what is typed at the next prompt, in memory of its own; NULL with *rc set otherwise. */
static char *typed(int *rc)
{
	struct timespec pause = {thinking / 1000, thinking % 1000 * 1000000};
	char *word;

	nanosleep(&pause, NULL);
	while (*person && !is_persons(*person))
		person++;
	if (!*person && rounds > 1)
		for (person = persons_first; *person && !is_persons(*person); person++)
			;
	for (; *person && after(*person, "become="); person++)
		pam_set_item(pamh, PAM_USER, after(*person, "become="));
	word = *person ? *person++ : "refuse";
	*rc = strcmp(word, "refuse") == 0 ? PAM_CONV_ERR : PAM_SUCCESS;
	if (after(word, "error="))
		*rc = atoi(after(word, "error="));
	if (strcmp(word, "nothing") == 0)
		*rc = NO_ARRAY;
	if (after(word, "slay=") || after(word, "slayall=")) {
		slay(after(word, "slayall=") != NULL);
		return watched(strchr(word, '=') + 1);
	}
	if (after(word, "type="))
		return watched(after(word, "type="));
	if (after(word, "switch=")) {
		pam_set_item(pamh, PAM_USER, after(word, "switch="));
		return watched("123456");
	}
	return NULL;
}

static int answer_all(int n, const struct pam_message **msg, struct pam_response **resp)
{
	int rc = PAM_SUCCESS;

	*resp = calloc((size_t)n, sizeof **resp);
	for (int i = 0; i < n && rc == PAM_SUCCESS; i++) {
		fprintf(out, "%d %s\n", msg[i]->msg_style, msg[i]->msg);
		for (int fd = 0; fd < 3; fd++) /* wherever the terminal may be */
			dprintf(fd, "this application also prints by itself\n");
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF || msg[i]->msg_style == PAM_PROMPT_ECHO_ON)
			(*resp)[i].resp = typed(&rc);
	}
	if (rc != PAM_SUCCESS) {
		free(*resp);
		*resp = NULL;
	}
	return rc == NO_ARRAY ? PAM_SUCCESS : rc;
}

/* Nothing fails in the application itself. */
static int converse(int n, const struct pam_message **msg, struct pam_response **resp, void *data)
{
	int rc;

	(void)data;
	if (faults_arm)
		faults_arm(0);
	rc = answer_all(n, msg, resp);
	if (faults_arm)
		faults_arm(1);
	return rc;
}

static void reap(int sig)
{
	int before = errno;

	(void)sig;
	children++;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	errno = before;
}

static void treat_sigchld(const char *how)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	if (strcmp(how, "reap") == 0)
		action.sa_handler = reap;
	if (strcmp(how, "nowait") == 0) {
		action.sa_handler = SIG_DFL;
		action.sa_flags = SA_NOCLDWAIT;
	}
	sigaction(SIGCHLD, &action, NULL);
}

/* A thread of an application that waits for any child, and uses the heap all the time. */
static void *busy(void *arg)
{
	(void)arg;
	for (;;) {
		free(malloc(1000));
		waitpid(-1, NULL, WNOHANG);
	}
	return NULL;
}

static void start_threads(int n)
{
	pthread_t thread;

	while (n-- > 0)
		pthread_create(&thread, NULL, busy, NULL);
}

static void limit_files(rlim_t n)
{
	struct rlimit limit = {n, n};

	setrlimit(RLIMIT_NOFILE, &limit);
}

static void close_standard(void)
{
	out = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "w");
	setlinebuf(out);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
}

static int describes(const char *word, int *flags)
{
	if (after(word, "sigchld="))
		treat_sigchld(after(word, "sigchld="));
	else if (after(word, "nofile="))
		limit_files((rlim_t)atoi(after(word, "nofile=")));
	else if (after(word, "threads="))
		start_threads(atoi(after(word, "threads=")));
	else if (after(word, "env="))
		pam_putenv(pamh, after(word, "env="));
	else if (after(word, "sleep="))
		thinking = atol(after(word, "sleep="));
	else if (after(word, "tty="))
		pam_set_item(pamh, PAM_TTY, after(word, "tty="));
	else if (strcmp(word, "silent") == 0)
		*flags |= (int)PAM_SILENT;
	else if (strcmp(word, "nullok=no") == 0)
		*flags |= PAM_DISALLOW_NULL_AUTHTOK;
	else if (strcmp(word, "noconv") == 0)
		pam_set_item(pamh, PAM_CONV, &(struct pam_conv){NULL, NULL});
	else if (after(word, "again="))
		rounds = atol(after(word, "again="));
	else if (strcmp(word, "closed") == 0)
		close_standard();
	else
		return 0;
	return 1;
}

static int call(const char *word, int flags)
{
	static const struct {
		const char *word;
		int (*call)(pam_handle_t *, int);
		int flags;
	} calls[] = {{"auth", pam_authenticate, 0}, {"setcred", pam_setcred, PAM_ESTABLISH_CRED}, {"acct", pam_acct_mgmt, 0},
		     {"open", pam_open_session, 0}, {"close", pam_close_session, 0}, {"chauthtok", pam_chauthtok, 0}};

	int code;

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strcmp(calls[i].word, word) == 0) {
			if (faults_arm)
				faults_arm(1);
			code = calls[i].call(pamh, calls[i].flags | flags);
			if (faults_arm)
				faults_arm(0);
			fprintf(out, "%s %d\n", word, code);
			return 1;
		}
	return 0;
}

static int open_files(void)
{
	int n = 0;
	DIR *dir = opendir("/proc/self/fd");

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static void compare(int files, const sigset_t *mask)
{
	const void *user = NULL;
	sigset_t now = {0}; /* the kernel fills in less than the whole type */

	sigprocmask(SIG_SETMASK, NULL, &now);
	if (open_files() != files)
		fprintf(out, "left open files behind\n");
	if (memcmp(mask, &now, sizeof now) != 0)
		fprintf(out, "changed the signal mask\n");
	if (children > 0)
		fprintf(out, "disturbed the application with SIGCHLD\n");
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0)
		fprintf(out, "left a child behind\n");
	if (unwiped || answer != NULL)
		fprintf(out, "left an answer in memory\n");
	pam_get_item(pamh, PAM_USER, &user);
	user = user ? user : "-";
	fprintf(out, "user %.*s\n", (int)strcspn(user, "\n"), (const char *)user);
}

/* One handle from pam_start to pam_end. */
static int login(char **argv)
{
	struct pam_conv conv = {converse, NULL};
	sigset_t mask = {0};
	int flags = 0, files;

	if (pam_start_confdir(argv[2], strcmp(argv[3], "-") ? argv[3] : NULL, &conv, argv[1], &pamh) != PAM_SUCCESS)
		return 2;
	for (argv += 4; *argv && (describes(*argv, &flags) || is_persons(*argv)); argv++)
		;
	files = open_files();
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (; *argv; argv++)
		if (!is_persons(*argv) && !call(*argv, flags) && !(after(*argv, "user=") && pam_set_item(pamh, PAM_USER, after(*argv, "user=")) == PAM_SUCCESS))
			return 2;
	compare(files, &mask);
	pam_end(pamh, 0);
	return 0;
}

int main(int argc, char **argv)
{
	int before = open_files(), rc = 2;

	out = stdout;
	setlinebuf(out); /* whole lines, between those that are printed past it */
	if (argc < 5)
		return 2;
	persons_first = person = argv + 4;
	for (long done = 0; done < rounds; done++) {
		rc = login(argv);
		if (rc != 0)
			break;
	}
	if (rounds > 1 && open_files() != before)
		fprintf(out, "left open files behind in the end\n");
	if (faults_hit && *faults_hit())
		fprintf(out, "fault %s\n", faults_hit());
	fflush(out);
	return rc;
}
