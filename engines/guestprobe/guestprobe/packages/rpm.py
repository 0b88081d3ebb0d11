"""Fedora, SUSE and their like: a SQLite database of binary headers."""

import sqlite3
import struct
import tempfile
from pathlib import Path

from ..guest import Guest
from .package import Inventory, Package

_DATABASES = ("/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite")
_OLDER = ("/var/lib/rpm/Packages", "/var/lib/rpm/Packages.db", "/usr/lib/sysimage/rpm/Packages.db")

#: Tags of a header, and the types of their values.
_NAME, _VERSION, _RELEASE, _EPOCH, _ARCH = 1000, 1001, 1002, 1003, 1022
_INT32, _STRINGS = 4, (6, 8, 9)
_MOST_TAGS = 4096


def read(guest: Guest) -> Inventory | None:
    for path in _DATABASES:
        data = guest.read(path, 200 << 20)
        if data is not None:
            packages = [_package(header) for header in _headers(data, guest.read(f"{path}-wal"))]
            return Inventory("rpm", path, [package for package in packages if package.name not in ("", "gpg-pubkey")])
    older = next((path for path in _OLDER if guest.exists(path)), None)
    if older is None:
        return None
    guest.notes.add(f"The packages are not told: {older} is of a format from before rpm 4.16")
    return Inventory("rpm", older, [])


def _headers(database: bytes, log: bytes | None) -> list[bytes]:
    """SQLite reads files only, so it is given a copy, with the changes that were not merged into it yet."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rpmdb.sqlite")
        file.write_bytes(database)
        if log:
            Path(folder, "rpmdb.sqlite-wal").write_bytes(log)
        connection = sqlite3.connect(file)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            return [bytes(row[0]) for row in connection.execute("SELECT blob FROM Packages")]
        finally:
            connection.close()


def _package(header: bytes) -> Package:
    tags = _tags(header)
    epoch = f"{tags[_EPOCH]}:" if tags.get(_EPOCH) else ""
    version = f"{epoch}{tags.get(_VERSION, '')}-{tags.get(_RELEASE, '')}"
    arch = tags.get(_ARCH)
    return Package(str(tags.get(_NAME, "")), version, None if arch is None else str(arch))


def _tags(header: bytes) -> dict[int, str | int]:
    """An index of entries of 16 bytes (tag, type, offset, count), and the data that the offsets count from."""
    count, _ = struct.unpack_from(">II", header)
    data = 8 + 16 * count
    found: dict[int, str | int] = {}
    for number in range(min(count, _MOST_TAGS)):
        tag, kind, offset, _ = struct.unpack_from(">IIII", header, 8 + 16 * number)
        if tag == _EPOCH and kind == _INT32:
            (found[tag],) = struct.unpack_from(">I", header, data + offset)
        elif tag in (_NAME, _VERSION, _RELEASE, _ARCH) and kind in _STRINGS:
            found[tag] = header[data + offset :].split(b"\0", 1)[0].decode("utf-8", "replace")
    return found
