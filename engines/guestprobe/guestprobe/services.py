"""Which services are started with the system."""

import re
from dataclasses import dataclass

from .guest import Guest

_UNIT = re.compile(r"\.(service|socket|timer|path|mount|target)$")
_SYSTEMD = ("/etc/systemd/system", "/usr/lib/systemd/system")


@dataclass(frozen=True)
class Service:
    """`wanted_by`: targets of systemd or runlevels of OpenRC that start it."""

    name: str
    manager: str
    wanted_by: list[str]


def read_services(guest: Guest) -> list[Service]:
    found = [*_systemd(guest), *_openrc(guest)]
    return sorted(found, key=lambda service: service.name)


def _systemd(guest: Guest) -> list[Service]:
    """What is enabled is linked into a folder of the target that wants it: by the administrator, or by the vendor."""
    masked = set(_masked(guest))
    wanted: dict[str, list[str]] = {}
    for base in _SYSTEMD:
        for folder in guest.names(base):
            if folder.endswith((".wants", ".requires")):
                for unit in guest.names(f"{base}/{folder}"):
                    if _UNIT.search(unit) and unit not in masked:
                        wanted.setdefault(unit, []).append(folder.rsplit(".", 1)[0])
    return [Service(unit, "systemd", sorted(set(targets))) for unit, targets in wanted.items()]


def _masked(guest: Guest) -> list[str]:
    base = _SYSTEMD[0]
    return [unit for unit in guest.names(base) if _UNIT.search(unit) and guest.link(f"{base}/{unit}") == "/dev/null"]


def _openrc(guest: Guest) -> list[Service]:
    wanted: dict[str, list[str]] = {}
    for level in guest.names("/etc/runlevels"):
        for service in guest.names(f"/etc/runlevels/{level}"):
            wanted.setdefault(service, []).append(level)
    return [Service(name, "openrc", levels) for name, levels in wanted.items()]
