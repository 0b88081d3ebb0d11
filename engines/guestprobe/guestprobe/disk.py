"""Partitions, logical volumes and file systems of a disk."""

import logging
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import islice

from dissect.target import Target
from dissect.target.container import Container
from dissect.target.filesystem import Filesystem
from dissect.target.volume import Volume

from . import patches, signatures
from .notes import Notes

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

#: Volumes that are read. A hostile disk could have billions.
_MOST_VOLUMES = 256
_MOST_SUBVOLUMES = 64


@dataclass
class MountableFilesystem:
    """A file system and its volume. `main` is false for a subvolume of a listed file system."""

    volume: Volume
    fs: Filesystem
    main: bool = True


@dataclass
class Disk:
    volumes: list[Volume]
    filesystems: list[MountableFilesystem]
    #: Contents that are not file systems, such as swap or encrypted data, by position in `volumes`.
    contents: dict[int, str]

    @property
    def encrypted(self) -> bool:
        return any(content in signatures.ENCRYPTED for content in self.contents.values())


def read_disk(container: Container, notes: Notes) -> Disk:
    logging.disable(logging.CRITICAL)
    patches.patch_partition_tables()
    target = Target()
    target.disks.add(container)
    notes.attempt("The partition table", target.disks.apply, None)
    notes.attempt("The logical volumes", lambda: target.volumes.apply(filesystems=False), None)
    volumes = list(target.volumes)[:_MOST_VOLUMES]
    disk = Disk(volumes, [], {})
    for position, volume in enumerate(volumes):
        content = notes.attempt(f"Volume {volume.name}", partial(signatures.detect_content, volume), None)
        if content is not None:
            disk.contents[position] = content
        else:
            nothing: list[MountableFilesystem] = []
            disk.filesystems += notes.attempt(f"The file system of {volume.name}", partial(_open, volume), nothing)
    return disk


def _open(volume: Volume) -> list[MountableFilesystem]:
    for at, mark, name in _FILESYSTEMS:
        volume.seek(at)
        if volume.read(len(mark)) != mark:
            continue
        kind = _load_class(name)
        if kind.detect(volume):
            volume.seek(0)
            fs = kind(volume)
            subvolumes = islice(fs.iter_subfs(), _MOST_SUBVOLUMES)
            return [MountableFilesystem(volume, fs), *(MountableFilesystem(volume, subvolume, main=False) for subvolume in subvolumes)]
    return []


def _load_class(name: str) -> type[Filesystem]:
    module, _, kind = name.partition(".")
    if module == "btrfs":
        patches.patch_btrfs()
    found: type[Filesystem] = getattr(import_module(f"dissect.target.filesystems.{module}"), kind)
    return found
