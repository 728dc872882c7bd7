# Small things that every part of the stack's scripts uses. Sourced by `stack`.
# shellcheck shell=bash disable=SC2154

interrupted=no

note() {
	printf '%s\n' "$*" >&2
}

die() {
	note "stack: $*"
	exit 1
}

# A failure of one part: says which, and shows the end of its log.
die_of() {
	local part=$1 reason=$2 log=$dir/log/$1.log
	note "stack: $part: $reason"
	if [ -s "$log" ]; then
		note "--- the end of $log"
		tail -n 20 "$log" >&2
	fi
	exit 1
}

# Signals during `up` are remembered, and acted upon where nothing is half done.
checkpoint() {
	[ "$interrupted" = no ] || die "interrupted"
}

# wait_until SECONDS COMMAND...: polls the command until it succeeds; 1 after the deadline.
wait_until() {
	local deadline=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		checkpoint
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.05
	done
}

# One `up` or `down` at a time for a directory. Whatever is started closes descriptor 9.
lock() {
	exec 9>"$dir/lock"
	flock -w 120 9 || die "another command holds $dir/lock"
}

env_get() {
	sed -n "s/^$1=//p" "$dir/stack.env"
}

# The settings of a running stack, for the commands that come after `up`.
env_load() {
	sock=$(env_get SOCK_DIR)
	bin=$(env_get BIN)
	processes=$(env_get PROCESSES)
	sandboxes=$(env_get SANDBOXES)
	worker=$(env_get WORKER)
	ledger_port=$(env_get LEDGER_URL | sed 's/.*://')
}

random_hex() {
	od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# fill TEMPLATE NAME=VALUE...: the template with each @NAME@ replaced, on stdout.
fill() {
	local template=$1 script='' pair value
	shift
	for pair in "$@"; do
		value=${pair#*=}
		value=${value//\\/\\\\}
		value=${value//|/\\|}
		value=${value//&/\\&}
		script+="s|@${pair%%=*}@|$value|g;"
	done
	sed "$script" "$template"
}
