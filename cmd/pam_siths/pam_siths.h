/* What the files of the module share. */
#ifndef PAM_SITHS_H
#define PAM_SITHS_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

enum { NAME_LIMIT = 256 }; /* bytes of an account name; as useradd(8) */

/* One question to the agent, and its answer. */
struct request {
	pam_handle_t *pamh;
	int flags;
	const char *mode;             /* "auth" or "session" */
	const char *session;          /* XDG_SESSION_ID, with mode "session" */
	const char *socket;           /* empty: the agent's own path */
	long wait;                    /* seconds for a card */
	bool user_from_card;
	char user[NAME_LIMIT + 1];    /* empty: take the account from the card */
	char account[NAME_LIMIT + 1]; /* out: whom the card proved, with PAM_SUCCESS */
};

/* exchange.c: runs the helper for one request and returns one of the module's PAM codes. */
int siths_ask(struct request *r);

/* launch.c: the helper, and the supervisor that keeps its exit status safe from the application. */
struct helper {
	pid_t supervisor;
	int fd;
};
bool siths_start(struct helper *h, pam_handle_t *pamh);
/* Ends the helper, by force unless it has ended by itself, and tells whether it exited with 0. */
bool siths_stop(struct helper *h, bool ended);

/* controls.c */
bool siths_ended_well(int status);
int siths_unlisted(void);
bool siths_trusts(const struct stat *st);
bool siths_good_name(const char *name);
bool siths_same_user(const char *now, const char *asked);
bool siths_same_account(const char *proved, const char *asked);
bool siths_was_proved(const char *account, const char *user);

#endif
