"""VMware's vmdk: sparse extents with a descriptor inside. What consists of several files is refused."""

import re

from ..errors import ImageError
from ..stream import ImageStream
from .header import Header, check_table, damaged, has_parent, unpack

FORMAT = "vmdk"

_SECTOR = 512
_AT_END = 2**64 - 1
_MAX_DESCRIPTOR = 1 << 20

_EXTENT = re.compile(r"^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+(\w+)\s+\"", re.MULTILINE)
_PARENT = re.compile(r"^\s*parentCID\s*=\s*(\w+)", re.MULTILINE)


def recognizes(stream: ImageStream) -> bool:
    head = stream.at(0, 21)
    return head[:4] in (b"KDMV", b"COWD") or head.startswith(b"# Disk DescriptorFile")


def check(stream: ImageStream) -> Header:
    magic = stream.at(0, 4)
    if magic == b"KDMV":
        return _sparse(stream)
    if magic == b"COWD":
        raise ImageError("image_external_data", "is one part of a VMware disk of several files; convert it into one image first")
    _check_descriptor(stream.at(0, _MAX_DESCRIPTOR))
    raise ImageError("image_external_data", "is a descriptor that names other files; convert it into one image first")


def _sparse(stream: ImageStream) -> Header:
    # The header of a stream-optimized image is complete only in its footer, two sectors before the end.
    at = 0 if unpack("<Q", stream, 56)[0] != _AT_END else stream.size - 2 * _SECTOR
    if stream.at(at, 4) != b"KDMV":
        raise damaged("its footer is missing, as if it had been cut off on its way")
    capacity, grain, descriptor_at, descriptor_sectors, entries = unpack("<QQQQI", stream, at + 12)
    (directory_at,) = unpack("<Q", stream, at + 56)
    if not 1 <= grain <= 1 << 16 or not 1 <= entries <= 1 << 16:
        raise damaged(f"its grains would be of {grain} sectors, {entries} in a table")
    directory = -(-capacity // (grain * entries))
    check_table(stream, "grain directory", directory_at * _SECTOR, directory * 4)
    if descriptor_sectors * _SECTOR > _MAX_DESCRIPTOR:
        raise damaged("its descriptor is too long")
    _check_descriptor(stream.at(descriptor_at * _SECTOR, descriptor_sectors * _SECTOR))
    return Header(FORMAT, capacity * _SECTOR)


def _check_descriptor(data: bytes) -> None:
    text = data.split(b"\0", 1)[0].decode("utf-8", "replace")
    parent = _PARENT.search(text)
    if parent and parent[1].lower() != "ffffffff":
        raise has_parent("is a layer on top of another image (a snapshot)")
    extents = _EXTENT.findall(text)
    # One sparse extent is the file itself.
    if len(extents) > 1 or any(kind != "SPARSE" for kind in extents):
        raise ImageError("image_external_data", "keeps its data in other files; convert it into one image first")
