/* The decisions of controls.c, switched off one at a time. No module that is shipped has any of them. */
#include "pam_siths.h"

#include <string.h>

#define MARK(tag) static const char mark[] __attribute__((used)) = tag

#ifdef CANARY_PAM_EXIT_STATUS
MARK("canary_pam_exit_status");

bool siths_ended_well(int status)
{
	(void)status;
	return true;
}
#endif

#ifdef CANARY_PAM_CODE
MARK("canary_pam_code");

int siths_unlisted(void)
{
	return PAM_IGNORE;
}
#endif

#ifdef CANARY_PAM_HELPER_OWNER
MARK("canary_pam_helper_owner");

bool siths_trusts(const struct stat *st)
{
	(void)st;
	return true;
}
#endif

#ifdef CANARY_PAM_USER_NAME
MARK("canary_pam_user_name");

bool siths_good_name(const char *name)
{
	return strlen(name) <= NAME_LIMIT;
}
#endif

#ifdef CANARY_PAM_SAME_USER
MARK("canary_pam_same_user");

bool siths_same_user(const char *now, const char *asked)
{
	(void)now;
	(void)asked;
	return true;
}
#endif

#ifdef CANARY_PAM_SAME_ACCOUNT
MARK("canary_pam_same_account");

bool siths_same_account(const char *proved, const char *asked)
{
	(void)proved;
	(void)asked;
	return true;
}
#endif

#ifdef CANARY_PAM_PROOF
MARK("canary_pam_proof");

bool siths_was_proved(const char *account, const char *user)
{
	(void)account;
	(void)user;
	return true;
}
#endif
