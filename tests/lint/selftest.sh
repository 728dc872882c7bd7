#!/bin/bash
# Each house rule must find the violation made for it, and nothing in clean sources.
# One TAP line a rule.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

say() {
	if [ "$1" = yes ]; then echo "ok - $2"; else echo "not ok - $2" && bad=1; fi
}

# expect RULE FILE: standard input is the violating file, alone in a tree.
expect() {
	local found=no
	rm -rf "$work/tree"
	mkdir -p "$work/tree/$(dirname "$2")"
	cat >"$work/tree/$2"
	"$here/rules.sh" "$work/tree" >"$work/verdicts"
	grep -qx "not ok - $1" "$work/verdicts" && found=yes
	say "$found" "selftest: $1"
	seeded+=" $1"
}

lines() {
	local i
	for ((i = 0; i < $1; i++)); do echo "	x();"; done
}

seeded=
expect banned_calls lib/base/a.c <<<'int f(char *d) { return sprintf (d, "x"); }'
expect secret_comparison lib/crypto/token_a.c <<<'int f(char *d) { return memcmp(d, d, 2); }'
expect floating_point lib/books/a.c <<<'static double rate;'
expect struct_typedef lib/base/a.h <<<'typedef struct a a;'
expect exit_below_main lib/http/a.c <<<'void f(void) { exit(1); }'
expect sql_in_c lib/store/a.c <<<'const char *q = "SELECT id FROM job";'
expect layers lib/db/a.c <<<'#include "store/job.h"'
expect sandboxes_apart tests/sandbox/sage/a.c <<<'#include "base/decimal.h"'
expect file_length lib/base/a.c < <(lines 601)
expect function_length lib/base/a.c < <(echo 'void f(void)' && echo '{' && lines 79 && echo '}')
expect tables sql/migrations/0001_a.sql <<<'CREATE TABLE a (id INT) ENGINE=InnoDB;'
expect migrations tests/lint/migrations.sha256 < <(echo "$(sha256sum </dev/null | cut -d' ' -f1)  sql/migrations/0001_a.sql")
expect inline_script templates/a.html <<<'<p style="color:red">'
expect unescaped templates/a.html <<<'<p>{{{ name }}}</p>'
expect sleeping_tests tests/integration/a.test.js <<<'setTimeout(done, 1000);'

# A rule without a violation above would be one that nobody has seen work.
for rule in $(sed -n 's/^rule_\([a-z_]*\)() {$/\1/p' "$here/rules.sh"); do
	case " $seeded " in *" $rule "*) ;; *) say no "selftest: no violation seeded for $rule" ;; esac
done

rm -rf "$work/tree"
mkdir -p "$work/tree"/{lib/store,lib/crypto,templates,sql/migrations}
cat >"$work/tree/lib/store/a.c" <<'END'
/* No double, no sprintf(), no "SELECT x" in a comment counts. */
#include "base/buf.h"
#include "store/a.h"

const char *text(void) /* system(1) */
{
	return "a double sprintf(x) // not code"; // exit(1)
}
END
echo 'int f(char *d) { return CRYPTO_memcmp(d, d, 2); }' >"$work/tree/lib/crypto/token_a.c"
echo '<script src="/static/ledger.js" defer></script><p class="x">{{name}}</p>' >"$work/tree/templates/a.html"
echo 'CREATE TABLE a (id INT, PRIMARY KEY (id)) ENGINE=InnoDB;' >"$work/tree/sql/migrations/0001_a.sql"
mkdir -p "$work/tree/tests/lint"
(cd "$work/tree" && sha256sum sql/migrations/*.sql >tests/lint/migrations.sha256)
if "$here/rules.sh" "$work/tree" >"$work/clean"; then
	say yes "selftest: clean sources pass"
else
	say no "selftest: clean sources pass"
	sed 's/^/# /' "$work/clean"
fi
exit $bad
