"""Which operating system it is, of Linux and its like."""

import re
import shlex
import struct
from typing import TypedDict

from .guest import Guest


class OperatingSystem(TypedDict):
    """None where the system does not say."""

    type: str
    distribution: str | None
    product_name: str | None
    version: str | None
    codename: str | None
    hostname: str | None
    arch: str | None
    timezone: str | None


_RELEASES = ("/etc/os-release", "/usr/lib/os-release")
_OLD_RELEASES = {"/etc/redhat-release": "redhat", "/etc/alpine-release": "alpine", "/etc/debian_version": "debian"}

_PROGRAMS = ("/bin/sh", "/bin/busybox", "/bin/bash", "/usr/bin/true", "/sbin/init", "/usr/bin/env", "/usr/lib/systemd/systemd")
_MACHINES = {3: "i686", 21: "ppc64", 22: "s390x", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64", 258: "loongarch64"}


def read_linux(guest: Guest) -> OperatingSystem:
    release = _release(guest)
    distribution = release.get("ID")
    bsd = distribution is not None and distribution.endswith("bsd")
    return {
        "type": distribution if bsd and distribution else "linux",
        "distribution": distribution,
        "product_name": release.get("PRETTY_NAME") or release.get("NAME"),
        "version": release.get("VERSION_ID"),
        "codename": release.get("VERSION_CODENAME"),
        "hostname": guest.line("/etc/hostname"),
        "arch": _arch(guest),
        "timezone": guest.line("/etc/timezone"),
    }


def _release(guest: Guest) -> dict[str, str]:
    for path in _RELEASES:
        text = guest.text(path, 1 << 16)
        if text is not None:
            return dict(filter(None, map(_assignment, text.splitlines())))
    for path, distribution in _OLD_RELEASES.items():
        line = guest.line(path)
        if line is not None:
            version = re.search(r"\d[\w.]*", line)
            return {"ID": distribution, "PRETTY_NAME": line, **({"VERSION_ID": version[0]} if version else {})}
    return {}


def _assignment(line: str) -> tuple[str, str] | None:
    """A line of shell: NAME=value, quoted or not."""
    match = re.match(r"\s*([A-Z0-9_]+)=(.*)$", line)
    if match is None:
        return None
    try:
        words = shlex.split(match[2])
    except ValueError:
        words = [match[2]]
    return match[1], " ".join(words)


def _arch(guest: Guest) -> str | None:
    """What the machine code of its programs is for."""
    for path in _PROGRAMS:
        head = guest.head(path, 64)
        if head is not None and head[:4] == b"\x7fELF" and len(head) >= 20:
            (machine,) = struct.unpack("<H" if head[5] == 1 else ">H", head[18:20])
            return _MACHINES.get(machine)
    return None
