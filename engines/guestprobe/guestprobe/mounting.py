"""Finds the installed system on a disk, and mounts its file systems by its fstab."""

import re

from dissect.target.filesystem import Filesystem

from . import filesystems
from .notes import Notes
from .disk import Disk, MountableFilesystem
from .guest import Guest

_LINUX = ("/etc/os-release", "/usr/lib/os-release", "/etc/debian_version", "/etc/redhat-release", "/etc/alpine-release")
_WINDOWS = "/Windows/System32/config/SOFTWARE"

#: Lines of an fstab that are read.
_MOST_LINES = 100


def find_guest(disk: Disk, notes: Notes) -> tuple[Guest | None, dict[int, str]]:
    """Returns the first system on the disk, and its mount points by position in `disk.filesystems`."""
    systems = [(position, kind) for position, at in enumerate(disk.filesystems) if (kind := _detect_kind(at.fs, notes))]
    if not systems:
        return None, {}
    position, kind = systems[0]
    others = [other for other, _ in systems if disk.filesystems[other].main and other != position]
    if others and disk.filesystems[position].main:
        notes.add("There are several systems on the disk; the first of them is described")
    guest = Guest(disk.filesystems[position].fs, kind, notes)
    mounted = {position: "/" if kind == "linux" else "C:\\"}
    if kind == "linux":
        mounted |= _mount_others(guest, disk, position)
    return guest, mounted


def _detect_kind(fs: Filesystem, notes: Notes) -> str | None:
    def work() -> str | None:
        if any(fs.exists(path) for path in _LINUX):
            return "linux"
        return "windows" if fs.exists(_WINDOWS) else None

    return notes.attempt("A file system", work, None)


def _mount_others(guest: Guest, disk: Disk, root: int) -> dict[int, str]:
    mounted: dict[int, str] = {}
    for line in (guest.text("/etc/fstab", 1 << 20) or "").splitlines()[:_MOST_LINES]:
        words = line.split()
        if len(words) < 4 or words[0].startswith("#") or not words[1].startswith("/") or words[1] == "/":
            continue
        device, point, _, options = words[:4]
        for position, mountable in enumerate(disk.filesystems):
            if position not in (root, *mounted) and _matches(device, options, mountable, guest.notes):
                guest.mount(point, mountable.fs)
                mounted[position] = point
                break
    return mounted


def _matches(device: str, options: str, mountable: MountableFilesystem, notes: Notes) -> bool:
    """Device names such as /dev/sda2 depend on the machine and never match; names of logical volumes do."""
    subvolume = re.search(r"(?:^|,)subvol=/?([^,]+)", options)
    if subvolume and filesystems.subvolume_path(mountable.fs) != subvolume[1]:
        return False
    key, _, value = device.partition("=")
    value = value.strip('"')
    facts = notes.attempt("A file system", lambda: filesystems.read_info(mountable), None)
    if key == "UUID":
        return facts is not None and facts["uuid"] is not None and facts["uuid"].lower() == value.lower()
    if key == "LABEL":
        return facts is not None and facts["label"] == value
    if key == "PARTUUID":
        return (mountable.volume.guid or "").lower() == value.lower()
    if device.startswith("/dev/mapper/"):
        return mountable.volume.name == device.removeprefix("/dev/mapper/")
    group, _, volume = device.removeprefix("/dev/").partition("/")
    return volume != "" and mountable.volume.name == f"{group.replace('-', '--')}-{volume.replace('-', '--')}"
