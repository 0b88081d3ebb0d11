"""VHDX, the format of Hyper-V: https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-vhdx"""

from uuid import UUID

from ..stream import ImageStream
from .header import Header, check_table, damaged, has_parent, unpack

FORMAT = "vhdx"

_HEADERS = (64 * 1024, 128 * 1024)
_REGIONS = 192 * 1024
_METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
_FILE_PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
_DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
_HAS_PARENT = 2

#: Entries of either table at most.
_MAX_ENTRIES = 2047


def recognizes(stream: ImageStream) -> bool:
    return stream.at(0, 8) == b"vhdxfile"


def check(stream: ImageStream) -> Header:
    if stream.at(_REGIONS, 4) != b"regi":
        raise damaged("its region table is missing")
    (regions,) = unpack("<I", stream, _REGIONS + 8)
    metadata_at = _find(stream, _REGIONS + 16, regions, _METADATA)
    (metadata,) = unpack("<Q", stream, metadata_at + 16)
    if stream.at(metadata, 8) != b"metadata":
        raise damaged("its metadata table is missing")
    (entries,) = unpack("<H", stream, metadata + 10)

    def item(name: UUID) -> int:
        return metadata + unpack("<I", stream, _find(stream, metadata + 32, entries, name) + 16)[0]

    block_size, flags = unpack("<II", stream, item(_FILE_PARAMETERS))
    (disk_size,) = unpack("<Q", stream, item(_DISK_SIZE))
    if flags & _HAS_PARENT:
        raise has_parent("is a layer on top of another image (a differencing image)")
    if not 1 << 20 <= block_size <= 256 << 20:
        raise damaged(f"its block size is {block_size} bytes")
    check_table(stream, "block table", 0, disk_size // block_size * 8)
    return Header(FORMAT, disk_size, ("The image has a log that was not replayed: the state may be older",) if _has_log(stream) else ())


def _has_log(stream: ImageStream) -> bool:
    """The header with the higher sequence number counts. It names a log while changes are not yet in place."""
    headers = [stream.at(offset, 64) for offset in _HEADERS]
    current = max((it for it in headers if it.startswith(b"head")), key=lambda it: it[8:16][::-1], default=bytes(64))
    return any(current[48:64])


def _find(stream: ImageStream, start: int, count: int, name: UUID) -> int:
    """Returns the offset of the entry with this name. Entries have 32 bytes and begin with the name."""
    for number in range(min(count, _MAX_ENTRIES)):
        at = start + 32 * number
        if stream.at(at, 16) == name.bytes_le:
            return at
    raise damaged("its tables lack a required entry")
