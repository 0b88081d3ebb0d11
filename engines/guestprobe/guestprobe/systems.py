"""Finds the installed systems on a disk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dissect.target.filesystem import Filesystem

from . import image_based, ostree, subvolumes
from .disk import Disk, MountableFilesystem
from .file_tree import FileTree
from .fstab import read_mounts
from .guest import Guest
from .notes import Notes
from .operating_system import OLD_RELEASES

_RELEASES = ("/etc/os-release", "/usr/lib/os-release", "/etc/lsb-release", *OLD_RELEASES)
#: NixOS makes /etc when it boots for the first time.
_NIXOS = ("/nix/var/nix/profiles/system/etc/os-release", "/etc/NIXOS")
_WINDOWS = "/Windows/System32/config/SOFTWARE"

#: Subvolumes that are looked at for a system.
_MOST_ROOTS = 256
#: Names that distributions give the subvolume of the root.
_ROOT_NAMES = ("@", "root", "@root", "@rootfs", "rootfs")


@dataclass(frozen=True)
class System:
    """`fs`: the subvolume with the root. `complete`: false when /usr is on another file system, which is not mounted yet. `usr`: that file
    system, when it is mounted."""

    mountable: MountableFilesystem
    fs: Filesystem
    guest: Guest
    complete: bool = True
    usr: MountableFilesystem | None = None


def find_systems(disk: Disk, notes: Notes) -> list[System]:
    """Returns the systems on the disk, one for each file system, complete ones first."""
    found: list[System] = []
    for mountable in disk.filesystems:
        system = notes.attempt("A file system", lambda at=mountable: _find_on(at, disk, notes), None)
        if system is not None:
            found.append(system)
    if not any(system.complete for system in found):
        based = image_based.find_guest(disk, found[0].mountable if found else None, notes)
        if based is not None:
            return [System(based.root, based.fs, based.guest, usr=based.usr)]
    return sorted(found, key=lambda system: not system.complete)


def _find_on(mountable: MountableFilesystem, disk: Disk, notes: Notes) -> System | None:
    candidates = _candidates(mountable, notes)
    first = next(candidates, None)
    if first is None or not subvolumes.has_subvolumes(mountable.fs) or first.fs is mountable.fs:
        return first and _enter(first, disk, notes)
    # The subvolume that the system itself mounts as its root; a snapshot of it says the same of the original.
    others = [first, *candidates]
    chosen = next((it for it in others if _is_own_root(it)), first)
    path = _path(chosen)
    if _is_snapshot_path(path):
        notes.add(f"The system is on the subvolume {path}, which is a snapshot by its name")
    return _enter(chosen, disk, notes)


def _candidates(mountable: MountableFilesystem, notes: Notes) -> Iterator[System]:
    for fs in _roots(mountable.fs):
        guest = Guest(FileTree(fs.get("/")), "linux", notes)
        if guest.exists(_WINDOWS):
            yield System(mountable, fs, Guest(guest.tree, "windows", notes))
        elif any(guest.exists(path) for path in (*_RELEASES, *_NIXOS)) or guest.names("/ostree/deploy"):
            yield System(mountable, fs, guest)
        elif guest.exists("/etc/fstab") and guest.exists("/etc/passwd"):
            yield System(mountable, fs, guest, complete=False)


def _roots(fs: Filesystem) -> Iterator[Filesystem]:
    """Yields the default subvolume, then the others: usual names first, snapshots last."""
    yield fs
    if subvolumes.has_subvolumes(fs):
        others = [it for it in subvolumes.enumerate_subvolumes(fs) if it[0] != subvolumes.default_id(fs)]
        others.sort(key=lambda it: (it[1] not in _ROOT_NAMES, _is_snapshot_path(it[1]), it[1].count("/"), it[0]))
        for identity, _ in others[:_MOST_ROOTS]:
            yield subvolumes.open_subvolume(fs, identity)


def _is_own_root(system: System) -> bool:
    entry = next((it for it in read_mounts(system.guest) if it.point == "/"), None)
    if entry is None or not entry.has("subvol", "subvolid"):
        return False
    chosen = subvolumes.choose_subvolume(system.mountable.fs, entry.options)
    return chosen is not None and _path(replace(system, fs=chosen)) == _path(system)


def _path(system: System) -> str:
    return str(system.fs.subvolume.path).strip("/")


def _is_snapshot_path(path: str) -> bool:
    return any("snapshot" in part or part.startswith("timeshift") for part in path.lower().split("/"))


def _enter(system: System, disk: Disk, notes: Notes) -> System:
    """Enters the deployment of a system that ostree manages."""
    guest = ostree.find_deployment(system.guest, disk, notes)
    return system if guest is None else replace(system, guest=guest)
