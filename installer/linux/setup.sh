#!/bin/sh
# Installs the Debian packages that building and testing need, those that are missing only. Needs root.
set -eu
if ! command -v go >/dev/null; then
	echo "setup: Go 1.26 or newer is not in PATH; install it from https://go.dev/dl/ first" >&2
	exit 1
fi
packages="gcc libc6-dev pkg-config pcscd libpcsclite-dev vsmartcard-vpcd opensc opensc-pkcs11 libpam0g-dev pamtester
libpam-pkcs11 libpam-p11 xvfb xdotool i3lock xsecurelock xss-lock dbus dbus-daemon iproute2 util-linux systemd openssl
libasan8 valgrind sudo curl make git ca-certificates"
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
apt-get update -q
# shellcheck disable=SC2086 — a list of words
apt-get install -q -y --no-install-recommends $missing
