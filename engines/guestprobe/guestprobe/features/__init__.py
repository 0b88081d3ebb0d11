"""Checks the superblock of a file system before it is read: features that its parser lacks, and changes that are still in its journal.

Each module has `check(volume)`. It reads the bytes itself, since a parser that does not know a feature may misread everything.
"""

from typing import BinaryIO

from . import btrfs, ext, ntfs, xfs
from .features import Features

__all__ = ["Features", "check_features"]

_CHECKS = {"ext": ext.check, "xfs": xfs.check, "btrfs": btrfs.check, "ntfs": ntfs.check}


def check_features(kind: str, volume: BinaryIO) -> Features:
    """`kind`: the type that the parser gives itself. May raise any exception for a damaged file system."""
    check = _CHECKS.get(kind)
    return check(volume) if check else Features()
