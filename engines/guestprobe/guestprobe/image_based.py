"""Systems whose /usr is a partition of its own that is replaced as a whole, such as Flatcar."""

from dataclasses import dataclass

from dissect.target.filesystem import Filesystem, VirtualFilesystem

from .disk import Disk, MountableFilesystem
from .file_tree import FileTree
from .filesystems import read_info
from .guest import Guest
from .notes import Notes

#: Where such systems keep the original of /etc.
_UNDERLAYS = ("/usr/share/flatcar/etc", "/usr/share/baselayout")
_ROOT_LABEL = "ROOT"


@dataclass(frozen=True)
class ImageBasedSystem:
    """`root`: what the report calls its root; before the first boot that is `usr`."""

    root: MountableFilesystem
    fs: Filesystem
    guest: Guest
    usr: MountableFilesystem


def find_guest(disk: Disk, root: MountableFilesystem | None, notes: Notes) -> ImageBasedSystem | None:
    """Returns the system that is made of a file system for /usr and one for the rest. `root`: the latter, if it was recognized; before
    the first boot it is empty."""
    usrs = [it for it in disk.filesystems if notes.attempt("A file system", lambda at=it: _is_usr(at, notes), False)]
    if not usrs:
        return None
    usr = max(usrs, key=_priority)
    if sum(_priority(it) == _priority(usr) for it in usrs) > 1:
        notes.add("There are several partitions for /usr, and none has priority: the first of them is described")
    root = root or next((it for it in disk.filesystems if it not in usrs and _label(it, notes) == _ROOT_LABEL), None)
    fs = root.fs if root else VirtualFilesystem()
    tree = FileTree(fs.get("/"))
    tree.mount("/usr", usr.fs.get("/"))
    guest = Guest(tree, "linux", notes)
    underlay = next((path for path in _UNDERLAYS if guest.exists(path)), None)
    if underlay:
        tree.underlays["/etc"] = underlay
    return ImageBasedSystem(root or usr, fs, guest, usr)


def _is_usr(mountable: MountableFilesystem, notes: Notes) -> bool:
    guest = Guest(FileTree(mountable.fs.get("/")), "linux", notes)
    return guest.exists("/lib/os-release") and not guest.exists("/etc/passwd")


def _priority(mountable: MountableFilesystem) -> int:
    """GPT attributes that the boot loader of ChromeOS and its descendants reads: bits 48 to 51."""
    return int(getattr(mountable.volume.raw, "flags", None) or 0) >> 48 & 0xF


def _label(mountable: MountableFilesystem, notes: Notes) -> str | None:
    return notes.attempt("A superblock", lambda: read_info(mountable)["label"], None)
