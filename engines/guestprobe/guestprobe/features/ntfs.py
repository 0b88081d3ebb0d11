"""NTFS: the flags of the file $Volume."""

import struct
from typing import BinaryIO

from .features import DIRTY, Features, read_at

#: Record of $Volume in the master file table, and its attribute with version and flags.
_VOLUME, _INFORMATION = 3, 0x70
_END = 0xFFFFFFFF
_DIRTY = 0x1


def check(volume: BinaryIO) -> Features:
    sector, cluster = read_at(volume, "<HB", 11)
    (table,) = read_at(volume, "<Q", 48)
    (record,) = read_at(volume, "<b", 64)
    cluster_size = sector * (cluster if cluster <= 0x80 else 1 << (256 - cluster))
    record_size = 1 << -record if record < 0 else record * cluster_size
    volume.seek(table * cluster_size + _VOLUME * record_size)
    return Features(remarks=[DIRTY] if _flags(volume.read(record_size)) & _DIRTY else [])


def _flags(record: bytes) -> int:
    """Attributes follow one another: type, length, …, offset of the value."""
    (at,) = struct.unpack_from("<H", record, 20)
    while at + 24 <= len(record):
        kind, length = struct.unpack_from("<II", record, at)
        if kind == _INFORMATION:
            (value,) = struct.unpack_from("<H", record, at + 20)
            return int(struct.unpack_from("<H", record, at + value + 10)[0])
        if kind == _END or length == 0:
            break
        at += length
    return 0
