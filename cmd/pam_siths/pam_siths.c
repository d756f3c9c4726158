/* PAM module that asks siths-agent. It knows nothing about cards: it starts siths-pam and lends it the conversation. */
#include "pam_siths.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#define UNUSED __attribute__((unused))
#define ENTRY(name) \
	__attribute__((visibility("default"))) int name(UNUSED pam_handle_t *pamh, UNUSED int flags, UNUSED int argc, UNUSED const char **argv)

enum { WAIT_LIMIT = 600 };

/* Under this name the handle remembers which account the card proved. */
static const char proved[] = "siths-agent.account";

static bool option(struct request *r, const char *arg)
{
	char *end;

	if (strncmp(arg, "socket=/", 8) == 0) {
		r->socket = arg + 7;
		return strlen(r->socket) < sizeof ((struct sockaddr_un *)0)->sun_path;
	}
	if (strncmp(arg, "wait=", 5) == 0 && isdigit((unsigned char)arg[5])) {
		r->wait = strtol(arg + 5, &end, 10);
		return *end == '\0' && r->wait <= WAIT_LIMIT;
	}
	r->user_from_card = strcmp(arg, "user=card") == 0;
	return r->user_from_card;
}

static bool options(struct request *r, int argc, const char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!option(r, argv[i])) {
			pam_syslog(r->pamh, LOG_ERR, "option not understood: %s", argv[i]);
			return false;
		}
	return true;
}

static const char *given_user(pam_handle_t *pamh)
{
	const void *user = NULL;

	return pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS && user != NULL ? user : "";
}

static bool read_user(struct request *r)
{
	const char *user = given_user(r->pamh);

	if (*user == '\0' && r->user_from_card)
		return true;
	if (*user == '\0' && (pam_get_user(r->pamh, &user, NULL) != PAM_SUCCESS || user == NULL))
		return false;
	if (!siths_good_name(user))
		return false;
	strcpy(r->user, user);
	return true;
}

static void forget(UNUSED pam_handle_t *pamh, void *account, UNUSED int status)
{
	free(account);
}

/* The application may have changed the user while the person typed. */
static int accept_answer(struct request *r)
{
	char *account;

	if (!siths_good_name(r->account) || !siths_same_user(given_user(r->pamh), r->user))
		return PAM_AUTH_ERR;
	if (r->user[0] != '\0' && !siths_same_account(r->account, r->user))
		return PAM_AUTH_ERR;
	if (r->user[0] == '\0' && pam_set_item(r->pamh, PAM_USER, r->account) != PAM_SUCCESS)
		return PAM_SYSTEM_ERR;
	account = strdup(r->account);
	if (account != NULL && pam_set_data(r->pamh, proved, account, forget) == PAM_SUCCESS)
		return PAM_SUCCESS;
	free(account);
	return PAM_SYSTEM_ERR;
}

static bool proved_here(pam_handle_t *pamh)
{
	const void *account = NULL;

	return siths_was_proved(pam_get_data(pamh, proved, &account) == PAM_SUCCESS ? account : NULL, given_user(pamh));
}

ENTRY(pam_sm_authenticate)
{
	struct request r = {.pamh = pamh, .flags = flags, .mode = "auth", .session = "", .socket = ""};
	int code;

	if (pam_set_data(pamh, proved, NULL, NULL) != PAM_SUCCESS || !options(&r, argc, argv))
		return PAM_SYSTEM_ERR;
	if (!read_user(&r))
		return PAM_AUTH_ERR;
	code = siths_ask(&r);
	return code == PAM_SUCCESS ? accept_answer(&r) : code;
}

/* There are no credentials beyond the proof itself. */
ENTRY(pam_sm_setcred)
{
	return PAM_SUCCESS;
}

/* Whether the account is locked or has expired is for pam_unix or its like to say. */
ENTRY(pam_sm_acct_mgmt)
{
	return proved_here(pamh) ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/* Tells the agent which desktop session the card opened. It never refuses one: letting in has been decided. */
ENTRY(pam_sm_open_session)
{
	struct request r = {.pamh = pamh, .flags = flags, .mode = "session", .session = pam_getenv(pamh, "XDG_SESSION_ID"), .socket = ""};

	if (r.session == NULL || !proved_here(pamh) || !options(&r, argc, argv))
		return PAM_SUCCESS;
	strcpy(r.user, given_user(pamh)); /* fits: it is the name that was proved */
	r.wait = 0;
	(void)siths_ask(&r);
	return PAM_SUCCESS;
}

ENTRY(pam_sm_close_session)
{
	return PAM_SUCCESS;
}

/* The card's code is changed with sithsctl, not with passwd. */
ENTRY(pam_sm_chauthtok)
{
	return PAM_SYSTEM_ERR;
}
