"""XFS: https://docs.kernel.org/filesystems/xfs/index.html"""

from typing import BinaryIO

from .features import DIRTY, Features, name_bits, read_at

_BLOCK = 512
_NEEDS_REPAIR = 0x10

#: Incompatible features that are read: ftype, spinodes, meta_uuid, bigtime, needsrepair, nrext64, exchange, parent.
_READ = 0xFF
_NAMES = {0x100: "metadir", 0x200: "zoned"}

_RECORD = 0xFEEDBABE
#: Bytes of the longest record of the log, with its header.
_LONGEST_RECORD = 256 * 1024 + 32 * 1024
_UNMOUNT = 0x20


def check(volume: BinaryIO) -> Features:
    (version,) = read_at(volume, ">H", 100)
    version &= 0xF
    if version not in (4, 5):
        return Features([f"version {version}"])
    (incompatible,) = read_at(volume, ">I", 216) if version == 5 else (0,)
    found = Features(name_bits(incompatible, _READ, _NAMES))
    if incompatible & _NEEDS_REPAIR:
        found.remarks.append("is marked as needing repair")
    if not found.missing and _is_dirty(volume):
        found.remarks.append(DIRTY)
    return found


def _is_dirty(volume: BinaryIO) -> bool:
    """Whether the last record of the log is not that of an unmount. An external log counts as clean, as it is not here."""
    (block_size,) = read_at(volume, ">I", 4)
    (start,) = read_at(volume, ">Q", 48)
    (group_blocks,) = read_at(volume, ">I", 84)
    (log_blocks,) = read_at(volume, ">I", 96)
    (group_bits,) = read_at(volume, ">B", 124)
    if start == 0:
        return False
    log = ((start >> group_bits) * group_blocks + (start & (1 << group_bits) - 1)) * block_size
    length = log_blocks * block_size // _BLOCK
    head = _find_head(volume, log, length)
    for back in range(1, min(length, _LONGEST_RECORD // _BLOCK) + 1):
        at = log + (head - back) % length * _BLOCK
        if read_at(volume, ">I", at)[0] == _RECORD:
            return not _is_unmount(volume, log, length, (head - back) % length)
    return False


def _find_head(volume: BinaryIO, log: int, length: int) -> int:
    """Returns the block behind the last one written. Each block begins with the number of the cycle in which it was written, so the head
    is where that number falls."""
    first = _cycle(volume, log)
    if _cycle(volume, log + (length - 1) * _BLOCK) == first:
        return 0
    low, high = 0, length - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _cycle(volume, log + middle * _BLOCK) == first:
            low = middle
        else:
            high = middle
    return high


def _cycle(volume: BinaryIO, at: int) -> int:
    magic, cycle = read_at(volume, ">II", at)
    return cycle if magic == _RECORD else magic


def _is_unmount(volume: BinaryIO, log: int, length: int, header: int) -> bool:
    """A record is a header of one block, or more with version 2 of the log, and operations: id, length, client, flags."""
    at = log + header * _BLOCK
    version, size = read_at(volume, ">I", at + 8)[0], read_at(volume, ">I", at + 320)[0]
    blocks = max(1, -(-size // (32 * 1024))) if version & 2 else 1
    return bool(read_at(volume, ">B", log + (header + blocks) % length * _BLOCK + 9)[0] & _UNMOUNT)
