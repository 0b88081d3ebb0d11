"""Finds the volume that a device name of Linux means: tags such as UUID=, names below /dev/disk, partitions and logical volumes."""

import re
from dataclasses import dataclass

from dissect.volume.lvm.metadata import LogicalVolume

from . import filesystems
from .disk import Disk, MountableFilesystem
from .logical_volumes import mapper_name, mapper_uuid
from .notes import Notes
from .partitions import partition_number, partition_uuid

#: /dev/sda2, /dev/nvme0n1p2: the disk, and the number of the partition.
_PARTITION = re.compile(r"/dev/(?:((?:[shv]|xv)d[a-z]+)(\d+)|((?:nvme\d+n|mmcblk|nbd|loop)\d+)p(\d+))$")
#: /dev/disk/by-path/pci-0000:00:10.0-scsi-0:0:0:0-part2
_PART = re.compile(r"/dev/disk/by-(?:id|path|diskseq)/(.+)-part(\d+)$")
#: Disks that are taken for the one in the image, unless the entry of the root file system names another.
_FIRST_DISKS = ("sda", "hda", "vda", "xvda", "nvme0n1", "mmcblk0")

_TAGS = ("UUID", "LABEL", "PARTUUID", "PARTLABEL")
_BY_TAG = re.compile(r"/dev/disk/by-(uuid|label|partuuid|partlabel)/(.+)$")
_HEX = re.compile(r"\\x([0-9a-fA-F]{2})")


@dataclass(frozen=True)
class _Identity:
    mountable: MountableFilesystem
    tags: dict[str, str]
    number: int | None
    names: tuple[str, ...]


class Devices:
    """The file systems of the disk, by the names that Linux has for their volumes."""

    def __init__(self, disk: Disk, notes: Notes) -> None:
        self._identities = [_identify(mountable, notes) for mountable in disk.filesystems]
        self._own_disk: str | None = None

    def learn(self, spec: str, root: MountableFilesystem) -> None:
        """`spec`: the name that the system has for the volume of its root. It contains the name of this disk."""
        split = _split_partition(spec)
        number = next(it.number for it in self._identities if it.mountable is root)
        if split is not None:
            # A number that does not fit means that the names are those of another machine.
            self._own_disk = split[0] if split[1] == number else ""

    def find(self, spec: str, kind: str) -> MountableFilesystem | None:
        """`kind`: the file system type of the entry, which has to fit where `spec` depends on the machine."""
        if spec.startswith("ID="):
            spec = f"/dev/disk/by-id/{spec[3:]}"
        tag, _, value = spec.partition("=")
        by_tag = _BY_TAG.match(spec)
        if by_tag:
            tag, value = by_tag[1].upper(), _HEX.sub(lambda match: chr(int(match[1], 16)), by_tag[2])
        if tag in _TAGS:
            return self._first(lambda it: _same(tag, it.tags.get(tag), value))
        split = _split_partition(spec)
        if split is None:
            return self._first(lambda it: spec in it.names)
        disk, number = split
        if not self._is_own(disk, spec):
            return None
        return self._first(lambda it: it.number == number and _fits(kind, it.mountable))

    def _first(self, matches: object) -> MountableFilesystem | None:
        return next((it.mountable for it in self._identities if matches(it)), None)

    def _is_own(self, disk: str, spec: str) -> bool:
        if self._own_disk is None:
            return disk in _FIRST_DISKS or spec.startswith("/dev/disk/")
        return disk == self._own_disk or (spec.startswith("/dev/disk/") and self._own_disk in _FIRST_DISKS)


def _identify(mountable: MountableFilesystem, notes: Notes) -> _Identity:
    volume = mountable.volume
    unknown = filesystems.unknown(mountable.fs.__type__)
    info = notes.attempt("A superblock", lambda: filesystems.read_info(mountable), unknown)
    tags = {
        "UUID": info["uuid"],
        "LABEL": info["label"],
        "PARTUUID": partition_uuid(volume.raw),
        "PARTLABEL": getattr(volume.raw, "name", None),
    }
    return _Identity(mountable, {key: value for key, value in tags.items() if value}, partition_number(volume.raw), _names(mountable))


def _names(mountable: MountableFilesystem) -> tuple[str, ...]:
    volume = mountable.volume
    if isinstance(volume.raw, LogicalVolume):
        lv, name = volume.raw, mapper_name(volume.raw)
        by_id = (f"/dev/disk/by-id/dm-name-{name}", f"/dev/disk/by-id/dm-uuid-{mapper_uuid(lv)}")
        return (f"/dev/mapper/{name}", f"/dev/{lv.vg.name}/{lv.name}", *by_id)
    if getattr(volume.vs, "__type__", None) == "md":
        name = (volume.name or "").rsplit(":", 1)[-1]
        number = f"/dev/md{name}" if name.isdecimal() else "/dev/md127"
        return (f"/dev/md/{name}", number, f"/dev/disk/by-id/md-name-{volume.name}")
    return ()


def _split_partition(spec: str) -> tuple[str, int] | None:
    match = _PARTITION.match(spec) or _PART.match(spec)
    if match is None:
        return None
    disk, number = (group for group in match.groups() if group is not None)
    return disk, int(number)


def _same(tag: str, ours: str | None, theirs: str) -> bool:
    if ours is None:
        return False
    return ours == theirs if tag in ("LABEL", "PARTLABEL") else ours.lower() == theirs.lower()


def _fits(kind: str, mountable: MountableFilesystem) -> bool:
    ours = mountable.fs.__type__
    names = {"ext": ("ext2", "ext3", "ext4"), "fat": ("vfat", "msdos"), "ntfs": ("ntfs", "ntfs3", "ntfs-3g")}.get(ours, (ours,))
    return any(word in ("auto", *names) for word in kind.split(","))
