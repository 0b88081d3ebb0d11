"""Partitions, logical volumes and file systems of a disk."""

import logging
from dataclasses import dataclass, field
from functools import partial

from dissect.target import Target
from dissect.target.container import Container
from dissect.target.filesystem import Filesystem
from dissect.target.volume import Volume

from . import features, signatures
from .features.btrfs import device_of
from .filesystem_types import detect_filesystem
from .logical_volumes import patch_logical_volumes
from .notes import Notes
from .partition_tables import describe_damage
from .partitions import patch_partition_tables

#: Contents of volumes that are parts of others, the type of the latter in the library, and what they are.
_CONTAINERS = (("linux_raid_member", "md", "A RAID array"), ("LVM2_member", "lvm", "A volume group"))

#: Types of partitions that hold programs or nothing: BIOS boot, PReP boot, reserved by Microsoft, kernels of ChromeOS.
_WITHOUT_FILES = (
    "21686148-6449-6e6f-744e-656564454649",
    "9e1a2d38-c612-4316-aa26-8b49521e5a8b",
    "e3c9e316-0b5c-4db8-817d-f92df00215ae",
    "fe3a2a5d-4f32-41a7-b725-accc3285a309",
    str(0x41),
)

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
    #: Whether every volume was recognized.
    complete: bool = True

    @property
    def encrypted(self) -> bool | None:
        """None: no volume is known to be encrypted, and not all are known."""
        return any(content in signatures.ENCRYPTED for content in self.contents.values()) or (False if self.complete else None)


def read_disk(container: Container, notes: Notes) -> Disk:
    logging.disable(logging.CRITICAL)
    patch_partition_tables()
    patch_logical_volumes(notes)
    target = Target()
    target.disks.add(container)
    failures = notes.failures
    damage = notes.attempt("The partition table", partial(describe_damage, container), None)
    notes.attempt("The partition table", target.disks.apply, None)
    notes.attempt("The logical volumes", lambda: target.volumes.apply(filesystems=False), None)
    disk = Disk(list(target.volumes)[:_MOST_VOLUMES])
    if damage is not None:
        disk.unread.append(damage)
        notes.add(damage)
    disk.complete = damage is None and notes.failures == failures and len(target.volumes.entries) <= _MOST_VOLUMES
    for position, volume in enumerate(disk.volumes):
        _check_size(volume, container, notes)
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
    kind = notes.attempt(f"Volume {name}", partial(detect_filesystem, volume), None)
    if kind is None:
        if signatures.is_blank(volume) or str(volume.type).lower() in _WITHOUT_FILES:
            return
        disk.complete = False
        notes.add(f"The contents of {name} were not recognized")
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


def _check_size(volume: Volume, container: Container, notes: Notes) -> None:
    if volume.vs is not None and volume.vs.__type__ == "disk" and volume.disk is container and volume.offset + volume.size > container.size:
        notes.add(f"{volume_name(volume)} reaches beyond the end of the disk: the image may be truncated")


def _check_containers(disk: Disk, notes: Notes) -> None:
    """The library skips arrays and volume groups that it cannot open."""
    for content, kind, what in _CONTAINERS:
        opened = {id(part) for volume in disk.volumes if getattr(volume.vs, "__type__", None) == kind for part in volume.vs.disk}
        members = [disk.volumes[position] for position, found in disk.contents.items() if found == content]
        unread = [volume_name(member) for member in members if id(member) not in opened]
        if unread:
            disk.complete = False
            disk.unread.append(f"{what} ({content}) was not read")
            notes.add(
                f"{what} on {', '.join(unread)} ({content}) was not read: it is empty, not complete in the image, or of a type that is not read"
            )
