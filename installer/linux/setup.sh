#!/bin/sh
# Installs the Debian packages that building and testing need, those that are missing only. Needs root.
set -eu
if ! command -v go >/dev/null; then
	echo "setup: Go 1.26 or newer is not in PATH; install it from https://go.dev/dl/ first" >&2
	exit 1
fi
packages="gcc libc6-dev pkg-config pcscd libpcsclite-dev vsmartcard-vpcd opensc opensc-pkcs11 libpam0g-dev pamtester
libpam-pkcs11 libpam-p11 xvfb xdotool i3lock xsecurelock xss-lock dbus dbus-daemon iproute2 util-linux systemd openssl
libasan8 valgrind sudo curl make git ca-certificates slapd ldap-utils softhsm2 rsyslog rsyslog-openssl samba-ad-dc
samba-ad-provision samba-dsdb-modules winbind ldb-tools python3-samba krb5-user libsasl2-modules-gssapi-mit libgl1-mesa-dev
libgl1-mesa-dri xorg-dev libwayland-dev libxkbcommon-dev x11-utils x11-xserver-utils xfwm4 xfce4-panel xfce4-notifyd dbus-x11
imagemagick weston xwayland xclip xfce4-clipman pinentry-gtk2 at-spi2-core libatk-adaptor python3-pyatspi krb5-kdc
krb5-admin-server krb5-pkinit apache2 libapache2-mod-auth-gssapi chromium firefox-esr libnss3-tools p11-kit p11-kit-modules
openssh-server openssh-client nginx-light haproxy qemu-system-x86 apparmor"
missing=
for p in $packages; do
	[ "$(dpkg-query -W -f '${Status}' "$p" 2>/dev/null)" = "install ok installed" ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "setup: these packages are missing; as root run: apt-get install$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# None of the servers is to run here: the tests start their own, on 127.0.0.1. See invoke-rc.d(8).
if [ ! -e /usr/sbin/policy-rc.d ]; then
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT INT TERM
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
fi
apt-get update -q
# shellcheck disable=SC2086 — a list of words
apt-get install -q -y --no-install-recommends $missing
