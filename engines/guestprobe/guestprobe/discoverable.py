"""Partitions that systemd mounts by their type, without an entry in fstab.

See https://uapi-group.org/specifications/specs/discoverable_partitions_specification/
"""

from collections.abc import Iterator

from .disk import Disk, MountableFilesystem

_POINTS = {
    "8484680c-9521-48c6-9c11-b0720656f69e": "/usr",
    "b0e01050-ee5f-4390-949a-9101b17104e9": "/usr",
    "4d21b016-b534-45c2-a9fb-5c16e091fd2d": "/var",
    "933ac7e1-2eb4-4f13-b844-0e14e2aef915": "/home",
    "3b8f8425-20e0-4f3b-907f-1a25a76f98e8": "/srv",
}
#: GPT attribute by which an administrator opts out.
_NO_AUTO = 1 << 63


def find_discoverable(disk: Disk) -> Iterator[tuple[str, MountableFilesystem]]:
    """Yields the first file system for each mount point."""
    seen = set()
    for mountable in disk.filesystems:
        point = _POINTS.get(str(mountable.volume.type).lower())
        flags = getattr(mountable.volume.raw, "flags", None) or 0
        if point and point not in seen and not flags & _NO_AUTO:
            seen.add(point)
            yield point, mountable
