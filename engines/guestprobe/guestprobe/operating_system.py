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
#: Of systems older than os-release: files with assignments, and files whose first line names the system.
_LSB_RELEASE = "/etc/lsb-release"
_LSB_FIELDS = {"DISTRIB_ID": "ID", "DISTRIB_RELEASE": "VERSION_ID", "DISTRIB_CODENAME": "VERSION_CODENAME", "DISTRIB_DESCRIPTION": "PRETTY_NAME"}
OLD_RELEASES = {
    "/etc/SuSE-release": "suse",
    "/etc/redhat-release": "redhat",
    "/etc/alpine-release": "alpine",
    "/etc/gentoo-release": "gentoo",
    "/etc/slackware-version": "slackware",
    "/etc/debian_version": "debian",
}
#: The distribution by how a line begins, where a file is that of several.
_NAMES = {
    "Red Hat Enterprise Linux": "rhel",
    "CentOS": "centos",
    "Fedora": "fedora",
    "Scientific Linux": "scientific",
    "Oracle Linux": "ol",
    "Enterprise Linux Enterprise Linux": "ol",
    "Amazon Linux": "amzn",
    "SUSE Linux Enterprise Server": "sles",
    "SUSE Linux Enterprise Desktop": "sled",
    "openSUSE": "opensuse",
}

_PROGRAMS = (
    *("/bin/sh", "/bin/busybox", "/bin/bash", "/usr/bin/true", "/sbin/init", "/usr/bin/env", "/usr/lib/systemd/systemd"),
    f"{_NIXOS}/sw/bin/sh",
)
_PPC64 = 21
_MACHINES = {3: "i686", _PPC64: "ppc64", 22: "s390x", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64", 258: "loongarch64"}

#: Files with settings in the syntax of a shell, and the setting with the host name.
_HOSTNAMES = (("/etc/sysconfig/network", "HOSTNAME"), ("/etc/conf.d/hostname", "hostname"))
_HOSTNAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}")
_ZONES = "zoneinfo/"
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]*")


def has_programs(guest: Guest) -> bool:
    return any(guest.exists(path) for path in _PROGRAMS)


def read_release(guest: Guest) -> dict[str, str]:
    """Returns the fields of os-release, or the same from the files that older systems have. An unreadable file counts as missing."""
    for path in dict.fromkeys(guest.real_path(path) for path in _RELEASES):
        if path is not None:
            fields = read_assignments(guest, path)
            if fields:
                return fields
            guest.notes.add(f"{path} was not understood: it has no fields")
    return _read_lsb_release(guest) or next(filter(None, (_read_old_release(guest, path) for path in OLD_RELEASES)), {})


def _read_lsb_release(guest: Guest) -> dict[str, str]:
    """Returns the fields under their names in os-release. A file without a distribution, as of Red Hat, does not count."""
    found = read_assignments(guest, _LSB_RELEASE)
    fields = {_LSB_FIELDS[name]: value for name, value in found.items() if name in _LSB_FIELDS}
    return {**fields, "ID": fields["ID"].lower()} if fields.get("ID") else {}


def _read_old_release(guest: Guest, path: str) -> dict[str, str]:
    line = guest.line(path)
    if line is None:
        return {}
    version = re.search(r"\d[\w.]*", line)
    distribution = next((known for name, known in _NAMES.items() if line.startswith(name)), OLD_RELEASES[path])
    return {"ID": distribution, "PRETTY_NAME": line, **({"VERSION_ID": version[0]} if version else {})}


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
        "hostname": read_hostname(guest),
        "arch": _read_arch(guest),
        "timezone": _read_timezone(guest),
    }


def read_assignments(guest: Guest, path: str) -> dict[str, str]:
    """Reads lines in the syntax of a shell: NAME=value, quoted or not."""
    return dict(filter(None, (_parse_assignment(line, path, guest) for line in guest.lines(path, 1 << 16))))


def _parse_assignment(line: str, path: str, guest: Guest) -> tuple[str, str] | None:
    match = re.match(r"([A-Za-z0-9_]+)=(.*)$", line)
    if match is None:
        return None
    try:
        words = shlex.split(match[2])
    except ValueError:
        guest.notes.add(f"{match[1]} of {path} was not understood: a quotation mark is missing")
        return None
    # Inside of quotation marks, shlex keeps the backslash of these.
    value = re.sub(r"\\([$`])", r"\1", " ".join(words)) if match[2].startswith('"') else " ".join(words)
    return match[1], value


def read_hostname(guest: Guest) -> str | None:
    name = guest.line("/etc/hostname") or guest.line("/etc/HOSTNAME")
    name = name or next((found for path, key in _HOSTNAMES if (found := read_assignments(guest, path).get(key))), None)
    return _match(guest, name, _HOSTNAME, "host name")


def _read_timezone(guest: Guest) -> str | None:
    """/etc/localtime decides; it is a link into the time zone database. A copy of the file does not contain its name, so the name that
    Debian and old Red Hat systems keep beside it counts."""
    link = guest.link("/etc/localtime")
    if link is not None and _ZONES in link:
        zone = link.rpartition(_ZONES)[2].removeprefix("posix/").removeprefix("right/")
    else:
        zone = guest.line("/etc/timezone") or read_assignments(guest, "/etc/sysconfig/clock").get("ZONE")
    return _match(guest, zone, _ZONE, "time zone")


def _match(guest: Guest, value: str | None, pattern: re.Pattern[str], what: str) -> str | None:
    if not value or pattern.fullmatch(value):
        return value or None
    guest.notes.add(f"The {what} is unknown: {value[:80]!r} is none")
    return None


def _read_arch(guest: Guest) -> str | None:
    """Returns the architecture that the programs of the system are compiled for."""
    for path in _PROGRAMS:
        head = guest.head(path, 64)
        if head is not None and head[:4] == b"\x7fELF" and len(head) >= 20:
            little = head[5] == 1
            (machine,) = struct.unpack("<H" if little else ">H", head[18:20])
            return "ppc64le" if machine == _PPC64 and little else _MACHINES.get(machine)
    return None
