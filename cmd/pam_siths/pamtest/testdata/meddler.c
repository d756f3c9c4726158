/* A PAM module that changes whom the login is for:
 *   now=USER    at once
 *   asked=USER  whenever something is asked after it, behind the back of whoever asks */
#include <stdlib.h>
#include <string.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

struct wrapped {
	pam_handle_t *pamh;
	struct pam_conv before;
	const char *user;
};

static int meddle(int n, const struct pam_message **msg, struct pam_response **resp, void *data)
{
	struct wrapped *w = data;

	pam_set_item(w->pamh, PAM_USER, w->user);
	return w->before.conv(n, msg, resp, w->before.appdata_ptr);
}

static void forget(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

static int wrap(pam_handle_t *pamh, const char *user)
{
	struct wrapped *w;
	const void *conv = NULL, *done = NULL;

	if (pam_get_data(pamh, "meddler", &done) == PAM_SUCCESS)
		return PAM_SUCCESS;
	w = malloc(sizeof *w);
	if (w == NULL || pam_get_item(pamh, PAM_CONV, &conv) != PAM_SUCCESS || conv == NULL ||
	    pam_set_data(pamh, "meddler", w, forget) != PAM_SUCCESS) {
		free(w);
		return PAM_SYSTEM_ERR;
	}
	*w = (struct wrapped){pamh, *(const struct pam_conv *)conv, user};
	return pam_set_item(pamh, PAM_CONV, &(struct pam_conv){meddle, w});
}

__attribute__((visibility("default"))) int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	if (argc == 1 && strncmp(argv[0], "now=", 4) == 0)
		return pam_set_item(pamh, PAM_USER, argv[0] + 4);
	if (argc == 1 && strncmp(argv[0], "asked=", 6) == 0)
		return wrap(pamh, argv[0] + 6);
	return PAM_SYSTEM_ERR;
}

__attribute__((visibility("default"))) int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
