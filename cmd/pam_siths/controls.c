/* The decisions that the module's promises rest on, each by itself. controls_canary.c has them switched off: the tests
 * are built with it to show that they would notice. */
#include "pam_siths.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CANARY_PAM_EXIT_STATUS
/* Nothing that the helper said counts unless it exited with 0. */
bool siths_ended_well(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
#endif

#ifndef CANARY_PAM_CODE
/* A result letter that is not in the table. It is neither a success nor PAM_IGNORE, which a stack may pass over. */
int siths_unlisted(void)
{
	return PAM_SYSTEM_ERR;
}
#endif

#ifndef CANARY_PAM_HELPER_OWNER
/* Only root and the effective user may be able to change what runs next. The real user does not count: in su and
 * sudo that is the one who wants in. */
bool siths_trusts(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) == 0 && (st->st_uid == 0 || st->st_uid == geteuid());
}
#endif

#ifndef CANARY_PAM_USER_NAME
/* A name that could be another by the time that it is used, or written, is nobody's. */
bool siths_good_name(const char *name)
{
	size_t len = strnlen(name, NAME_LIMIT + 1);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return false;
	return len > 0 && len <= NAME_LIMIT;
}
#endif

#ifndef CANARY_PAM_SAME_USER
/* The user is still the one that the card was asked for: the application may have changed it while the person typed. */
bool siths_same_user(const char *now, const char *asked)
{
	return strcmp(now, asked) == 0;
}
#endif

#ifndef CANARY_PAM_SAME_ACCOUNT
/* The card proved the account that was asked for. */
bool siths_same_account(const char *proved, const char *asked)
{
	return strcmp(proved, asked) == 0;
}
#endif

#ifndef CANARY_PAM_PROOF
/* The account phase passes whom the card has proved, and nobody else. */
bool siths_was_proved(const char *account, const char *user)
{
	return account != NULL && strcmp(account, user) == 0;
}
#endif
