"""Times of the last boot and the last package change."""

import struct
from datetime import UTC, datetime
from typing import TypedDict

from .guest import Guest
from .packages import Inventory

_WTMP = "/var/log/wtmp"
_MOST_BYTES = 16 << 20

#: A record of wtmp as glibc writes it on most machines: its bytes, the type of a boot and its user, and the offset of the seconds.
_RECORD = 384
_BOOT = 2
_USER_AT, _USER = 44, b"reboot\0"
_SECONDS_AT = 340


class Activity(TypedDict):
    """Times in UTC; None when unknown."""

    last_boot: str | None
    last_package_change: str | None


def read_activity(guest: Guest, inventory: Inventory | None) -> Activity:
    changed = guest.modified(inventory.database) if inventory and inventory.database else None
    last_boot = guest.notes.require("times of boots", lambda: _read_last_boot(guest))
    return {"last_boot": _format(last_boot), "last_package_change": _format(changed)}


def _read_last_boot(guest: Guest) -> datetime | None:
    data = guest.read(_WTMP, _MOST_BYTES) or b""
    for at in range(len(data) // _RECORD * _RECORD - _RECORD, -1, -_RECORD):
        (kind,) = struct.unpack_from("<h", data, at)
        (seconds,) = struct.unpack_from("<I", data, at + _SECONDS_AT)
        if kind == _BOOT and seconds and data.startswith(_USER, at + _USER_AT):
            return datetime.fromtimestamp(seconds, UTC)
    return None


def _format(time: datetime | None) -> str | None:
    return None if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")
