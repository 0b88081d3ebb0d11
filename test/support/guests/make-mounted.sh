#!/usr/bin/env bash
# Makes the disk images in test/support/guests/mounted, which need a kernel that mounts them: subvolumes of btrfs, and file systems
# that are copied while they are mounted. Needs root, loop devices, btrfs-progs, xfsprogs, e2fsprogs and qemu-utils.
# Usage: make-mounted.sh [DIRECTORY]
set -euo pipefail
out=$(realpath "${1:-$(dirname "$0")/mounted}")
work=$(mktemp -d)
at=$work/at
mkdir "$at"
trap 'mountpoint -q "$at" && umount "$at"; rm -rf "$work"' EXIT

# system ROOT HOSTNAME: the files of a small Debian, without /var.
system() {
  mkdir -p "$1/etc" "$1/usr/lib" "$1/var" "$1/home"
  printf 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' >"$1/usr/lib/os-release"
  ln -s ../usr/lib/os-release "$1/etc/os-release"
  echo "$2" >"$1/etc/hostname"
  printf 'root:x:0:0::/root:/bin/sh\n' >"$1/etc/passwd"
}
# packages VAR COUNT: a package database with so many packages.
packages() {
  mkdir -p "$1/lib/dpkg"
  for number in $(seq "$2"); do
    printf 'Package: p%s\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n' "$number"
  done >"$1/lib/dpkg/status"
}
blank() { rm -f "$work/disk"; truncate -s "$1" "$work/disk"; }
pack() { qemu-img convert -c -f raw -O qcow2 -o cluster_size=4096 "${2:-$work/disk}" "$out/$1.qcow2"; }

# The layout of Ubuntu with snapshots of Timeshift: the top level has no system, and the snapshot has fewer packages.
blank 128M
mkfs.btrfs -q -U 11111111-2222-3333-4444-555555555555 "$work/disk"
mount -o loop "$work/disk" "$at"
mkdir -p "$at/timeshift-btrfs/snapshots/2024-01-01_10-00-01"
btrfs -q subvolume create "$at/@"
system "$at/@" before
packages "$at/@/var" 2
btrfs -q subvolume snapshot "$at/@" "$at/timeshift-btrfs/snapshots/2024-01-01_10-00-01/@"
rm -r "$at/@/var/lib"
btrfs -q subvolume create "$at/@var"
btrfs -q subvolume create "$at/@home"
packages "$at/@var" 5
btrfs -q subvolume create "$at/@var/lib/machines"
echo now >"$at/@/etc/hostname"
id=$(btrfs subvolume list "$at" | awk '$NF == "@home" { print $2 }')
printf 'UUID=%s / btrfs subvol=/@ 0 0\nUUID=%s /var btrfs rw,subvol=@var\nUUID=%s /home btrfs subvolid=%s\n' \
  $(yes 11111111-2222-3333-4444-555555555555 | head -3) "$id" >"$at/@/etc/fstab"
umount "$at"
pack timeshift

# The layout of openSUSE: the default subvolume is a snapshot, and fstab does not name it.
blank 128M
mkfs.btrfs -q -L suse "$work/disk"
mount -o loop "$work/disk" "$at"
btrfs -q subvolume create "$at/@"
mkdir -p "$at/@/.snapshots/1" "$at/@/.snapshots/2"
btrfs -q subvolume create "$at/@/.snapshots/1/snapshot"
system "$at/@/.snapshots/1/snapshot" first
btrfs -q subvolume create "$at/@/var"
packages "$at/@/var" 4
printf 'LABEL=suse / btrfs defaults 0 0\nLABEL=suse /var btrfs subvol=/@/var 0 0\n' >"$at/@/.snapshots/1/snapshot/etc/fstab"
btrfs -q subvolume snapshot "$at/@/.snapshots/1/snapshot" "$at/@/.snapshots/2/snapshot"
echo second >"$at/@/.snapshots/2/snapshot/etc/hostname"
btrfs subvolume set-default "$at/@/.snapshots/2/snapshot" >/dev/null
umount "$at"
pack suse

# dirty NAME: copies the mounted file system after a change that is only in its journal or log.
dirty() {
  mount -o loop "$work/disk" "$at"
  system "$at" dirty
  packages "$at/var" 3
  umount "$at"
  [ "$1" != xfs ] || pack clean-xfs
  mount -o loop "$work/disk" "$at"
  echo later >"$at/etc/hostname"
  sync "$at/etc/hostname"
  cp --sparse=always "$(losetup -j "$work/disk" -O NAME -n | tr -d ' ')" "$work/copy"
  pack "dirty-$1" "$work/copy"
  umount "$at"
}
blank 16M
mkfs.ext4 -q "$work/disk"
dirty ext4
blank 300M
mkfs.xfs -q "$work/disk"
dirty xfs
blank 128M
mkfs.btrfs -q "$work/disk"
dirty btrfs
