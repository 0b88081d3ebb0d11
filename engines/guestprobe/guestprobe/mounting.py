"""Chooses the system to describe, and mounts its file systems as it would."""

from dataclasses import dataclass

from dissect.target.filesystem import Filesystem

from . import subvolumes
from .devices import Devices
from .discoverable import find_discoverable
from .disk import Disk, MountableFilesystem
from .file_tree import FileTree
from .fstab import MountEntry, read_mounts
from .guest import Guest
from .notes import Notes
from .systems import System, find_systems

#: Types without files of an installed system.
_PSEUDO = (
    *("proc", "sysfs", "devtmpfs", "devpts", "tmpfs", "ramfs", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "configfs"),
    *("efivarfs", "pstore", "bpf", "binfmt_misc", "mqueue", "hugetlbfs", "fusectl", "autofs", "usbfs", "rpc_pipefs", "swap", "ignore"),
)
_OVERLAYS = ("overlay", "aufs", "unionfs")


@dataclass(frozen=True)
class Mount:
    """`fs`: the subvolume that is mounted."""

    point: str
    mountable: MountableFilesystem
    fs: Filesystem


def mount_guest(disk: Disk, notes: Notes) -> tuple[Guest | None, list[Mount]]:
    """Returns the first system on the disk with everything mounted, and what is mounted."""
    systems = find_systems(disk, notes)
    if not systems:
        return None, []
    if sum(system.complete for system in systems) > 1:
        notes.add("There are several systems on the disk; the first of them is described")
    system = systems[0]
    root = Mount("/" if system.guest.kind == "linux" else "C:\\", system.mountable, system.fs)
    return system.guest, [root, *(_mount_all(system, disk) if system.guest.kind == "linux" else [])]


def _mount_all(system: System, disk: Disk) -> list[Mount]:
    guest, devices = system.guest, Devices(disk, system.guest.notes)
    mounts = [Mount("/usr", system.usr, system.usr.fs)] if system.usr else []
    for point, mountable in find_discoverable(disk):
        # An entry in fstab, which comes later, replaces it.
        if mountable is not system.mountable and not guest.names(point):
            guest.tree.mount(point, mountable.fs.get("/"))
            mounts.append(Mount(point, mountable, mountable.fs))
    for entry in read_mounts(guest):
        if entry.point == "/":
            devices.learn(entry.spec, system.mountable)
        elif entry.kind not in _PSEUDO:
            mounts += _mount(entry, guest, devices)
    return mounts


def _mount(entry: MountEntry, guest: Guest, devices: Devices) -> list[Mount]:
    if entry.is_bind:
        source = guest.find(entry.spec)
        if source is not None:
            guest.tree.mount(_real_point(entry, guest), source)
        elif not entry.has("noauto"):
            _leave_out(entry, guest, f"{entry.spec} was not found")
        return []
    if entry.kind in _OVERLAYS:
        guest.notes.add(f"{entry.point} is an {entry.kind}, of which only the lowest layer was read ({entry.source})")
        return []
    mountable = devices.find(entry.spec, entry.kind)
    if mountable is None:
        if not entry.has("noauto"):
            _leave_out(entry, guest, f"{entry.spec} was not found in the image")
        return []
    fs = guest.notes.attempt(f"The mount of {entry.point}", lambda: subvolumes.choose_subvolume(mountable.fs, entry.options), None)
    folder = entry.options.get("X-mount.subdir", "/")
    root = Guest(FileTree(fs.get("/")), guest.kind, guest.notes).find(folder) if fs else None
    if root is None or fs is None:
        _leave_out(entry, guest, "it has no such subvolume or folder")
        return []
    guest.tree.mount(_real_point(entry, guest), root)
    return [Mount(entry.point, mountable, fs)]


def _leave_out(entry: MountEntry, guest: Guest, reason: str) -> None:
    guest.notes.add(f"{entry.point} was not read: {reason} ({entry.source}: {entry.spec} {entry.point} {entry.kind})")
    guest.tree.mount_unread(_real_point(entry, guest))


def _real_point(entry: MountEntry, guest: Guest) -> str:
    """The mount point may lie behind a link, such as /home on systems of ostree."""
    return guest.real_path(entry.point) or entry.point
