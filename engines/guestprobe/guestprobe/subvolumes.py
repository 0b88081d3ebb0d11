"""Subvolumes of btrfs."""

from collections.abc import Iterator
from itertools import islice

from dissect.target.filesystem import Filesystem

#: Subvolumes that are looked at; snapshot tools make hundreds.
_MOST_SUBVOLUMES = 4096


def has_subvolumes(fs: Filesystem) -> bool:
    return fs.__type__ == "btrfs"


def enumerate_subvolumes(fs: Filesystem) -> Iterator[tuple[int, str]]:
    """Yields id and path of each subvolume. The top level has id 5 and no path."""
    for subvolume in islice(fs.btrfs.subvolumes(), _MOST_SUBVOLUMES):
        yield subvolume.objectid, subvolume.path.strip("/")


def default_id(fs: Filesystem) -> int:
    return int(fs.btrfs.default_subvolume.objectid)


def open_subvolume(fs: Filesystem, identity: int) -> Filesystem:
    return fs if identity == default_id(fs) else fs.open_subvolume(subvolid=identity)


def choose_subvolume(fs: Filesystem, options: dict[str, str]) -> Filesystem | None:
    """Returns the subvolume that mount options name, else the default one; None when there is no such subvolume."""
    if not has_subvolumes(fs):
        return fs
    path, identity = options.get("subvol"), options.get("subvolid")
    if path is None and identity is None:
        return fs
    # 0 is another name of the top level.
    wanted = int(identity, 0) or 5 if identity is not None and identity.isalnum() else None
    for number, known in enumerate_subvolumes(fs):
        if (path is None or path.strip("/") == known) and (identity is None or wanted == number):
            return open_subvolume(fs, number)
    return None
