"""Systems managed by ostree, such as Fedora CoreOS and Silverblue: the root of the system is a folder below /ostree/deploy."""

import re

from .disk import Disk
from .file_tree import FileTree
from .guest import Guest
from .notes import Notes

_DEPLOYMENTS = "/ostree/deploy"
_ENTRY_FOLDERS = ("/loader/entries", "/boot/loader/entries")
_VERSION = re.compile(r"^version\s+(\d+)", re.MULTILINE)
_ARGUMENT = re.compile(r"^options\s.*\bostree=(\S+)", re.MULTILINE)


def find_deployment(physical: Guest, disk: Disk, notes: Notes) -> Guest | None:
    """Returns the deployment that boots by default; None when the system is not one of ostree."""
    folders = [
        f"{_DEPLOYMENTS}/{name}/deploy/{deployment}"
        for name in physical.names(_DEPLOYMENTS)
        for deployment in physical.names(f"{_DEPLOYMENTS}/{name}/deploy")
        if not deployment.endswith(".origin") and physical.exists(f"{_DEPLOYMENTS}/{name}/deploy/{deployment}/usr")
    ]
    if not folders:
        return None
    chosen = _default_of(physical, disk, notes)
    if chosen not in folders:
        chosen = folders[0]
        if len(folders) > 1:
            notes.add("There are several deployments of ostree, and no boot entry names one: the first of them is described")
    tree = FileTree(physical.tree.lookup(chosen))
    tree.mount("/sysroot", physical.tree.lookup("/"))
    stateroot = chosen.split("/deploy/")[1]
    for point, source in (("/var", f"{_DEPLOYMENTS}/{stateroot}/var"), ("/boot", "/boot")):
        if physical.exists(source):
            tree.mount(point, physical.tree.lookup(source))
    return Guest(tree, "linux", notes)


def _default_of(physical: Guest, disk: Disk, notes: Notes) -> str | None:
    """Boot entries are on the boot partition, or below /boot of the root. The one with the highest version boots by default."""
    entries: list[tuple[int, str]] = []
    boots = [Guest(FileTree(it.fs.get("/")), "linux", notes) for it in disk.filesystems]
    for boot in (physical, *boots):
        for folder in _ENTRY_FOLDERS:
            for path in boot.paths(folder):
                text = boot.text(path, 1 << 16) or ""
                version, argument = _VERSION.search(text), _ARGUMENT.search(text)
                if version and argument:
                    entries.append((int(version[1]), argument[1]))
    for _, link in sorted(entries, reverse=True):
        path = physical.real_path(link)
        if path is not None:
            return path
    return None
