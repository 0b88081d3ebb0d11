"""VMDK, the format of VMware: a sparse extent with a descriptor inside. Disks of several files are refused."""

import re

from ..errors import ImageError
from ..stream import ImageStream
from .header import Header, check_table, damaged, has_parent, unpack

FORMAT = "vmdk"

_SECTOR = 512
_AT_END = 2**64 - 1
_MAX_DESCRIPTOR = 1 << 20
_MOST_NAMES = 4

_MERGE = "convert the disk into one image first, with `qemu-img convert` on its descriptor"
_PART = ImageError("image_external_data", f"is one part (extent) of a VMware disk of several files; {_MERGE}")

_EXTENT = re.compile(r"^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+(\w+)\s+\"([^\"\n]*)\"", re.MULTILINE)
_PARENT = re.compile(r"^\s*parentCID\s*=\s*(\w+)", re.MULTILINE)


def recognizes(stream: ImageStream) -> bool:
    head = stream.at(0, 21)
    return head[:4] in (b"KDMV", b"COWD") or head.startswith(b"# Disk DescriptorFile")


def check(stream: ImageStream) -> Header:
    magic = stream.at(0, 4)
    if magic == b"KDMV":
        return _sparse(stream)
    if magic == b"COWD":
        raise _PART
    _check_parent(stream.at(0, _MAX_DESCRIPTOR))
    raise _other_files(_extents(stream.at(0, _MAX_DESCRIPTOR)))


def _sparse(stream: ImageStream) -> Header:
    # The header of a stream-optimized image is complete only in its footer, two sectors before the end.
    at = 0 if unpack("<Q", stream, 56)[0] != _AT_END else stream.size - 2 * _SECTOR
    if stream.at(at, 4) != b"KDMV":
        raise damaged("its footer is missing, so it is probably truncated")
    capacity, grain, descriptor_at, descriptor_sectors, entries = unpack("<QQQQI", stream, at + 12)
    (directory_at,) = unpack("<Q", stream, at + 56)
    if not 1 <= grain <= 1 << 16 or not 1 <= entries <= 1 << 16:
        raise damaged(f"it has grains of {grain} sectors, {entries} in a table")
    directory = -(-capacity // (grain * entries))
    check_table(stream, "grain directory", directory_at * _SECTOR, directory * 4)
    if descriptor_sectors * _SECTOR > _MAX_DESCRIPTOR:
        raise damaged("its descriptor is too long")
    descriptor = stream.at(descriptor_at * _SECTOR, descriptor_sectors * _SECTOR)
    if not descriptor.strip(b"\0"):
        # Only the extents of a split disk have no descriptor of their own.
        raise _PART
    _check_parent(descriptor)
    extents = _extents(descriptor)
    # One sparse extent is the file itself.
    if len(extents) > 1 or any(kind != "SPARSE" for kind, _ in extents):
        raise _other_files(extents)
    return Header(FORMAT, capacity * _SECTOR)


def _check_parent(descriptor: bytes) -> None:
    parent = _PARENT.search(_text(descriptor))
    if parent and parent[1].lower() != "ffffffff":
        raise has_parent("is a layer on top of another image (a snapshot)")


def _extents(descriptor: bytes) -> list[tuple[str, str]]:
    """Returns type and file name of each extent."""
    return _EXTENT.findall(_text(descriptor))


def _other_files(extents: list[tuple[str, str]]) -> ImageError:
    names = ", ".join(f'"{_printable(name)}"' for _, name in extents[:_MOST_NAMES])
    more = f" and {len(extents) - _MOST_NAMES} more" if len(extents) > _MOST_NAMES else ""
    return ImageError("image_external_data", f"keeps its data in other files ({names or 'not named'}{more}); {_MERGE}")


def _text(descriptor: bytes) -> str:
    return descriptor.split(b"\0", 1)[0].decode("utf-8", "replace")


def _printable(name: str) -> str:
    """The last part of a path, shortened."""
    return "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable())[:80]
