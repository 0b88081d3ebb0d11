"""VDI, the format of VirtualBox."""

from ..stream import ImageStream
from .header import Header, check_table, damaged, has_parent, unpack

FORMAT = "vdi"

_DIFFERENCING = 4


def recognizes(stream: ImageStream) -> bool:
    return stream.at(64, 4) == b"\x7f\x10\xda\xbe"


def check(stream: ImageStream) -> Header:
    (kind,) = unpack("<I", stream, 76)
    (table_at,) = unpack("<I", stream, 340)
    disk_size, block_size, extra, blocks = unpack("<QIII", stream, 368)
    if kind == _DIFFERENCING:
        raise has_parent("is a layer on top of another image (a differencing image)")
    if not 4096 <= block_size <= 1 << 28 or block_size & (block_size - 1):
        raise damaged(f"its block size is {block_size} bytes")
    if extra != 0 or blocks * block_size < disk_size:
        raise damaged("its header is inconsistent")
    check_table(stream, "block table", table_at, blocks * 4)
    return Header(FORMAT, disk_size)
