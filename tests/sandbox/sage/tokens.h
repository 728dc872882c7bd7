/* Codes, access and refresh tokens, and who may ask for them. */
#ifndef SAGE_TOKENS_H
#define SAGE_TOKENS_H

#include <json-c/json.h>
#include <stdbool.h>

enum token_kind { TOKEN_CODE, TOKEN_ACCESS, TOKEN_REFRESH };

struct token {
	enum token_kind kind;
	char *text;
	char *client_id;
	char *user; /* e-mail */
	const char *scope;
	long long expires;
	bool dead; /* used or revoked */
	/* Of a code only: what the exchange must repeat and prove. */
	char *redirect_uri;
	char *challenge; /* NULL without PKCE */
	bool challenge_s256;
};

struct client {
	char *id;
	char *secret;
	struct json_object *redirect_uris; /* NULL: any http URI of this machine */
};

void tokens_reset(void);

/* Makes one that lives `seconds`; it stays known after its end, to be told apart
 * from one that never was. The strings are copied. */
struct token *token_new(enum token_kind kind, const char *client_id, const char *user,
			const char *scope, long long seconds);
/* NULL when there never was such a token of this kind. */
struct token *token_find(enum token_kind kind, const char *text);
bool token_alive(const struct token *token);

struct client *client_find(const char *id);
void client_add(const char *id, const char *secret, struct json_object *redirect_uris);
bool client_allows(const struct client *client, const char *redirect_uri);

/* RFC 7636: does the verifier fit the code's challenge? True without one. */
bool token_pkce_ok(const struct token *code, const char *verifier);

#endif
