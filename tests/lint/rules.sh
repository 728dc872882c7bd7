#!/bin/bash
# rules.sh [ROOT]: the house rules that no general linter knows. One TAP line a rule, its
# findings behind "# ". `selftest.sh` proves that each of them finds what it is for.
# shellcheck disable=SC2046,SC2086,SC2317 # file names here have no blanks; rules are called by name
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}" || exit 1

LAYERS="base db http crypto view mail store magento sage books"
PRODUCT="lib cgi worker ctl"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# files DIRS NAME...: existing files of these names below the directories.
files() {
	local dirs=$1 name
	shift
	for name in "$@"; do
		# shellcheck disable=SC2086
		find $dirs -name node_modules -prune -o -type f -name "$name" -print 2>/dev/null
	done | sort
}

# verdict RULE FINDINGS
verdict() {
	if [ -z "$2" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		sed 's/^/# /' <<<"$2" | head -n 40
		bad=1
	fi
}

strip() {
	awk -v strings="$1" -f "$here/strip.awk" $(files "$2" '*.c' '*.h') /dev/null
}

# Everything reads these: comments gone, strings kept or gone.
strip keep "$PRODUCT" >"$work/code"
strip blank "$PRODUCT" >"$work/bare"

rule_banned_calls() {
	grep -E '[^A-Za-z0-9_](strcpy|strcat|sprintf|vsprintf|strtok|gets|system|popen|alloca) *\(' "$work/bare" |
		grep -v '^lib/base/banned.h:'
}

rule_secret_comparison() {
	grep -E '^lib/(crypto/|base/secret)' "$work/bare" | grep -E '[^A-Za-z0-9_](memcmp|str(n)?(case)?cmp) *\('
}

rule_floating_point() {
	grep -E '(^|[^A-Za-z0-9_])(double|float)([^A-Za-z0-9_]|$)' "$work/bare"
}

rule_struct_typedef() {
	grep -E ':[0-9]+:\s*typedef +(struct|union)' "$work/bare"
}

rule_exit_below_main() {
	grep -E '^lib/' "$work/bare" | grep -E '[^A-Za-z0-9_.>](exit|_exit|abort|quick_exit) *\('
}

# What a session is set to ("SELECT @@…") touches no table and may stand in C.
rule_sql_in_c() {
	grep -E '"\s*((INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|TRUNCATE|CALL|GRANT)( |\\n|"$)|SELECT( [^@]|\\n|"$))' \
		"$work/code"
}

# A layer includes itself and those before it; programs include lib/ and their own files.
rule_layers() {
	grep -E ':[0-9]+:\s*#\s*include\s*"' "$work/code" | grep '^lib/' | awk -v order="$LAYERS" '
		BEGIN { n = split(order, name, " "); for (i = 1; i <= n; i++) rank[name[i]] = i }
		{
			split($0, part, "/"); layer = part[2]
			included = $0; sub(/.*#[ \t]*include[ \t]*"/, "", included); sub(/".*/, "", included)
			if (!(layer in rank)) { print $0 " (no such layer: " layer ")"; next }
			if (included !~ /\//) next # generated, or beside it
			split(included, part, "/")
			if (!(part[1] in rank) || rank[part[1]] > rank[layer]) print
		}'
}

rule_sandboxes_apart() {
	strip keep tests/sandbox | grep -E '#\s*include\s*"([^"]*\.\./)*(lib|base|db|http|crypto|view|store|magento|books)/'
}

rule_file_length() {
	files "$PRODUCT tests deploy mk nginx templates static sql" \
		'*.c' '*.h' '*.js' '*.sh' '*.html' '*.sql' '*.mustache' '*.mk' |
		while read -r file; do
			lines=$(wc -l <"$file")
			[ "$lines" -le 600 ] || echo "$file: $lines lines"
		done
}

rule_function_length() {
	awk -v max=80 -f "$here/functions.awk" $(files "$PRODUCT tests" '*.c' '*.h') /dev/null
}

rule_tables() {
	local file
	for file in $(files sql/migrations '*.sql'); do
		awk -f "$here/tables.awk" "$file"
	done
}

# An installation that has applied a migration refuses a changed one: a new migration is entered
# in migrations.sha256, and from its release on neither its text nor its line there changes.
rule_migrations() {
	# shellcheck disable=SC2046
	diff tests/lint/migrations.sha256 <(sha256sum $(files sql/migrations '*.sql') </dev/null) 2>&1
}

rule_inline_script() {
	grep -nEi '<script(>| [^>]*>)|<style| style *=| on[a-z]+ *= *["'\'']|javascript:' \
		$(files templates '*') /dev/null | grep -vEi '<script [^>]*src=[^>]*></script>'
}

# Where a template inserts text unescaped, raw.txt says so: "FILE: TAG".
rule_unescaped() {
	grep -oE '\{\{(\{|&)[^}]*\}?\}\}' $(files templates '*') /dev/null | sed 's/:/: /' |
		grep -vxFf <(cat tests/lint/raw.txt 2>/dev/null)
}

# Tests wait for conditions; the harness (lib/) is where polling lives.
rule_sleeping_tests() {
	grep -nE 'setTimeout\(|timers/promises|[^A-Za-z_](sleep|usleep|nanosleep)\(' \
		$(files 'tests/integration tests/browser' '*.test.js') $(files 'tests/unit tests/golden' 'test_*.c') /dev/null
}

for rule in $(declare -F | sed -n 's/^declare -f rule_//p'); do
	findings=$("rule_$rule")
	verdict "$rule" "$findings"
done
exit $bad
