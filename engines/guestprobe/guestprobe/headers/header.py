"""What headers of all formats have in common."""

import struct
from dataclasses import dataclass

from ..errors import ImageError
from ..stream import ImageStream

#: Bytes of the largest disk: 64 TiB, what the formats themselves end at.
MAX_DISK = 64 << 40

#: Bytes of the largest table that parsers read whole. 64 MiB map a disk of 64 TiB in clusters of 64 KiB and more.
MAX_TABLE = 64 << 20


@dataclass(frozen=True)
class Header:
    """`disk_size`: bytes of the disk that the image shows."""

    format: str
    disk_size: int


def unpack(layout: str, stream: ImageStream, offset: int) -> tuple[int, ...]:
    """Numbers at a place. Raises ImageError where the file ends before."""
    size = struct.calcsize(layout)
    data = stream.at(offset, size)
    if len(data) < size:
        raise damaged("it ends within its header")
    return struct.unpack(layout, data)


def check_table(stream: ImageStream, name: str, offset: int, size: int) -> None:
    """A table must be of a sane size and lie within the file."""
    if size > MAX_TABLE:
        raise ImageError("image_too_large", f"has a {name} of {size} bytes; at most {MAX_TABLE} are accepted")
    if offset + size > stream.size:
        raise damaged(f"its {name} lies behind the end of the file")


def damaged(why: str) -> ImageError:
    return ImageError("image_corrupt", f"is damaged: {why}")


def has_parent(what: str) -> ImageError:
    return ImageError("image_backing_file", f"{what}; merge them into one image first")
