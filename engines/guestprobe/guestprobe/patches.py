"""Patches bugs of the pinned library versions. Review it when a version changes."""

from collections.abc import Iterator

from dissect.volume.disk.partition import Partition
from dissect.volume.disk.schemes.gpt import GPT
from dissect.volume.exceptions import DiskError

#: Entries of a partition table; 128 are usual. The library reads as many as the header claims.
_MOST_PARTITIONS = 1024


def patch_partition_tables() -> None:
    """dissect.volume 3.18 leaves out the last sector of each GPT partition."""
    of_library = GPT._partitions

    def partitions(table: GPT) -> Iterator[Partition]:
        if table.gpt.partition_table_count > _MOST_PARTITIONS:
            raise DiskError("The partition table has too many entries")
        for partition in of_library(table):
            if hasattr(partition.raw, "last_lba"):
                partition.size += table.sector_size
            yield partition

    GPT._partitions = partitions


def patch_btrfs() -> None:
    """dissect.target 3.25.1 looks up entries of a directory below the directory's own path, and finds nothing."""
    from dissect.target.filesystems.btrfs import BtrfsFilesystemEntry
    from dissect.target.helpers import fsutil

    def get(entry: BtrfsFilesystemEntry, path: str) -> BtrfsFilesystemEntry:
        whole = fsutil.join(entry.path, path, alt_separator=entry.fs.alt_separator)
        return BtrfsFilesystemEntry(entry.fs, whole, entry.fs._get_node(path, entry.entry))

    BtrfsFilesystemEntry.get = get
