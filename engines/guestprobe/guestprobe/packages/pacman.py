"""Arch: one folder for each package, with a file of sections."""

import re

from ..errors import Damaged
from ..guest import Guest
from .package import Inventory, Package

_DATABASE = "/var/lib/pacman/local"
#: A file beside the folders.
_FORMAT = "ALPM_DB_VERSION"
_SECTION = re.compile(r"^%(NAME|VERSION|ARCH)%\n(.+)\n", re.MULTILINE)


def read(guest: Guest) -> Inventory | None:
    """Raises Damaged if a package is not what its folder says, as pacman does."""
    names = guest.names(_DATABASE)
    if not names:
        return None
    return Inventory("pacman", _DATABASE, [_read_package(guest, name) for name in names if name != _FORMAT])


def _read_package(guest: Guest, folder: str) -> Package:
    path = f"{_DATABASE}/{folder}/desc"
    fields = dict(_SECTION.findall(guest.text(path, 1 << 20) or ""))
    if f"{fields.get('NAME')}-{fields.get('VERSION')}" != folder:
        raise Damaged(f"{path} is damaged: it does not describe the package of its folder")
    return Package(fields["NAME"], fields["VERSION"], fields.get("ARCH"))
