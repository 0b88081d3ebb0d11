"""One installed package, in the words of its manager."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    name: str
    version: str | None
    arch: str | None


@dataclass
class Inventory:
    """`manager`: `deb`, `apk`, `rpm`, `pacman` or `windows`. `database`: the file, whose time is that of the last change."""

    manager: str
    database: str | None
    packages: list[Package]
