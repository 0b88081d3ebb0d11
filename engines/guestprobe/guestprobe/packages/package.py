"""Installed packages, in the terms of their manager."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    name: str
    version: str | None
    arch: str | None


@dataclass
class Inventory:
    """`manager`: `deb`, `rpm`, `apk`, `pacman`, `portage`, `opkg`, `windows` and the like. `database`: the file or folder whose time is
    that of the last change. `packages`: None when the format of the database is not read."""

    manager: str
    database: str | None
    packages: list[Package] | None
