#!/bin/bash
# installed.sh ROOT: what `make install` laid out below ROOT is valid: the units
# (systemd-analyze) and nginx's site (nginx -t, with a certificate made for the purpose).
set -euo pipefail
root=$1
work=$root/check
mkdir -p "$work" "$root/usr/lib/ledger" "$root/usr/bin"

# The programs' own presence is not what is checked here.
for program in lib/ledger/ledger-webhook lib/ledger/ledger-connect lib/ledger/ledger-dashboard lib/ledger/ledger-worker bin/multiwatch; do
	[ -e "$root/usr/$program" ] || install -m 755 /bin/true "$root/usr/$program"
done
for unit in sysinit.target shutdown.target sockets.target basic.target -.mount system.slice timers.target; do
	[ -e "/usr/lib/systemd/system/$unit" ] && cp "/usr/lib/systemd/system/$unit" "$root/usr/lib/systemd/system/"
done
systemd-analyze verify --man=no --recursive-errors=no --root="$root" \
	"$root"/usr/lib/systemd/system/ledger-*

# A start of a unit that still runs does nothing: were two minutes to share a unit, the second
# would have no worker.
# shellcheck disable=SC2016 # cron's shell is to expand it
grep -qxF '* * * * * root systemctl start --no-block ledger-worker@$(date +\%M).service' "$root/etc/cron.d/ledger" || {
	echo "etc/cron.d/ledger does not start each minute's own ledger-worker@MINUTE.service"
	exit 1
}
if find "$root/usr/lib/systemd/system" -name 'ledger-worker*' ! -name 'ledger-worker@.service' | grep .; then
	echo "one unit would hold the workers of all minutes"
	exit 1
fi

if grep -rnE '@[A-Z_]+@' "$root/usr/lib" "$root/etc"; then
	echo "a placeholder was not filled in"
	exit 1
fi

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ledger \
	-keyout "$work/privkey.pem" -out "$work/fullchain.pem" 2>/dev/null
cp -r "$root/etc/nginx" "$work/nginx"
sed -i "s|/etc/nginx/ledger|$work/nginx/ledger|g; s|/etc/ssl/ledger|$work|g; s|/var/log/nginx|$work|g" \
	"$work"/nginx/ledger/*.conf "$work/nginx/sites-available/ledger"
# Ports that need no privilege and that nobody else has: -t binds them.
sed -i -E 's/listen (\[::\]:)?(443|80)( ssl)?;/listen unix:LEDGER_CHECK_\2\1\3;/' \
	"$work"/nginx/ledger/listen.conf "$work/nginx/sites-available/ledger"
sed -i -E "s#unix:LEDGER_CHECK_([0-9]+)(\[::\]:)( ssl)?;#unix:$work/\1-6.sock\3;#; s#unix:LEDGER_CHECK_([0-9]+)( ssl)?;#unix:$work/\1.sock\2;#" \
	"$work"/nginx/ledger/listen.conf "$work/nginx/sites-available/ledger"
echo "listen unix:$work/monitor.sock;" >"$work/nginx/ledger/monitor-listen.conf"
cat >"$work/nginx.conf" <<END
pid $work/nginx.pid;
error_log stderr;
events {}
http {
	client_body_temp_path $work/body;
	fastcgi_temp_path $work/fastcgi;
	proxy_temp_path $work/proxy;
	scgi_temp_path $work/scgi;
	uwsgi_temp_path $work/uwsgi;
	include $work/nginx/sites-available/ledger;
}
END
nginx -t -q -e stderr -p "$work" -c "$work/nginx.conf"
