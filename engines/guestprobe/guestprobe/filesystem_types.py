"""Recognizes the file systems that are read, by their magic numbers."""

from functools import cache
from importlib import import_module
from typing import BinaryIO

from dissect.target.filesystem import Filesystem

from . import patches
from .ext_inline import patch_inline_data

#: Offset and magic number of each file system, and the class that reads it. Fewer than the library supports: a smaller attack surface,
#: and faster.
_FILESYSTEMS = (
    (3, b"NTFS    ", "ntfs.NtfsFilesystem"),
    (3, b"EXFAT   ", "exfat.ExfatFilesystem"),
    (0, b"XFSB", "xfs.XfsFilesystem"),
    (0, b"hsqs", "squashfs.SquashFSFilesystem"),
    (0x438, b"\x53\xef", "extfs.ExtFilesystem"),
    (0x10040, b"_BHRfS_M", "btrfs.BtrfsFilesystem"),
    (0x1FE, b"\x55\xaa", "fat.FatFilesystem"),
)


def detect_filesystem(volume: BinaryIO) -> type[Filesystem] | None:
    for at, magic, name in _FILESYSTEMS:
        volume.seek(at)
        if volume.read(len(magic)) == magic:
            kind = _load_class(name)
            if kind.detect(volume):
                return kind
    return None


@cache
def _load_class(name: str) -> type[Filesystem]:
    module, _, kind = name.partition(".")
    if module == "btrfs":
        patches.patch_btrfs()
    if module == "extfs":
        patch_inline_data()
    found: type[Filesystem] = getattr(import_module(f"dissect.target.filesystems.{module}"), kind)
    return found
