"""Fedora, SUSE and their like: a database of binary headers, in one of three formats."""

from collections.abc import Callable

from ..guest import MOST_BYTES, Guest
from . import rpm_databases
from .package import Inventory, Package
from .rpm_header import read_package

#: Where distributions keep the database: since 2020, before, and with ostree.
_FOLDERS = ("/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm")
_MOST_BYTES = 200 << 20

#: By file, the newest format first.
_FORMATS: dict[str, Callable[[bytes], list[bytes]]] = {
    "Packages.db": rpm_databases.read_ndb,
    "Packages": rpm_databases.read_bdb,
}
_SQLITE = "rpmdb.sqlite"


def read(guest: Guest) -> Inventory | None:
    """Of several databases, the first with packages counts: migrations leave the older one behind."""
    empty = None
    for folder in _FOLDERS:
        for name in (_SQLITE, *_FORMATS):
            path = f"{folder}/{name}"
            data = guest.read(path, _MOST_BYTES)
            if data is None:
                continue
            headers = rpm_databases.read_sqlite(data, guest.read(f"{path}-wal", MOST_BYTES)) if name == _SQLITE else _FORMATS[name](data)
            inventory = Inventory("rpm", path, _packages(headers))
            if inventory.packages:
                return inventory
            empty = empty or inventory
    return empty


def _packages(headers: list[bytes]) -> list[Package]:
    """Keys that sign packages are entries like packages."""
    packages = map(read_package, headers)
    return [package for package in packages if package.name != "gpg-pubkey"]
