"""Patches bugs of the pinned library versions. Review it when a version changes."""


def patch_btrfs() -> None:
    """dissect.target 3.25.1 looks up entries of a directory below the directory's own path, and in the wrong subvolume."""
    from dissect.target.filesystems.btrfs import BtrfsFilesystemEntry
    from dissect.target.helpers import fsutil

    def get(entry: BtrfsFilesystemEntry, path: str) -> BtrfsFilesystemEntry:
        whole = fsutil.join(entry.path, path, alt_separator=entry.fs.alt_separator)
        return BtrfsFilesystemEntry(entry.fs, whole, _find(entry, path))

    BtrfsFilesystemEntry.get = get


def _find(entry: object, path: str) -> object:
    from dissect import btrfs
    from dissect.target.exceptions import FileNotFoundError

    try:
        return entry.entry.subvolume.get(path, entry.entry)
    except btrfs.Error as error:
        raise FileNotFoundError(path) from error
