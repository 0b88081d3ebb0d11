"""Partitions, logical volumes and file systems of a disk."""

import logging
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module

from dissect.target import Target
from dissect.target.container import Container
from dissect.target.filesystem import Filesystem
from dissect.target.volume import Volume

from . import features, patches, signatures
from .ext_inline import patch_inline_data
from .features.btrfs import device_of
from .logical_volumes import patch_logical_volumes
from .notes import Notes
from .partitions import patch_partition_tables

#: Offset and magic number of each file system, and the class that reads it. Fewer than the library supports: a smaller attack surface,
#: and faster.
_FILESYSTEMS = (
    (3, b"NTFS    ", "ntfs.NtfsFilesystem"),
    (3, b"EXFAT   ", "exfat.ExfatFilesystem"),
    (0, b"XFSB", "xfs.XfsFilesystem"),
    (0, b"hsqs", "squashfs.SquashFSFilesystem"),
    (0x438, b"\x53\xef", "extfs.ExtFilesystem"),
    (0x10040, b"_BHRfS_M", "btrfs.BtrfsFilesystem"),
    (0x1FE, b"\x55\xaa", "fat.FatFilesystem"),
)

#: Contents of volumes that are parts of others, the type of the latter in the library, and what they are.
_CONTAINERS = (("linux_raid_member", "md", "A RAID array"), ("LVM2_member", "lvm", "A volume group"))

#: Volumes that are read. A hostile disk could have billions.
_MOST_VOLUMES = 256


@dataclass
class MountableFilesystem:
    """A file system and its volume. `fs` is its default subvolume, if it has subvolumes."""

    volume: Volume
    fs: Filesystem


@dataclass
class Disk:
    volumes: list[Volume] = field(default_factory=list)
    filesystems: list[MountableFilesystem] = field(default_factory=list)
    #: Contents that were not read as a file system, such as swap or encrypted data, by position in `volumes`.
    contents: dict[int, str] = field(default_factory=dict)
    #: What was found and could not be read, completing "has no file system that can be read: …".
    unread: list[str] = field(default_factory=list)

    @property
    def encrypted(self) -> bool:
        return any(content in signatures.ENCRYPTED for content in self.contents.values())


def read_disk(container: Container, notes: Notes) -> Disk:
    logging.disable(logging.CRITICAL)
    patch_partition_tables()
    patch_logical_volumes(notes)
    target = Target()
    target.disks.add(container)
    notes.attempt("The partition table", target.disks.apply, None)
    notes.attempt("The logical volumes", lambda: target.volumes.apply(filesystems=False), None)
    disk = Disk(list(target.volumes)[:_MOST_VOLUMES])
    for position, volume in enumerate(disk.volumes):
        _read_volume(disk, position, volume, notes)
    _check_containers(disk, notes)
    return disk


def volume_name(volume: Volume) -> str:
    return volume.name or "the disk"


def _read_volume(disk: Disk, position: int, volume: Volume, notes: Notes) -> None:
    name = volume_name(volume)
    content = notes.attempt(f"Volume {name}", partial(signatures.detect_content, volume), None)
    if content is not None:
        disk.contents[position] = content
        if content not in (*signatures.CONTAINERS, *signatures.FILELESS):
            disk.unread.append(f"{name} contains {content}")
            notes.add(f"The contents of {name} were not read: {content}")
        return
    kind = notes.attempt(f"Volume {name}", partial(_detect_filesystem, volume), None)
    if kind is None:
        return
    disk.contents[position] = kind.__type__
    found = notes.attempt(f"The superblock of {name}", partial(features.check_features, kind.__type__, volume), features.Features())
    if found.missing:
        reason = f"it uses {', '.join(found.missing)}"
        disk.unread.append(f"the {kind.__type__} file system of {name} was not read: {reason}")
        notes.add(f"The {kind.__type__} file system of {name} was not read: {reason}")
        return
    failures = notes.failures
    fs = notes.attempt(f"The file system of {name}", partial(_open, kind, volume, disk, notes), None)
    if notes.failures > failures:
        disk.unread.append(f"the {kind.__type__} file system of {name} is damaged")
    if fs is not None:
        del disk.contents[position]
        disk.filesystems.append(MountableFilesystem(volume, fs))
        for remark in found.remarks:
            notes.add(f"The file system of {name} {remark}")


def _detect_filesystem(volume: Volume) -> type[Filesystem] | None:
    for at, magic, name in _FILESYSTEMS:
        volume.seek(at)
        if volume.read(len(magic)) == magic:
            kind = _load_class(name)
            if kind.detect(volume):
                return kind
    return None


def _open(kind: type[Filesystem], volume: Volume, disk: Disk, notes: Notes) -> Filesystem | None:
    """None: it belongs to a file system that was opened, or is not complete."""
    volume.seek(0)
    if kind.__type__ != "btrfs":
        return kind(volume)
    identity, devices = device_of(volume)
    if devices == 1:
        return kind(volume)
    members = [it for it in disk.volumes if _is_member(it, identity)]
    if volume is not members[0]:
        return None
    if len(members) == devices:
        return kind(members)
    reason = f"{devices - len(members)} of its {devices} devices are not in the image"
    disk.unread.append(f"the btrfs file system of {volume_name(volume)} was not read: {reason}")
    notes.add(f"The btrfs file system of {volume_name(volume)} was not read: {reason}")
    return None


def _is_member(volume: Volume, identity: bytes) -> bool:
    volume.seek(0x10040)
    return volume.read(8) == b"_BHRfS_M" and device_of(volume)[0] == identity


def _check_containers(disk: Disk, notes: Notes) -> None:
    """The library skips arrays and volume groups that it cannot open."""
    opened = {getattr(volume.vs, "__type__", None) for volume in disk.volumes}
    for content, kind, what in _CONTAINERS:
        if content in disk.contents.values() and kind not in opened:
            disk.unread.append(f"{what} ({content}) was not read")
            notes.add(f"{what} ({content}) was not read: it is not complete in the image, or of a type that is not read")


@cache
def _load_class(name: str) -> type[Filesystem]:
    module, _, kind = name.partition(".")
    if module == "btrfs":
        patches.patch_btrfs()
    if module == "extfs":
        patch_inline_data()
    found: type[Filesystem] = getattr(import_module(f"dissect.target.filesystems.{module}"), kind)
    return found
