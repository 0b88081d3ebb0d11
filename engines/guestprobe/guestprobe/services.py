"""Services that start with the system."""

import re
from dataclasses import dataclass

from .guest import Guest

_UNIT = re.compile(r"\.(service|socket|timer|path|mount|automount|swap|target)$")
#: Folders of units, the first of them wins: see systemd.unit(5).
_ADMINISTRATOR = "/etc/systemd/system"
_UNITS = (_ADMINISTRATOR, "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_BROKEN_SECTION = re.compile(r"^\[[^\]\n]*$", re.MULTILINE)
_DEPENDENCIES = (".wants", ".requires", ".upholds")

#: A system without any of these, such as a container, starts nothing by itself.
_INITS = ("/sbin/init", "/init", "/usr/lib/systemd/systemd")

_RUNLEVELS = tuple(f"/etc/rc{level}.d" for level in "2345")


@dataclass(frozen=True)
class Service:
    """`state`: `enabled`, or `static` for a unit that the vendor links into a target. `wanted_by`: targets of systemd, runlevels of OpenRC,
    or the start type of Windows."""

    name: str
    manager: str
    wanted_by: list[str]
    state: str = "enabled"


def read_services(guest: Guest) -> list[Service] | None:
    """None: the system uses a service manager that is not read."""
    if not any(guest.names(path) for path in (*_UNITS, "/etc/runlevels")):
        if any(guest.names(path) for path in _RUNLEVELS):
            return _read_sysv(guest)
        if not any(guest.exists(path) for path in _INITS):
            return []
        guest.notes.add("The services are unknown: no service manager was found that is read (systemd, OpenRC, SysV init)")
        return None
    found = [*_read_systemd(guest), *_read_openrc(guest)]
    return sorted(found, key=lambda service: service.name)


def _read_systemd(guest: Guest) -> list[Service]:
    """A unit starts when it is linked into the folder of a target. Links to units that do not exist, or are masked, have no effect."""
    wanted: dict[str, set[str]] = {}
    enabled = set()
    for base in dict.fromkeys(guest.real_path(path) for path in _UNITS):
        for folder in guest.names(base) if base else ():
            # Targets of the initial RAM disk are not reached by the installed system.
            if folder.endswith(_DEPENDENCIES) and not folder.startswith("initrd"):
                for unit in guest.names(f"{base}/{folder}"):
                    wanted.setdefault(unit, set()).add(folder.rpartition(".")[0])
                    if base == _ADMINISTRATOR:
                        enabled.add(unit)
    return [
        Service(unit, "systemd", sorted(targets), "enabled" if unit in enabled else "static")
        for unit, targets in wanted.items()
        if _UNIT.search(unit) and _is_startable(guest, unit)
    ]


def _is_startable(guest: Guest, unit: str) -> bool:
    """An instance such as getty@tty1.service uses the file of its template, getty@.service. A unit is masked by an empty file, or a link
    to /dev/null, in the folder that wins."""
    template = re.sub(r"@.*(\.\w+)$", r"@\1", unit)
    for name in dict.fromkeys((unit, template)):
        for folder in _UNITS:
            path = f"{folder}/{name}"
            if guest.link(path) == "/dev/null":
                return False
            text = guest.text(path, 1 << 20)
            if text is not None:
                if _BROKEN_SECTION.search(text):
                    guest.notes.fail(f"{path} is damaged: the name of a section is cut off")
                return text != ""
    return False


def _read_openrc(guest: Guest) -> list[Service]:
    wanted: dict[str, list[str]] = {}
    for level in guest.names("/etc/runlevels"):
        for service in guest.names(f"/etc/runlevels/{level}"):
            # A service that was removed leaves a link that leads nowhere.
            if guest.exists(f"/etc/runlevels/{level}/{service}"):
                wanted.setdefault(service, []).append(level)
    return [Service(name, "openrc", levels) for name, levels in wanted.items()]


def _read_sysv(guest: Guest) -> list[Service]:
    """Links named S, a number and the service, in the folders of the runlevels with several users."""
    wanted: dict[str, list[str]] = {}
    for folder in _RUNLEVELS:
        for name in guest.names(folder):
            match = re.match(r"S\d\d(.+)$", name)
            if match and guest.exists(f"{folder}/{name}"):
                wanted.setdefault(match[1], []).append(folder[7])
    return sorted((Service(name, "sysv", levels) for name, levels in wanted.items()), key=lambda service: service.name)
