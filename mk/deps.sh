#!/bin/sh
# deps.sh SUDO PACKAGE... : installs the packages that dpkg does not list as installed.
set -eu
sudo=$1
shift
missing=
for package in "$@"; do
	# node and npm may come from elsewhere than Debian; what counts is that they are there.
	[ "$package" = nodejs ] && command -v node >/dev/null && continue
	[ "$package" = npm ] && command -v npm >/dev/null && continue
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# Without this, Debian starts system-wide mariadb and nginx daemons nobody asked for.
if [ ! -e /usr/sbin/policy-rc.d ]; then
	printf '#!/bin/sh\nexit 101\n' | $sudo tee /usr/sbin/policy-rc.d >/dev/null
	$sudo chmod 755 /usr/sbin/policy-rc.d
	trap '$sudo rm -f /usr/sbin/policy-rc.d' EXIT
fi
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
