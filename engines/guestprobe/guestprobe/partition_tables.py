"""Checks partition tables, which the library reads without looking at their checksums."""

import struct
import zlib
from typing import BinaryIO

_SECTOR_SIZES = (512, 4096)
_MAGIC = b"EFI PART"
#: The part of the header that all versions have, and the largest tables that are checked.
_HEADER, _MOST_ENTRIES = 92, 1 << 20

#: Entries of MBR: their offset, bytes and number. The type of the entry that covers a disk with GPT.
_ENTRIES_AT, _ENTRY, _ENTRIES = 446, 16, 4
_PROTECTIVE = 0xEE


def find_gpt(disk: BinaryIO, start: int = 0) -> int | None:
    """Returns the sector size of a disk with GPT, whose header is in the second sector; None without GPT."""
    for size in _SECTOR_SIZES:
        disk.seek(start + size)
        if disk.read(len(_MAGIC)) == _MAGIC:
            return size
    return None


def read_mbr(disk: BinaryIO, start: int = 0) -> list[tuple[int, int, int]]:
    """Returns type, first sector and number of sectors of the used entries; none without MBR."""
    disk.seek(start)
    sector = disk.read(512)
    if sector[510:] != b"\x55\xaa":
        return []
    entries = [struct.unpack_from("<4xB3xII", sector, _ENTRIES_AT + number * _ENTRY) for number in range(_ENTRIES)]
    return [(kind, first, count) for kind, first, count in entries if kind]


def describe_damage(disk: BinaryIO) -> str | None:
    """Returns a sentence on a GPT that is damaged; None when there is none, or it is whole."""
    sector = find_gpt(disk)
    if sector is None:
        is_protected = any(kind == _PROTECTIVE for kind, _, _ in read_mbr(disk))
        return "The GPT of the disk is missing or damaged: its partitions were not read" if is_protected else None
    disk.seek(sector)
    header = disk.read(sector)
    length, checksum = struct.unpack_from("<II", header, 12)
    first, count, size, entries_checksum = struct.unpack_from("<QIII", header, 72)
    disk.seek(first * sector)
    is_header_whole = _HEADER <= length <= sector and zlib.crc32(header[:16] + bytes(4) + header[20:length]) == checksum
    if is_header_whole and count * size <= _MOST_ENTRIES and zlib.crc32(disk.read(count * size)) == entries_checksum:
        return None
    return "The GPT of the disk does not match its checksum: partitions may be missing or wrong"
