# The first process of a lab: makes the private world, says "ready", and ends everything when its input closes.
# Usage: world.sh LABDIR yes|no (are we root on the machine)
set -eu
dir=$1 root=$2
trap '' HUP INT QUIT # a terminal sends them to everybody; whoever made the lab decides when it ends

/sbin/ip link set lo up
mount --bind "$dir/run" /run
mount --bind "$dir/etc/pam.d" /etc/pam.d
for file in passwd group shadow; do
	mount --bind "$dir/etc/$file" "/etc/$file"
done

# X servers leave their keyboard's map in one file for each display number, and every lab has a display :0.
if [ -d /var/lib/xkb ]; then
	mount --bind "$dir/xkb" /var/lib/xkb
fi

# elogind keeps sessions as cgroups of one named hierarchy, which the kernel shares between all mount namespaces.
# Each lab shows it a folder of its own as that hierarchy's root, else session c1 of two labs is the same one.
# The inner folder of the same name is what elogind pins after reading its root from /proc/1/cgroup.
if [ "$root" = yes ]; then
	mount -t tmpfs -o mode=755 lab /sys/fs/cgroup
	mount -t cgroup -o none,name=elogind elogind "$dir/cgroup"
	mkdir -p "$dir/cgroup/lab-$$/lab-$$" /sys/fs/cgroup/elogind
	mount --bind "$dir/cgroup/lab-$$" /sys/fs/cgroup/elogind
	echo "1:name=elogind:/lab-$$" >"$dir/etc/cgroup"
	mount --bind "$dir/etc/cgroup" /proc/1/cgroup
	# A suspend in a lab writes to this folder, never to the machine's.
	if [ -d /sys/power ]; then
		mount --bind "$dir/power" /sys/power
	fi
fi

echo ready
read -r _ || true

self=$(readlink /proc/self/ns/mnt)
left=yes
while [ -n "$left" ]; do
	left=
	for process in /proc/[0-9]*; do
		pid=${process#/proc/}
		[ "$pid" != $$ ] || continue
		[ "$(readlink "$process/ns/mnt" 2>/dev/null)" = "$self" ] || continue
		# This shell's own helpers are gone before the signal arrives; that is no fault.
		if kill -9 "$pid" 2>/dev/null; then left=yes; fi
	done
done
if [ "$root" = yes ]; then
	find "$dir/cgroup/lab-$$" -depth -type d -exec rmdir {} \; 2>/dev/null || true
	umount -l "$dir/cgroup"
fi
umount --lazy --recursive /run # with what elogind mounted in it
cd /
rm -rf --one-file-system "$dir"
