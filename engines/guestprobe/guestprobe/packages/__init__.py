"""Installed packages, from the databases of package managers."""

from collections.abc import Callable, Iterable
from functools import partial

from ..guest import Guest
from ..operating_system import has_programs
from . import apk, dpkg, pacman, portage, rpm, unread
from .package import Inventory, Package

__all__ = ["Inventory", "Package", "read_packages"]

#: By the names under which inventories give them.
_MANAGERS: dict[str, Callable[[Guest], Inventory | None]] = {
    "deb": dpkg.read,
    "rpm": rpm.read,
    "apk": apk.read,
    "pacman": pacman.read,
    "portage": portage.read,
    "opkg": dpkg.read_opkg,
    **unread.MANAGERS,
}

#: The manager of a distribution, by ID or ID_LIKE of os-release.
_DISTRIBUTIONS = {
    **dict.fromkeys(("debian", "ubuntu"), "deb"),
    **dict.fromkeys(("fedora", "rhel", "centos", "suse", "opensuse", "sles", "amzn", "mageia", "altlinux", "openEuler"), "rpm"),
    **dict.fromkeys(("photon", "azurelinux", "mariner", "redhat", "ol", "rocky", "almalinux", "scientific", "sled"), "rpm"),
    **dict.fromkeys(("alpine", "wolfi", "chainguard", "postmarketos"), "apk"),
    "arch": "pacman",
    "gentoo": "portage",
    "nixos": "nix",
    "guix": "guix",
    "void": "xbps",
    "slackware": "pkgtools",
    "solus": "eopkg",
    "clear-linux-os": "swupd",
}


def read_packages(guest: Guest, distributions: Iterable[str]) -> Inventory | None:
    """Reads the database of the manager that the distribution uses. `distributions`: its name, then those that it is like.

    For an unknown distribution, the database with the most packages counts. None: there is no database. A database without packages
    counts as unreadable if the system has programs, which come from packages.
    """
    inventory = _choose(guest, distributions)
    if inventory is not None and inventory.packages is not None and not inventory.packages:
        guest.notes.add(f"{inventory.database} lists no packages")
        if has_programs(guest):
            guest.notes.fail(f"{inventory.database} lists no packages, although the system has programs")
    return inventory


def _choose(guest: Guest, distributions: Iterable[str]) -> Inventory | None:
    manager = next((_DISTRIBUTIONS[name] for name in distributions if name in _DISTRIBUTIONS), None)
    if manager is not None:
        failures = guest.notes.failures
        inventory = _read(guest, manager)
        if inventory is None and guest.notes.failures == failures:
            guest.notes.add(f"The packages are unknown: the system has no database of its package manager ({manager})")
        return inventory
    failures = guest.notes.failures
    found = [inventory for name in _MANAGERS if (inventory := _read(guest, name)) is not None]
    if not found:
        if guest.notes.failures == failures:
            guest.notes.add("The packages are unknown: no database of a known package manager was found")
        return None
    return max(found, key=lambda it: len(it.packages or ()))


def _read(guest: Guest, manager: str) -> Inventory | None:
    inventory = guest.notes.attempt("The package database", partial(_MANAGERS[manager], guest), None)
    if inventory is not None and inventory.packages is not None:
        inventory.packages.sort(key=lambda package: (package.name, package.version or ""))
    return inventory
