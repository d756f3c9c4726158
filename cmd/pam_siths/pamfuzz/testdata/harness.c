/* The module's own code with a libpam and a helper that are made of a test's input.
 *
 * It reads cases from its standard input and answers each with one line: the PAM code and the name the module then
 * has for the user. A case is five parts, each a length (four bytes, big endian) and as many bytes: the module's options
 * (separated by NUL), the user that the application names (none when empty), what is typed at every prompt, the code of
 * a prompt (a first byte that is not 0: the person cancels), and all that the helper sends. */
#include "../../controls.c"
#include "../../exchange.c"
#include "../../pam_siths.c"

#include <arpa/inet.h>
#include <stdarg.h>
#include <unistd.h>

enum { PARTS = 5, PART_LIMIT = 1 << 16, OPTIONS_LIMIT = 16 };

static char *part[PARTS];
static size_t part_len[PARTS];
static char pam_user[PART_LIMIT + 1];
static void *kept;
static void (*drop)(pam_handle_t *, void *, int);

int pam_get_item(const pam_handle_t *h, int item, const void **value)
{
	(void)h;
	*value = item == PAM_USER && pam_user[0] != '\0' ? pam_user : NULL;
	return PAM_SUCCESS;
}

int pam_set_item(pam_handle_t *h, int item, const void *value)
{
	(void)h;
	if (item == PAM_USER)
		snprintf(pam_user, sizeof pam_user, "%s", (const char *)value);
	return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t *h, const char **user, const char *prompt)
{
	(void)h, (void)prompt;
	*user = pam_user;
	return PAM_SUCCESS;
}

int pam_set_data(pam_handle_t *h, const char *name, void *data, void (*cleanup)(pam_handle_t *, void *, int))
{
	(void)name;
	if (kept != NULL && drop != NULL)
		drop(h, kept, 0);
	kept = data;
	drop = cleanup;
	return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *h, const char *name, const void **data)
{
	(void)h, (void)name;
	*data = kept;
	return PAM_SUCCESS;
}

const char *pam_getenv(pam_handle_t *h, const char *name)
{
	(void)h, (void)name;
	return "c1";
}

void pam_syslog(const pam_handle_t *h, int priority, const char *format, ...)
{
	char line[512];
	va_list args;

	(void)h, (void)priority;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
}

int pam_prompt(pam_handle_t *h, int style, char **answer, const char *format, ...)
{
	char shown[8192];
	va_list args;

	(void)h;
	va_start(args, format);
	vsnprintf(shown, sizeof shown, format, args);
	va_end(args);
	*answer = NULL;
	if (part_len[3] > 0 && part[3][0] != 0)
		return PAM_CONV_ERR;
	if (style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON)
		*answer = strdup(part[2]);
	return PAM_SUCCESS;
}

/* The helper is a socket that holds all it will ever say. */
bool siths_start(struct helper *h, pam_handle_t *pamh)
{
	int ends[2], size = 4 * PART_LIMIT;

	(void)pamh;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return false;
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (part_len[4] > 0 && send(ends[1], part[4], part_len[4], MSG_DONTWAIT) != (ssize_t)part_len[4])
		abort();
	shutdown(ends[1], SHUT_WR);
	h->fd = ends[0];
	h->supervisor = ends[1];
	return true;
}

bool siths_stop(struct helper *h, bool ended)
{
	close(h->fd);
	close(h->supervisor);
	return ended;
}

static bool read_part(int i)
{
	uint32_t len;

	if (fread(&len, sizeof len, 1, stdin) != 1 || (len = ntohl(len)) > PART_LIMIT)
		return false;
	free(part[i]);
	part[i] = malloc(len + 1); /* its own size, so that a read past the end is seen */
	part_len[i] = len;
	part[i][len] = '\0';
	return len == 0 || fread(part[i], len, 1, stdin) == 1;
}

static bool read_case(void)
{
	for (int i = 0; i < PARTS; i++)
		if (!read_part(i))
			return false;
	return true;
}

int main(void)
{
	static char opaque; /* all that the module may do with a handle is pass it on */
	pam_handle_t *h = (pam_handle_t *)&opaque;

	while (read_case()) {
		const char *argv[OPTIONS_LIMIT];
		int argc = 0, code;

		for (size_t at = 0; at < part_len[0] && argc < OPTIONS_LIMIT; at += strlen(part[0] + at) + 1)
			argv[argc++] = part[0] + at;
		snprintf(pam_user, sizeof pam_user, "%s", part[1]);
		code = pam_sm_authenticate(h, 0, argc, argv);
		if ((code == PAM_SUCCESS) != (pam_sm_acct_mgmt(h, 0, argc, argv) == PAM_SUCCESS))
			abort();
		pam_sm_open_session(h, 0, argc, argv);
		pam_set_data(h, "nothing", NULL, NULL);
		printf("%d %zu:%s\n", code, strlen(pam_user), pam_user);
		fflush(stdout);
	}
	return 0;
}
