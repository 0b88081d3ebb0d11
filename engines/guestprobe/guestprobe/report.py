"""Builds the report."""

import argparse
from typing import TYPE_CHECKING, Any

from . import containers, filesystems, mounting, protocol
from .accounts import read_accounts, read_administrators
from .activity import read_activity
from .notes import Notes
from .disk import Disk, MountableFilesystem, read_disk
from .guest import Guest
from .headers import Header
from .operating_system import read_linux
from .packages import Inventory, read_packages
from .errors import ImageError
from .services import Service, read_services
from .ssh import read_ssh
from .stream import ImageStream

if TYPE_CHECKING:
    from .windows import Registry

#: Version of the report's format.
VERSION = "1.0"

_TRUNCATED = ImageError("image_corrupt", "is damaged: it is shorter than it should be, as if it had been cut off on its way")


def make(stream: ImageStream, header: Header, options: argparse.Namespace) -> dict[str, Any]:
    """Raises ImageError when nothing can be read."""
    protocol.progress(0.2, "reading the partitions")
    notes = Notes()
    container = containers.open_container(stream, header.format)
    disk = read_disk(container, notes)
    if not disk.filesystems:
        raise _nothing(stream, header, disk, container)
    protocol.progress(0.5, "looking for the system")
    guest, mounted = mounting.find_guest(disk, notes)
    truncated = stream.bytes_past_end > 0 and header.format != "raw"
    if guest is None:
        if truncated:
            raise _TRUNCATED
        notes.add("No operating system was found")
    if truncated:
        notes.add("The image is shorter than it should be: parts of the disk are missing")
    result = {
        "version": VERSION,
        "image": {"format": header.format, "virtual_size": header.disk_size, "file_size": stream.size},
        **(_of_guest(guest, options) if guest else {"operating_system": None}),
        "filesystems": _filesystems(disk, mounted, notes),
        **({} if options.profile else {"partitions": _partitions(disk, notes)}),
        "encrypted": disk.encrypted,
    }
    return {**result, "notes": notes.sentences}


def _nothing(stream: ImageStream, header: Header, disk: Disk, container: Any) -> ImageError:
    if disk.encrypted:
        return ImageError("image_encrypted", "is encrypted: no file system can be read without its key")
    if stream.bytes_past_end and header.format != "raw":
        return _TRUNCATED
    container.seek(0)
    if not container.read(8 << 20).strip(b"\0") and len(disk.volumes) == 1:
        return ImageError("image_empty", "is an empty disk: it begins with nothing but zeros")
    return ImageError("image_no_filesystem", "has no file system that can be read (ext, xfs, btrfs, NTFS, FAT, exFAT, SquashFS)")


def _of_guest(guest: Guest, options: argparse.Namespace) -> dict[str, Any]:
    protocol.progress(0.6, "reading the packages")
    registry = _registry(guest) if guest.kind == "windows" else None
    inventory = registry.packages() if registry else read_packages(guest)
    system = registry.operating_system() if registry else read_linux(guest)
    found: dict[str, Any] = {"operating_system": system, "packages": _packages(inventory, options)}
    protocol.progress(0.9, "reading services and accounts")
    services = registry.services() if registry else read_services(guest)
    if options.profile:
        return {**found, **_profile(guest, inventory, services)}
    if options.services:
        found["services"] = [
            {"name": it.name, "state": "enabled", "manager": it.manager, "wanted_by": it.wanted_by} for it in services
        ]
    users = [
        {"name": it.name, "uid": it.uid, "gid": it.gid, "home": it.home, "shell": it.shell} for it in read_accounts(guest)
    ]
    return {**found, "users": users}


def _registry(guest: Guest) -> "Registry":
    # Imported on demand: most images have no registry.
    from .windows import Registry

    return Registry(guest)


def _packages(inventory: Inventory | None, options: argparse.Namespace) -> dict[str, Any]:
    if inventory is None:
        return {"count": 0, "manager": None}
    told: dict[str, Any] = {"count": len(inventory.packages), "manager": inventory.manager}
    if options.packages and not options.profile:
        told["packages"] = [package.name for package in inventory.packages]
        told["details"] = [{"name": it.name, "version": it.version, "arch": it.arch} for it in inventory.packages]
    return told


def _profile(guest: Guest, inventory: Inventory | None, services: list[Service]) -> dict[str, Any]:
    accounts = [account for account in read_accounts(guest) if account.can_log_in]
    return {
        "services": [service.name for service in services],
        "logins": [{"name": it.name, "uid": it.uid, "shell": it.shell, "password": it.password} for it in accounts],
        "administrators": read_administrators(guest),
        "ssh": read_ssh(guest),
        "activity": read_activity(guest, inventory),
    }


def _partitions(disk: Disk, notes: Notes) -> list[dict[str, Any]]:
    types = {id(at.volume): _info(at, notes)["type"] for at in disk.filesystems if at.main}
    return [
        {
            # Partitions without a name get one from the library, which says nothing.
            "name": getattr(volume.raw, "name", None) or None,
            "offset": volume.offset,
            "size": volume.size,
            "contents": disk.contents.get(position) or types.get(id(volume)),
        }
        for position, volume in enumerate(disk.volumes)
    ]


def _filesystems(disk: Disk, mounted: dict[int, str], notes: Notes) -> list[dict[str, Any]]:
    """One for each volume; a subvolume that is mounted is told of with a line of its own."""
    told = []
    for position, mountable in enumerate(disk.filesystems):
        if not mountable.main and position not in mounted:
            continue
        told.append({**_info(mountable, notes), "volume": mountable.volume.name, "mountpoint": mounted.get(position)})
    return told


def _info(mountable: MountableFilesystem, notes: Notes) -> filesystems.FilesystemInfo:
    unknown = filesystems.unknown(mountable.fs.__type__)
    return notes.attempt("A superblock", lambda: filesystems.read_info(mountable), unknown)
