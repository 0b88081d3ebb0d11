"""Parts shared by the headers of all formats."""

import struct
from dataclasses import dataclass

from ..errors import ImageError
from ..stream import ImageStream

#: Bytes of the largest disk: 64 TiB, the limit of VHDX and VMDK.
MAX_DISK = 64 << 40

#: Bytes of the largest table that parsers read into memory.
MAX_TABLE = 64 << 20


@dataclass(frozen=True)
class Header:
    """`disk_size`: bytes of the virtual disk. `notes`: sentences for the report. `is_flat`: the file has all bytes of the disk in a row, and
    is long enough for them."""

    format: str
    disk_size: int
    notes: tuple[str, ...] = ()
    is_flat: bool = False


def unpack(layout: str, stream: ImageStream, offset: int) -> tuple[int, ...]:
    """Reads numbers at an offset. Raises ImageError when the file ends before them."""
    size = struct.calcsize(layout)
    data = stream.at(offset, size)
    if len(data) < size:
        raise damaged("the file ends inside the header")
    return struct.unpack(layout, data)


def check_table(stream: ImageStream, name: str, offset: int, size: int) -> None:
    """Raises ImageError when a table is implausibly large or is not completely inside the file."""
    if size > MAX_TABLE:
        raise ImageError("image_too_large", f"has a {name} of {size} bytes; at most {MAX_TABLE} are accepted")
    if offset + size > stream.size:
        raise damaged(f"its {name} is beyond the end of the file")


def damaged(why: str) -> ImageError:
    return ImageError("image_corrupt", f"is damaged: {why}")


def has_parent(what: str) -> ImageError:
    return ImageError("image_backing_file", f"{what}; merge them into one image first")


def unsupported(what: str, remedy: str) -> ImageError:
    return ImageError("image_unsupported", f"{what}; {remedy}")
