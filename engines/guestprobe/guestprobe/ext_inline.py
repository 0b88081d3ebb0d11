"""Files and folders that ext4 stores inside the inode (feature inline_data). dissect.extfs 3.15 reads their first 60 bytes, as a file."""

import io
import stat
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

from dissect.extfs.c_ext import FILETYPES
from dissect.extfs.extfs import INode

_INLINE = 0x10000000
_XATTR_MAGIC = 0xEA020000
_SYSTEM, _DATA = 7, b"data"
#: Bytes of an inode before its extra fields.
_GOOD_OLD_INODE = 128


def patch_inline_data() -> None:
    library_open, library_iterdir = INode.open, INode.iterdir

    def open_file(inode: INode) -> BinaryIO:
        return _open(inode) if inode.inode.i_flags & _INLINE else library_open(inode)

    def iterate(inode: INode) -> Iterator[INode]:
        inline = inode.inode.i_flags & _INLINE and inode.filetype == stat.S_IFDIR
        return _iterate(inode) if inline else library_iterdir(inode)

    INode.open, INode.iterdir = open_file, iterate


def _open(inode: INode) -> BinaryIO:
    head, tail = _parts(inode)
    stream: Any = io.BytesIO((head + tail)[: inode.size])
    stream.size = inode.size
    return stream


def _iterate(inode: INode) -> Iterator[INode]:
    """The first part begins with the number of the parent folder. Entries do not cross from one part into the other."""
    head, tail = _parts(inode)
    for entries in (head[4:], tail):
        at = 0
        while at + 8 <= len(entries):
            number, length, name_length, kind = struct.unpack_from("<IHBB", entries, at)
            if length < 8:
                break
            if number:
                name = entries[at + 8 : at + 8 + name_length].decode(errors="surrogateescape")
                yield inode.extfs.get_inode(number, name, FILETYPES[kind] if kind else None)
            at += length


def _parts(inode: INode) -> tuple[bytes, bytes]:
    """Returns what is in place of the block map, and the extended attribute system.data."""
    return bytes(inode.inode.i_block), _find_attribute(_read_inode(inode), _SYSTEM, _DATA)


def _read_inode(inode: INode) -> bytes:
    extfs = inode.extfs
    group, index = divmod(inode.inum - 1, extfs.sb.s_inodes_per_group)
    described = extfs._read_group_desc(group)
    table = described.bg_inode_table_lo | getattr(described, "bg_inode_table_hi", 0) << 32
    extfs.fh.seek(table * extfs.block_size + index * extfs.sb.s_inode_size)
    return bytes(extfs.fh.read(extfs.sb.s_inode_size))


def _find_attribute(inode: bytes, index: int, name: bytes) -> bytes:
    """Returns the value of an extended attribute inside the inode; empty when there is none."""
    if len(inode) <= _GOOD_OLD_INODE + 4:
        return b""
    (extra,) = struct.unpack_from("<H", inode, _GOOD_OLD_INODE)
    at = _GOOD_OLD_INODE + extra
    if at + 4 > len(inode) or struct.unpack_from("<I", inode, at)[0] != _XATTR_MAGIC:
        return b""
    first = at = at + 4
    while at + 16 <= len(inode) and inode[at : at + 4] != bytes(4):
        length, kind, offset, _inode, size = struct.unpack_from("<BBHII", inode, at)
        if kind == index and inode[at + 16 : at + 16 + length] == name:
            return inode[first + offset : first + offset + size]
        at += 16 + (length + 3 & ~3)
    return b""
