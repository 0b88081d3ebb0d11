"""btrfs: https://btrfs.readthedocs.io/en/latest/dev/On-disk-format.html"""

from typing import BinaryIO

from .features import DIRTY, Features, name_bits, read_at

_SUPERBLOCK = 0x10000

#: Incompatible features that are read: all up to raid1c34, and simple quota.
_READ = 0xFFF | 0x10000
_NAMES = {0x1000: "zoned", 0x2000: "extent tree v2", 0x4000: "raid-stripe-tree", 0x20000: "remap-tree"}


def check(volume: BinaryIO) -> Features:
    (log_root,) = read_at(volume, "<Q", _SUPERBLOCK + 0x60)
    (incompatible,) = read_at(volume, "<Q", _SUPERBLOCK + 0xBC)
    return Features(name_bits(incompatible, _READ, _NAMES), [DIRTY] if log_root else [])


def device_of(volume: BinaryIO) -> tuple[bytes, int]:
    """Returns the id of the file system, and the number of its devices."""
    volume.seek(_SUPERBLOCK + 0x20)
    return volume.read(16), read_at(volume, "<Q", _SUPERBLOCK + 0x88)[0]
