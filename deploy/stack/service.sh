# The services of a stack, how each is started and when it counts as running.
# shellcheck shell=bash disable=SC2154

# In the order of starting; they are ended in reverse.
service_list() {
	echo mariadbd
	echo nginx
	if [ "$sandboxes" = yes ]; then
		echo sandbox-sage
		echo sandbox-shop
	fi
	echo webhook
	echo connect
	echo dashboard
	[ "$worker" = no ] || echo timer
}

service_start() {
	case $1 in
	mariadbd) database_run ;;
	nginx) nginx_run ;;
	sandbox-*) sandbox_run "$1" ;;
	timer) process_start timer "$here/minute" "$bin/ledger-worker" --config "$dir/stack.conf" ;;
	*) fastcgi_run "$1" ;;
	esac
}

programs_check() {
	local program missing='' tool
	local needed="ledger-webhook ledger-connect ledger-dashboard ledger-worker ledgerctl"
	[ "$sandboxes" = no ] || needed+=" sandbox-sage sandbox-shop"
	for program in $needed; do
		[ -x "$bin/$program" ] || missing+=" $program"
	done
	[ -z "$missing" ] || die "not built:$missing (looked in $bin; \`make\` builds them)"
	for tool in mariadbd mariadb-install-db mariadb nginx spawn-fcgi multiwatch setsid flock curl; do
		command -v "$tool" >/dev/null || die "$tool is not installed (\`make deps\`)"
	done
}

# A killed process is replaced at once, however often: the crash tests kill many. `-s TERM`
# because a program takes its leave on SIGTERM.
fastcgi_run() {
	rm -f "$sock/$1.sock"
	process_start "$1" spawn-fcgi -n -s "$sock/$1.sock" -b 1024 -- \
		"$(command -v multiwatch)" -f "$processes" -r 1000 -t 1000 -s TERM -- \
		"$bin/ledger-$1" --config "$dir/stack.conf"
	case $1 in
	webhook) service_wait webhook "http://127.0.0.1:$ledger_port/v1/tile/health" ;;
	connect) service_wait connect "http://127.0.0.1:$ledger_port/login/code" ;;
	dashboard) service_wait dashboard "http://127.0.0.1:$ledger_port/login" ;;
	esac
}

sandbox_run() {
	local url
	rm -f "$sock/$1.sock"
	process_start "$1" spawn-fcgi -n -s "$sock/$1.sock" -b 1024 -- "$bin/$1"
	case $1 in
	sandbox-sage) url=$(env_get SAGE_SANDBOX_URL) ;;
	sandbox-shop) url=$(env_get SHOP_SANDBOX_URL) ;;
	esac
	service_wait "$1" "$url/"
}

# Answering is enough; 000 is no answer, 502 and 503 are nginx's "nobody there".
service_answers() {
	local status
	process_alive "$1" || die_of "$1" "ended while starting"
	status=$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$2" 2>/dev/null) || return 1
	[ "$status" != 502 ] && [ "$status" != 503 ]
}

service_wait() {
	wait_until 30 service_answers "$1" "$2" || die_of "$1" "does not answer at $2"
}

nginx_run() {
	rm -f "$sock/monitor.sock" # left behind by one that was killed
	process_start nginx nginx -e stderr -p "$dir/" -c "$dir/nginx.conf"
	wait_until 20 nginx_settled || die_of nginx "does not listen on port $ledger_port"
}

nginx_settled() {
	process_alive nginx || return 0
	! port_free "$ledger_port"
}

# The ports were free a moment ago; when somebody was faster, others are tried.
nginx_start() {
	local attempt
	for attempt in 1 2 3 4 5; do
		nginx_run
		process_alive nginx && return
		grep -q 'Address already in use' "$dir/log/nginx.log" || break
		[ -z "$port" ] || break
		note "stack: a port was taken meanwhile (attempt $attempt)"
		rm -f "$dir/ports"
		config_write
	done
	die_of nginx "did not start"
}

# up, partly or down.
stack_state() {
	local service alive=0 all=0
	for service in "$dir"/pid/*; do
		[ -e "$service" ] || continue
		all=$((all + 1))
		process_gone "${service##*/}" || alive=$((alive + 1))
	done
	if [ "$alive" -eq 0 ]; then
		echo down
	elif [ "$alive" -eq "$all" ]; then
		echo up
	else
		echo partly
	fi
}

service_table() {
	local file service state
	for file in "$dir"/pid/*; do
		[ -e "$file" ] || continue
		service=${file##*/}
		state="not running"
		process_alive "$service" && state="running, $(process_members "$service" | wc -l) processes"
		printf '%-14s %s\n' "$service" "$state"
	done
}

# In reverse order of starting, then whatever else has a file.
services_stop() {
	local service
	for service in timer dashboard connect webhook sandbox-shop sandbox-sage nginx mariadbd; do
		process_stop "$service"
	done
	if [ -L "$dir/sock" ]; then
		rm -rf "$(readlink "$dir/sock")"
		rm -f "$dir/sock"
	else
		rm -rf "$dir/sock"
	fi
	rm -f "$dir/stack.env"
}
