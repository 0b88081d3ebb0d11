"""ext2, ext3, ext4: https://www.kernel.org/doc/html/latest/filesystems/ext4/globals.html"""

from typing import BinaryIO

from .features import DIRTY, Features, name_bits, read_at

_SUPERBLOCK = 1024

_HAS_JOURNAL = 0x4
_RECOVER, _ENCRYPT = 0x4, 0x10000
_BIGALLOC = 0x200
_CLEAN, _ERRORS = 1, 2

#: Incompatible features that are read: filetype, recover, extents, 64bit, mmp, flex_bg, ea_inode, csum_seed, largedir, inline_data,
#: encrypt (of single folders), casefold (of single folders).
_READ = 0x2 | _RECOVER | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | _ENCRYPT | 0x20000
_NAMES = {0x1: "compression", 0x8: "an external journal", 0x10: "meta_bg", 0x1000: "dirdata"}


def check(volume: BinaryIO) -> Features:
    (state,) = read_at(volume, "<H", _SUPERBLOCK + 0x3A)
    compatible, incompatible, read_only = read_at(volume, "<III", _SUPERBLOCK + 0x5C)
    found = Features(name_bits(incompatible, _READ, _NAMES))
    if read_only & _BIGALLOC:
        found.missing.append("bigalloc")
    if incompatible & _RECOVER or (not compatible & _HAS_JOURNAL and not state & _CLEAN):
        found.remarks.append(DIRTY)
    if state & _ERRORS:
        found.remarks.append("is marked as having errors")
    if incompatible & _ENCRYPT:
        found.remarks.append("may have encrypted folders, which are not read")
    return found
