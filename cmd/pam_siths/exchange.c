/* Serves the helper's frames: the helper asks, the module answers.
 *
 * A frame is its kind (one byte), the length of its payload (two bytes, big endian) and the payload.
 *   module to helper:  H        hello: KEY=VALUE fields, each ended by NUL
 *                      A        answer: the bytes typed, no more
 *                      C        the person cancelled, or could not be asked
 *   helper to module:  1 2 3 4  PAM's message styles: ask without echo, ask with echo, tell an error, tell
 *                      R        result: one letter (see pam_code); with S follows the account's name
 * The result is the last frame. It counts only when the helper then exits with 0. */
#include "pam_siths.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>

#ifndef SITHS_EXCHANGE_SECONDS
#define SITHS_EXCHANGE_SECONDS 30 /* for helper and agent; the person's time is not counted */
#endif

enum { TEXT_LIMIT = 1024, HELLO_LIMIT = 4096, FRAMES_LIMIT = 16 };

struct exchange {
	struct request *r;
	int fd;
	long left; /* milliseconds */
	bool ended, late;
	char kind;
	char text[TEXT_LIMIT + 1];
};

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool readable(struct exchange *x)
{
	struct pollfd p = {.fd = x->fd, .events = POLLIN};
	long before = now();
	int ready = x->left > 0 ? poll(&p, 1, (int)x->left) : 0;

	x->left -= now() - before;
	x->late = ready == 0;
	return ready > 0 || (ready < 0 && errno == EINTR);
}

static bool fill(struct exchange *x, void *buf, size_t len)
{
	for (size_t have = 0; have < len;) {
		ssize_t n = readable(x) ? recv(x->fd, (char *)buf + have, len - have, MSG_DONTWAIT) : -2;

		x->ended = n == 0 || (n == -1 && errno == ECONNRESET);
		if (x->ended || n == -2 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		have += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* The kind is there only when the whole frame is. */
static bool next_frame(struct exchange *x)
{
	unsigned char head[3];
	size_t len;

	x->kind = '\0';
	if (!fill(x, head, sizeof head))
		return false;
	len = (size_t)head[1] << 8 | head[2];
	if (len > TEXT_LIMIT || !fill(x, x->text, len))
		return false;
	x->text[len] = '\0';
	x->kind = (char)head[0];
	return strlen(x->text) == len;
}

/* Never waits: all that is ever sent fits the socket's buffer. */
static bool send_frame(int fd, char kind, const char *payload, size_t len)
{
	unsigned char head[3] = {(unsigned char)kind, (unsigned char)(len >> 8), (unsigned char)len};
	struct iovec parts[2] = {{head, sizeof head}, {(void *)payload, len}};
	const struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};

	return sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)(sizeof head + len);
}

/* What was typed goes from the application's buffer to the socket and is wiped where it was: no copy here.
 * A message that cannot be shown is no reason to refuse. */
static bool converse(struct exchange *x)
{
	int style = x->kind - '0';
	bool asks = style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON, sent;
	char *typed = NULL;
	size_t len;

	if (!asks && style != PAM_ERROR_MSG && style != PAM_TEXT_INFO)
		return false;
	if (!asks && (x->r->flags & (int)PAM_SILENT))
		return true;
	if (pam_prompt(x->r->pamh, style, &typed, "%s", x->text) != PAM_SUCCESS || typed == NULL)
		sent = !asks || send_frame(x->fd, 'C', "", 0);
	else
		sent = !asks || ((len = strlen(typed)) <= PAM_MAX_RESP_SIZE && send_frame(x->fd, 'A', typed, len));
	if (typed != NULL)
		explicit_bzero(typed, strlen(typed));
	free(typed);
	return sent;
}

/* Letters and not PAM's numbers: there success is 0, which is also what forgotten memory holds. */
static int pam_code(char letter)
{
	static const struct {
		char letter;
		int code;
	} codes[] = {{'S', PAM_SUCCESS}, {'A', PAM_AUTH_ERR}, {'M', PAM_MAXTRIES}, {'I', PAM_AUTHINFO_UNAVAIL}, {'U', PAM_USER_UNKNOWN}};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].letter == letter)
			return codes[i].code;
	return siths_unlisted();
}

/* Serves up to the result, after which the helper has nothing more to say. */
static int serve(struct exchange *x)
{
	int code, frames = 0;

	do {
		if (++frames > FRAMES_LIMIT || !next_frame(x) || (x->kind != 'R' && !converse(x)))
			return PAM_SYSTEM_ERR;
	} while (x->kind != 'R');
	code = pam_code(x->text[0]);
	if (code == PAM_SUCCESS && snprintf(x->r->account, sizeof x->r->account, "%s", x->text + 1) > NAME_LIMIT)
		return PAM_SYSTEM_ERR;
	return !fill(x, x->text, 1) && x->ended ? code : PAM_SYSTEM_ERR;
}

/* POSIX.1-2017, XBD 8.2: LC_ALL before LC_MESSAGES before LANG. */
static const char *language(void)
{
	const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"}, *value = NULL;

	for (size_t i = 0; i < 3 && (value == NULL || *value == '\0'); i++)
		value = getenv(names[i]);
	return value != NULL && strncasecmp(value, "sv", 2) == 0 ? "sv" : "en";
}

static bool hello(const struct exchange *x)
{
	const struct request *r = x->r;
	const void *service = NULL, *tty = NULL;
	char buf[HELLO_LIMIT];
	int n;

	pam_get_item(r->pamh, PAM_SERVICE, &service);
	pam_get_item(r->pamh, PAM_TTY, &tty);
	n = snprintf(buf, sizeof buf, "mode=%s%cuser=%s%cservice=%s%ctty=%s%clang=%s%csocket=%s%cwait=%ld%csession=%s%c", r->mode,
		     0, r->user, 0, service != NULL ? (const char *)service : "", 0, tty != NULL ? (const char *)tty : "", 0,
		     language(), 0, r->socket, 0, r->wait, 0, r->session, 0);
	return n > 0 && (size_t)n < sizeof buf && send_frame(x->fd, 'H', buf, (size_t)n);
}

int siths_ask(struct request *r)
{
	struct exchange x = {.r = r, .left = (SITHS_EXCHANGE_SECONDS + r->wait) * 1000};
	struct helper h;
	int code = PAM_SYSTEM_ERR;

	if (!siths_start(&h, r->pamh)) {
		pam_syslog(r->pamh, LOG_ERR, "cannot start siths-pam");
		return PAM_SYSTEM_ERR;
	}
	x.fd = h.fd;
	if (hello(&x))
		code = serve(&x);
	if (siths_stop(&h, x.ended))
		return code;
	pam_syslog(r->pamh, LOG_ERR, "siths-pam %s", x.late ? "gave no answer in time" : "ended without a proper answer");
	return x.late ? PAM_AUTHINFO_UNAVAIL : PAM_SYSTEM_ERR;
}
