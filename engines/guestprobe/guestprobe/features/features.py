"""What the superblock of a file system says about reading it."""

import struct
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass
class Features:
    """`missing`: features without which nothing can be read correctly. `remarks`: sentences for the report, completing "The file system
    of X …"."""

    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


#: Remark on a journal with changes that are not yet in place.
DIRTY = "was not unmounted cleanly, and its journal was not replayed: the state may be older"


def read_at(volume: BinaryIO, layout: str, offset: int) -> tuple[int, ...]:
    """Raises struct.error at the end of the volume."""
    volume.seek(offset)
    return struct.unpack(layout, volume.read(struct.calcsize(layout)))


def name_bits(bits: int, known: int, names: dict[int, str]) -> list[str]:
    """Returns the names of the bits outside `known`. Bits without a name are given as a hexadecimal number."""
    unknown = bits & ~known
    return [names.get(1 << bit, f"feature {1 << bit:#x}") for bit in range(unknown.bit_length()) if unknown >> bit & 1]
