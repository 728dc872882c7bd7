# The stack's own MariaDB server: no network, one database, one user for each program.
# shellcheck shell=bash disable=SC2154

database_users="ledger-webhook ledger-dashboard ledger-worker ledger-connect ledgerctl"

database_client() {
	mariadb --no-defaults --socket="$sock/mysql.sock" --user="$(id -un)" --batch "$@"
}

database_answers() {
	process_alive mariadbd || die_of mariadbd "ended while starting"
	database_client -e 'SELECT 1' >/dev/null 2>&1
}

database_start() {
	if [ ! -d "$dir/mysql/mysql" ]; then
		rm -rf "$dir/mysql" "$dir/mysql.new"
		# The calling user is the administrator, known by the socket's credentials. Made
		# beside and moved, so an interrupted start leaves no half of it.
		TMPDIR="$dir/tmp" mariadb-install-db --no-defaults --datadir="$dir/mysql.new" --user="$(id -un)" \
			--auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" \
			--skip-test-db >"$dir/log/mariadbd.log" 2>&1 ||
			die_of mariadbd "mariadb-install-db failed"
		checkpoint
		mv "$dir/mysql.new" "$dir/mysql"
	fi
	service_start mariadbd
}

# Every commit reaches the disk, as in production: the crash tests rely on it.
database_run() {
	# shellcheck disable=SC2086
	process_start mariadbd mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/mysql" \
		--socket="$sock/mysql.sock" --pid-file="$dir/mysql/mariadbd.pid" --tmpdir="$dir/tmp" \
		--skip-networking --skip-log-bin --max-connections=400 \
		--character-set-server=utf8mb4 --default-time-zone=+00:00 \
		--sql-mode=STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION \
		--innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=64M \
		--innodb-log-file-size=64M ${STACK_MARIADBD_OPTIONS:-}
	wait_until 60 database_answers || die_of mariadbd "does not answer after 60 s"
}

# The users exist with a password before grants.sql, whose IF NOT EXISTS then leaves them so:
# on a host all programs of a private stack run as one system user, and the socket could
# not tell them apart.
database_users_create() {
	local user
	for user in $database_users; do
		if [ ! -s "$dir/secrets/$user" ]; then
			(umask 277 && random_hex >"$dir/secrets/$user")
		fi
		echo "CREATE OR REPLACE USER '$user'@'localhost' IDENTIFIED BY '$(cat "$dir/secrets/$user")';"
	done
	# migrate makes the tables that the grants below then name.
	echo "GRANT ALL PRIVILEGES ON ledger.* TO 'ledgerctl'@'localhost';"
}

# step LOG TEXT COMMAND...: one step of preparing, with its output in log/LOG.log.
step() {
	local log=$1 text=$2
	shift 2
	checkpoint
	"$@" >>"$dir/log/$log.log" 2>&1 9>&- || die_of "$log" "$text failed"
}

database_prepare() {
	database_client -e 'CREATE DATABASE IF NOT EXISTS ledger CHARACTER SET utf8mb4' ||
		die_of mariadbd "cannot create the database"
	database_users_create | database_client || die_of mariadbd "cannot create the users"
	step ledgerctl "ledgerctl migrate" "$bin/ledgerctl" --config "$dir/stack.conf" migrate
	step ledgerctl "sql/grants.sql" database_grants
	step ledgerctl "ledgerctl keys init" "$bin/ledgerctl" --config "$dir/stack.conf" keys init
}

database_grants() {
	database_client ledger <"$root/sql/grants.sql"
}
