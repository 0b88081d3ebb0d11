"""Gentoo: one folder for each package, below its category."""

import re

from ..guest import Guest
from .package import Inventory, Package

_DATABASE = "/var/db/pkg"
#: A version begins at the first hyphen before a digit, and may end with a revision.
_NAME = re.compile(r"^(.+?)-(\d[^-]*(?:-r\d+)?)$")


def read(guest: Guest) -> Inventory | None:
    categories = guest.names(_DATABASE)
    if not categories:
        return None
    folders = ((category, name) for category in categories for name in guest.names(f"{_DATABASE}/{category}"))
    matches = ((category, _NAME.match(name)) for category, name in folders if not name.startswith("-MERGING-"))
    packages = [Package(f"{category}/{match[1]}", match[2], None) for category, match in matches if match]
    return Inventory("portage", _DATABASE, packages)
