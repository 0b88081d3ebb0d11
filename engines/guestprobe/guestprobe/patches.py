"""Patches bugs of the pinned library versions. Review it when a version changes."""

import struct
from typing import Any

#: Bytes of a checksum of btrfs, whatever its type. Type 0 is CRC-32C.
_CHECKSUM, _CRC32C = 32, 0


class DamagedNode(Exception):
    """A node of a btrfs tree does not match its checksum."""


def patch_btrfs() -> None:
    """dissect.target 3.25.1 looks up entries of a directory below the directory's own path, and in the wrong subvolume. dissect.btrfs 1.10
    does not verify checksums, so that it follows damaged trees in circles."""
    from dissect.btrfs import Btrfs
    from dissect.target.filesystems.btrfs import BtrfsFilesystemEntry
    from dissect.target.helpers import fsutil

    def get(entry: BtrfsFilesystemEntry, path: str) -> BtrfsFilesystemEntry:
        whole = fsutil.join(entry.path, path, alt_separator=entry.fs.alt_separator)
        return BtrfsFilesystemEntry(entry.fs, whole, _find(entry, path))

    BtrfsFilesystemEntry.get = get
    Btrfs._read_node = _verify(Btrfs._read_node)


def _find(entry: Any, path: str) -> Any:
    from dissect import btrfs
    from dissect.target.exceptions import FileNotFoundError, NotADirectoryError

    try:
        return entry.entry.subvolume.get(path, entry.entry)
    except btrfs.FileNotFoundError as error:
        raise FileNotFoundError(path) from error
    except btrfs.NotADirectoryError as error:
        raise NotADirectoryError(path) from error


def _verify(of_library: Any) -> Any:
    from dissect.util.hash import crc32c

    def read_node(btrfs: Any, address: int) -> bytes:
        node: bytes = of_library(btrfs, address)
        if btrfs.sb.csum_type == _CRC32C and struct.unpack_from("<I", node)[0] != crc32c.crc32c(node[_CHECKSUM:]):
            raise DamagedNode(hex(address))
        return node

    return read_node
