"""Which packages are installed, from the databases of package managers."""

from functools import partial

from ..guest import Guest
from . import apk, dpkg, pacman, rpm
from .package import Inventory, Package

__all__ = ["Inventory", "Package", "read_packages"]


def read_packages(guest: Guest) -> Inventory | None:
    """Of the first package manager that has a database; None when none has. A database that cannot be read is noted."""
    for manager in (dpkg, apk, pacman, rpm):
        inventory = guest.notes.attempt("The package database", partial(manager.read, guest), None)
        if inventory is not None:
            inventory.packages.sort(key=lambda package: (package.name, package.version or ""))
            return inventory
    return None
