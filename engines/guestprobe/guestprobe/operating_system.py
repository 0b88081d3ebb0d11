"""The operating system, for Linux and its like."""

import re
import shlex
import struct
from typing import TypedDict

from .guest import Guest


class OperatingSystem(TypedDict):
    """None: unknown."""

    type: str
    distribution: str | None
    product_name: str | None
    version: str | None
    codename: str | None
    hostname: str | None
    arch: str | None
    timezone: str | None


_NIXOS = "/nix/var/nix/profiles/system"
_RELEASES = ("/etc/os-release", "/usr/lib/os-release", f"{_NIXOS}/etc/os-release")
_OLD_RELEASES = {"/etc/redhat-release": "redhat", "/etc/alpine-release": "alpine", "/etc/debian_version": "debian"}

_PROGRAMS = (
    *("/bin/sh", "/bin/busybox", "/bin/bash", "/usr/bin/true", "/sbin/init", "/usr/bin/env", "/usr/lib/systemd/systemd"),
    f"{_NIXOS}/sw/bin/sh",
)
_MACHINES = {3: "i686", 21: "ppc64", 22: "s390x", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64", 258: "loongarch64"}

#: Files with settings in the syntax of a shell, and the setting with the host name.
_HOSTNAMES = (("/etc/sysconfig/network", "HOSTNAME"), ("/etc/conf.d/hostname", "hostname"))
_ZONES = "zoneinfo/"


def read_release(guest: Guest) -> dict[str, str]:
    """Returns the fields of os-release, or the same from the files that older systems have."""
    for path in _RELEASES:
        if guest.exists(path):
            return read_assignments(guest, path)
    for path, distribution in _OLD_RELEASES.items():
        line = guest.line(path)
        if line is not None:
            version = re.search(r"\d[\w.]*", line)
            return {"ID": distribution, "PRETTY_NAME": line, **({"VERSION_ID": version[0]} if version else {})}
    return {}


def read_linux(guest: Guest, release: dict[str, str]) -> OperatingSystem:
    """`release`: the fields of os-release."""
    distribution = release.get("ID")
    bsd = distribution is not None and distribution.endswith("bsd")
    return {
        "type": distribution if bsd and distribution else "linux",
        "distribution": distribution,
        "product_name": release.get("PRETTY_NAME") or release.get("NAME"),
        "version": release.get("VERSION_ID"),
        "codename": release.get("VERSION_CODENAME"),
        "hostname": _read_hostname(guest),
        "arch": _read_arch(guest),
        "timezone": _read_timezone(guest),
    }


def read_assignments(guest: Guest, path: str) -> dict[str, str]:
    """Reads lines in the syntax of a shell: NAME=value, quoted or not."""
    return dict(filter(None, map(_parse_assignment, guest.lines(path, 1 << 16))))


def _parse_assignment(line: str) -> tuple[str, str] | None:
    match = re.match(r"([A-Za-z0-9_]+)=(.*)$", line)
    if match is None:
        return None
    try:
        words = shlex.split(match[2])
    except ValueError:
        words = [match[2]]
    return match[1], " ".join(words)


def _read_hostname(guest: Guest) -> str | None:
    name = guest.line("/etc/hostname") or guest.line("/etc/HOSTNAME")
    return name or next((found for path, key in _HOSTNAMES if (found := read_assignments(guest, path).get(key))), None)


def _read_timezone(guest: Guest) -> str | None:
    """/etc/localtime decides; it is a link into the time zone database. A copy of the file does not tell its name, so the name that
    Debian and old Red Hat systems keep beside it counts."""
    link = guest.link("/etc/localtime")
    if link is not None and _ZONES in link:
        return link.rpartition(_ZONES)[2].removeprefix("posix/").removeprefix("right/") or None
    return guest.line("/etc/timezone") or read_assignments(guest, "/etc/sysconfig/clock").get("ZONE")


def _read_arch(guest: Guest) -> str | None:
    """Returns the architecture that the programs of the system are compiled for."""
    for path in _PROGRAMS:
        head = guest.head(path, 64)
        if head is not None and head[:4] == b"\x7fELF" and len(head) >= 20:
            (machine,) = struct.unpack("<H" if head[5] == 1 else ">H", head[18:20])
            return _MACHINES.get(machine)
    return None
