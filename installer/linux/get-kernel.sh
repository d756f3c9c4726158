#!/bin/sh
# Puts a Linux kernel with AppArmor into a folder, for tests that run in a virtual machine. It is unpacked, not installed.
# Debian 12's own kernel does not tell the label of who is at the other end of a unix socket: that came with Linux 6.17. So
# it is the newest that Debian 13 has, asked for with settings and folders of its own: this machine's apt stays as it is.
# Usage: get-kernel.sh FOLDER
set -eu
if [ $# -ne 1 ]; then
	echo "usage: $0 FOLDER" >&2
	exit 2
fi
if [ -e "$1/vmlinuz" ]; then
	exit 0
fi
mkdir -p "$(dirname "$1")"
work=$(mktemp -d "$(realpath "$(dirname "$1")")/kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"
touch "$work/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie-backports main" >"$work/sources.list"
with() {
	tool=$1
	shift
	"$tool" -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$work/state" \
		-o Dir::State::Status="$work/status" -o Dir::Cache="$work/cache" -o Acquire::Languages=none -o APT::Architecture=amd64 "$@"
}
# The package with the kernel itself stands behind one or two that only name the newest: linux-image-cloud-amd64 wants
# linux-image-VERSION, and that one linux-binary-VERSION.
needed() { with apt-cache depends "$1" | sed -n "s/^ *Depends: \($2-[0-9].*-cloud-amd64\)\$/\1/p" | head -n 1; }
with apt-get update
image=$(needed linux-image-cloud-amd64 linux-image)
binary=$(needed "$image" linux-binary)
(cd "$work" && with apt-get download "${binary:-$image}")
dpkg -x "$work"/*.deb "$work/root"
mkdir "$work/kernel"
mv "$(find "$work/root" -name 'vmlinuz*' | head -n 1)" "$work/kernel/vmlinuz"
chmod 755 "$work/kernel"
mv "$work/kernel" "$1"
