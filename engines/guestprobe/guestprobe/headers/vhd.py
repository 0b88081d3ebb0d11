"""VHD, the older format of Hyper-V. A footer of 512 bytes describes the disk."""

from ..stream import ImageStream
from .header import Header, check_table, damaged, has_parent, unpack

FORMAT = "vhd"

_FOOTER = 512
_FIXED, _DYNAMIC, _DIFFERENCING = 2, 3, 4


def recognizes(stream: ImageStream) -> bool:
    return b"conectix" in (stream.at(0, 8), stream.at(stream.size - _FOOTER, 8))


def check(stream: ImageStream) -> Header:
    footer = stream.size - _FOOTER
    if stream.at(footer, 8) != b"conectix":
        raise damaged("its footer is missing, so it is probably truncated")
    (header_at,) = unpack(">Q", stream, footer + 16)
    disk_size, _geometry, kind = unpack(">QII", stream, footer + 48)
    if kind == _DIFFERENCING:
        raise has_parent("is a layer on top of another image (a differencing image)")
    if kind == _FIXED:
        if disk_size > footer:
            raise damaged("the file is shorter than its disk")
    elif kind == _DYNAMIC:
        table_at, _version, blocks, block_size = unpack(">QIII", stream, header_at + 16)
        if not 4096 <= block_size <= 1 << 28:
            raise damaged(f"its block size is {block_size} bytes")
        check_table(stream, "block table", table_at, blocks * 4)
    else:
        raise damaged(f"VHD has no disk type {kind}")
    return Header(FORMAT, disk_size, is_flat=kind == _FIXED)
