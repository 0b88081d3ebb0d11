"""Arch: one folder for each package, with a file of sections."""

import re

from ..guest import Guest
from .package import Inventory, Package

_DATABASE = "/var/lib/pacman/local"
_SECTION = re.compile(r"^%(NAME|VERSION|ARCH)%\n(.*)$", re.MULTILINE)


def read(guest: Guest) -> Inventory | None:
    folders = list(guest.paths(_DATABASE))
    if not folders:
        return None
    # The folder also has a file with the version of its format.
    described = (dict(_SECTION.findall(guest.text(f"{folder}/desc", 1 << 20) or "")) for folder in folders)
    packages = [Package(it["NAME"], it.get("VERSION"), it.get("ARCH")) for it in described if "NAME" in it]
    return Inventory("pacman", _DATABASE, packages)
