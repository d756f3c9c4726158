#!/bin/sh
# Puts Debian's elogind (logind without systemd) into a folder, for tests on machines where systemd is not PID 1.
# It is unpacked, not installed: its package conflicts with systemd's.
# Usage: get-elogind.sh FOLDER
set -eu
if [ $# -ne 1 ]; then
	echo "usage: $0 FOLDER" >&2
	exit 2
fi
if [ -x "$1/lib/elogind/elogind" ]; then
	exit 0
fi
mkdir -p "$(dirname "$1")"
work=$(mktemp -d "$1.XXXXXX")
trap 'rm -rf "$work"' EXIT
fetch() { (cd "$work" && apt-get download -q elogind libelogind0); }
fetch || { apt-get update -q && fetch; } # a machine that has never asked has no lists of packages
mkdir "$work/root"
for package in "$work"/*.deb; do
	dpkg -x "$package" "$work/root"
done
chmod 755 "$work/root"
mv "$work/root" "$1"
