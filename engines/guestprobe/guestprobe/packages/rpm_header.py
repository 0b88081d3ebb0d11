"""The header of an rpm package: an index of entries, and the data that they refer to."""

import struct

from ..errors import Damaged
from .package import Package

#: Tags of a header, and the types of their values.
_NAME, _VERSION, _RELEASE, _EPOCH, _ARCH = 1000, 1001, 1002, 1003, 1022
_INT32, _STRINGS = 4, (6, 8, 9)
_MOST_TAGS = 4096


def read_package(header: bytes) -> Package:
    """Raises Damaged for a header that is truncated or overwritten."""
    if len(header) < 8 or len(header) != _length(header):
        raise Damaged("The rpm database is damaged: a header has another length than it says")
    tags = _read_tags(header)
    if not tags.get(_NAME) or not tags.get(_VERSION) or not tags.get(_RELEASE):
        raise Damaged("The rpm database is damaged: a package has no name or version")
    epoch = f"{tags[_EPOCH]}:" if tags.get(_EPOCH) else ""
    version = f"{epoch}{tags[_VERSION]}-{tags[_RELEASE]}"
    arch = tags.get(_ARCH)
    return Package(str(tags[_NAME]), version, None if arch is None else str(arch))


def _length(header: bytes) -> int:
    count, data = struct.unpack_from(">II", header)
    return int(8 + 16 * count + data)


def _read_tags(header: bytes) -> dict[int, str | int]:
    """Entries have 16 bytes: tag, type, offset in the data, count."""
    count, _ = struct.unpack_from(">II", header)
    data = 8 + 16 * count
    found: dict[int, str | int] = {}
    for number in range(min(count, _MOST_TAGS)):
        tag, kind, offset, _ = struct.unpack_from(">IIII", header, 8 + 16 * number)
        if tag == _EPOCH and kind == _INT32:
            (found[tag],) = struct.unpack_from(">I", header, data + offset)
        elif tag in (_NAME, _VERSION, _RELEASE, _ARCH) and kind in _STRINGS:
            found[tag] = header[data + offset :].split(b"\0", 1)[0].decode("utf-8", "replace")
    return found
