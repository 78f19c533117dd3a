#!/bin/sh
# A machine of its own for a test, made of namespaces: this machine's files with everything written to memory, processes,
# a network of loopback alone, and systemd as its first process when asked for.
#
#   unshare --mount --propagation private sh guest.sh outer NAME INIT SHARED
#
# NAME is of its control group, INIT is systemd or none, SHARED is the folder to be seen, read-only, as /mnt.
set -eu
stage=$1 name=$2 init=$3 shared=$4

if [ "$stage" = outer ]; then
  # A group of its own, which is all that the systemd inside will see of the control groups.
  mount -t cgroup2 none /mnt
  mkdir -p "/mnt/$name"
  echo $$ >"/mnt/$name/cgroup.procs"
  umount /mnt
  exec unshare --mount --pid --cgroup --net --uts --ipc --fork --kill-child sh "$0" inner "$name" "$init" "$shared"
fi

if [ "$stage" = remove ]; then
  mount -t cgroup2 none /mnt
  # Its processes were killed, which is not yet gone.
  tries=0
  while [ -d "/mnt/$name" ] && ! find "/mnt/$name" -depth -type d -exec rmdir {} + 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 100 ]
    sleep 0.1
  done
  exit
fi

hostname guest
ip link set lo up
mount -t tmpfs none /srv
mkdir /srv/upper /srv/work /srv/root
mount -t overlay none -o lowerdir=/,upperdir=/srv/upper,workdir=/srv/work /srv/root
mount --bind -o ro "$shared" /srv/root/mnt
cd /srv/root
mount -t proc none proc
mount -t sysfs -o ro none sys
mount -t cgroup2 none sys/fs/cgroup
mount -t tmpfs none run
mount -t tmpfs none tmp
chmod 1777 tmp
mount -t tmpfs -o mode=755 none dev
for node in null zero full random urandom tty; do
  touch dev/$node
  mount --bind /dev/$node dev/$node
done
mkdir dev/shm dev/pts dev/mqueue
mount -t devpts -o newinstance,ptmxmode=666 none dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd

# Nothing of what this machine has scheduled or starts by itself is to run in there.
rm -rf etc/cron.*/* etc/systemd/system/*.wants lib/systemd/system/*.wants lib/systemd/system-generators etc/fstab
# The log inside is not to ask the kernel for audit messages, which are about this machine.
rm -f lib/systemd/system/systemd-journald-audit.socket
rm -rf etc/apim-probe var/lib/apim-probe var/lib/private usr/local/bin/apim-probe usr/local/lib/apim-probe
echo guest >etc/hostname
printf '# nothing\n' >etc/crontab
cat >etc/systemd/system/guest.target <<END
[Unit]
DefaultDependencies=no
Requires=systemd-journald.service
After=systemd-journald.service
END

mkdir old
pivot_root . old
cd /
umount -l old
rmdir old
# As systemd finds it on a real machine; its services' views of the files depend on it.
mount --make-rshared /
if [ "$init" = systemd ]; then
  export container=guest
  exec /lib/systemd/systemd --system --unit=guest.target --show-status=no --log-target=journal
fi
exec sleep infinity
