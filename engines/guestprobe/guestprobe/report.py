"""Builds the report."""

import argparse
from typing import Any

from . import containers, filesystems, protocol
from .accounts import Account, read_accounts, read_passwords
from .activity import read_activity
from .disk import Disk, MountableFilesystem, read_disk, volume_name
from .errors import ImageError
from .guest import Guest
from .headers import Header
from .mounting import Mount, mount_guest
from .notes import Notes
from .operating_system import read_linux, read_release
from .packages import Inventory, read_packages
from .services import Service, read_services
from .ssh import read_ssh
from .stream import ImageStream
from .sudoers import read_administrators

#: Version of the report's format.
VERSION = "1.0"

_TRUNCATED = ImageError("image_corrupt", "is damaged: it is shorter than its header says, so it is probably truncated")
_READ = "ext, xfs, btrfs, NTFS, FAT, exFAT, SquashFS"


def make(stream: ImageStream, header: Header, options: argparse.Namespace) -> dict[str, Any]:
    """Raises ImageError when nothing can be read."""
    protocol.progress(0.2, "reading the partitions")
    notes = Notes()
    for note in header.notes:
        notes.add(note)
    container = containers.open_container(stream, header.format)
    disk = read_disk(container, notes)
    if not disk.filesystems:
        raise _nothing(stream, header, disk, container)
    protocol.progress(0.5, "looking for the system")
    guest, mounts = mount_guest(disk, notes)
    truncated = stream.reads_past_end > 0 and not header.is_flat
    if guest is None:
        if truncated:
            raise _TRUNCATED
        notes.add("No operating system was found")
    if truncated:
        notes.add("The image is shorter than its header says: parts of the disk are missing")
    result = {
        "version": VERSION,
        "image": {"format": header.format, "virtual_size": header.disk_size, "file_size": stream.size},
        **(_of_guest(guest, options) if guest else {"operating_system": None}),
        "filesystems": _filesystems(disk, mounts, notes),
        **({} if options.profile else {"partitions": _partitions(disk, notes)}),
        "encrypted": disk.encrypted,
    }
    return {**result, "notes": notes.sentences}


def _nothing(stream: ImageStream, header: Header, disk: Disk, container: Any) -> ImageError:
    if disk.encrypted:
        return ImageError("image_encrypted", "is encrypted: no file system can be read without its key")
    if disk.unread:
        return ImageError("image_no_filesystem", f"has no file system that can be read ({_READ}): {'; '.join(disk.unread)}")
    if stream.reads_past_end and not header.is_flat:
        return _TRUNCATED
    container.seek(0)
    if not container.read(8 << 20).strip(b"\0") and len(disk.volumes) == 1:
        return ImageError("image_empty", "is an empty disk: its first 8 MiB are zeros")
    return ImageError("image_no_filesystem", f"has no file system that can be read ({_READ})")


def _of_guest(guest: Guest, options: argparse.Namespace) -> dict[str, Any]:
    protocol.progress(0.6, "reading the packages")
    return _of_windows(guest, options) if guest.kind == "windows" else _of_linux(guest, options)


def _of_linux(guest: Guest, options: argparse.Namespace) -> dict[str, Any]:
    require = guest.notes.require
    release = read_release(guest)
    distributions = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    found: dict[str, Any] = {"operating_system": read_linux(guest, release)}
    failures = guest.notes.failures
    inventory = read_packages(guest, distributions)
    found["packages"] = _packages(inventory, guest.notes.failures == failures, options)
    guest.notes.explain("packages", failures)
    protocol.progress(0.9, "reading services and accounts")
    services = require("services", lambda: read_services(guest))
    accounts = require("users", lambda: read_accounts(guest))
    if not options.profile:
        return {**found, **_services(services, options), "users": _users(accounts)}
    return {
        **found,
        "services": None if services is None else [service.name for service in services],
        "logins": _logins(accounts, guest),
        "administrators": require("administrators", lambda: read_administrators(guest)),
        "ssh": require("settings of the SSH server", lambda: read_ssh(guest)),
        "activity": read_activity(guest, inventory),
    }


def _of_windows(guest: Guest, options: argparse.Namespace) -> dict[str, Any]:
    # Imported on demand: most images have no registry.
    from .windows import Registry

    registry = Registry(guest)
    inventory = guest.notes.require("packages", registry.packages)
    services = guest.notes.require("services", registry.services)
    found = {"operating_system": registry.operating_system(), "packages": _packages(inventory, inventory is not None, options)}
    guest.notes.add("The accounts of Windows are not read")
    if not options.profile:
        return {**found, **_services(services, options), "users": None}
    unknown = {"logins": None, "administrators": None, "ssh": None}
    names = None if services is None else [service.name for service in services]
    return {**found, "services": names, **unknown, "activity": read_activity(guest, inventory)}


def _packages(inventory: Inventory | None, complete: bool, options: argparse.Namespace) -> dict[str, Any]:
    """`complete`: false when only a part of the database was read, so that the packages are unknown."""
    packages = inventory.packages if inventory and complete else None
    described: dict[str, Any] = {
        "count": None if packages is None else len(packages),
        "manager": inventory.manager if inventory else None,
    }
    if options.packages and not options.profile and packages is not None:
        described["packages"] = [package.name for package in packages]
        described["details"] = [{"name": it.name, "version": it.version, "arch": it.arch} for it in packages]
    return described


def _services(services: list[Service] | None, options: argparse.Namespace) -> dict[str, Any]:
    if not options.services:
        return {}
    described = [{"name": it.name, "state": it.state, "manager": it.manager, "wanted_by": it.wanted_by} for it in services or ()]
    return {"services": None if services is None else described}


def _users(accounts: list[Account] | None) -> list[dict[str, Any]] | None:
    if accounts is None:
        return None
    return [{"name": it.name, "uid": it.uid, "gid": it.gid, "home": it.home, "shell": it.shell} for it in accounts]


def _logins(accounts: list[Account] | None, guest: Guest) -> list[dict[str, Any]] | None:
    if accounts is None:
        return None
    passwords = guest.notes.require("passwords", lambda: read_passwords(guest, accounts)) or {}
    logins = [account for account in accounts if account.can_log_in]
    return [{"name": it.name, "uid": it.uid, "shell": it.shell, "password": passwords.get(it.name)} for it in logins]


def _partitions(disk: Disk, notes: Notes) -> list[dict[str, Any]]:
    types = {id(at.volume): _info(at, notes)["type"] for at in disk.filesystems}
    return [
        {
            # The library invents names for partitions without one, so only the table's own name counts.
            "name": getattr(volume.raw, "name", None) or None,
            "offset": volume.offset,
            "size": volume.size,
            "contents": disk.contents.get(position) or types.get(id(volume)),
        }
        for position, volume in enumerate(disk.volumes)
    ]


def _filesystems(disk: Disk, mounts: list[Mount], notes: Notes) -> list[dict[str, Any]]:
    """Returns one entry for each file system, and one for each further subvolume that is mounted."""
    described = []
    for mountable in disk.filesystems:
        info = {**_info(mountable, notes), "volume": mountable.volume.name}
        # A file system of btrfs may have several volumes.
        if info["type"] != "btrfs" and (info["total"] or 0) > mountable.volume.size:
            notes.add(f"The file system of {volume_name(mountable.volume)} is larger than its volume: the image may be truncated")
        points: dict[int, str | None] = {id(mountable.fs): None}
        for mount in mounts:
            if mount.mountable is mountable and points.get(id(mount.fs)) is None:
                points[id(mount.fs)] = mount.point
        described += [{**info, "mountpoint": point} for point in points.values()]
    return described


def _info(mountable: MountableFilesystem, notes: Notes) -> filesystems.FilesystemInfo:
    unknown = filesystems.unknown(mountable.fs.__type__)
    return notes.attempt("A superblock", lambda: filesystems.read_info(mountable), unknown)
