# Starting and ending processes. Each is the leader of a session of its own and is known by
# its id and its start time, so a reused id is never taken for ours. Ending one ends its
# whole session: workers of the timer, children of multiwatch.
# shellcheck shell=bash disable=SC2154

# Prints "STATE SESSION START" of /proc/ID/stat; its second field may hold blanks.
process_stat() {
	local line
	read -r line 2>/dev/null <"/proc/$1/stat" || return 1
	line=${line##*) }
	# shellcheck disable=SC2086
	set -- $line
	echo "$1 $4 ${20}"
}

# process_start NAME COMMAND...: output goes to log/NAME.log, id and start time to pid/NAME.
process_start() {
	local name=$1 pid start
	shift
	setsid "$@" </dev/null >>"$dir/log/$name.log" 2>&1 9>&- &
	pid=$!
	start=$(process_stat "$pid") || start="? ? 0"
	echo "$pid ${start##* }" >"$dir/pid/$name"
}

process_alive() {
	local pid start now
	read -r pid start 2>/dev/null <"$dir/pid/$1" || return 1
	now=$(process_stat "$pid") || return 1
	[ "${now##* }" = "$start" ] && [ "${now%% *}" != Z ]
}

# The living ids of the session that NAME led, NAME's own included. Only processes that
# began no earlier than the leader count.
process_members() {
	local leader start entry id now
	read -r leader start 2>/dev/null <"$dir/pid/$1" || return 0
	for entry in /proc/[0-9]*; do
		id=${entry#/proc/}
		now=$(process_stat "$id" 2>/dev/null) || continue
		# shellcheck disable=SC2086
		set -- $now
		[ "$2" = "$leader" ] && [ "$1" != Z ] && [ "$3" -ge "$start" ] && echo "$id"
	done
	return 0
}

process_gone() {
	[ -z "$(process_members "$1")" ]
}

# process_signal SIGNAL ID...: one that has just left is no error.
process_signal() {
	local signal=$1
	shift
	[ $# -eq 0 ] || kill -s "$signal" "$@" 2>/dev/null || true
}

# Asks the leader, which ends its children in order; then what is left; then insists.
process_stop() {
	local name=$1 leader _ interrupted=no
	[ -e "$dir/pid/$name" ] || return 0
	if process_alive "$name"; then
		read -r leader _ <"$dir/pid/$name"
		process_signal TERM "$leader"
		wait_until 20 process_not_alive "$name" || true
	fi
	# shellcheck disable=SC2046
	process_signal TERM $(process_members "$name")
	if ! wait_until 10 process_gone "$name"; then
		note "stack: $name does not end, killing it"
		# shellcheck disable=SC2046
		process_signal KILL $(process_members "$name")
		wait_until 10 process_gone "$name" || note "stack: $name is still there"
	fi
	rm -f "$dir/pid/$name"
}

process_not_alive() {
	! process_alive "$1"
}
