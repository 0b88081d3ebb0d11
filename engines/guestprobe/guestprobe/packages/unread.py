"""Package managers that are recognized, and whose databases are not read."""

from collections.abc import Callable
from functools import partial

from ..guest import Guest
from .package import Inventory

_DATABASES = {
    "nix": ("/nix/store",),
    "guix": ("/gnu/store",),
    "xbps": ("/var/db/xbps",),
    "pkgtools": ("/var/lib/pkgtools/packages", "/var/log/packages"),
    "eopkg": ("/var/lib/eopkg/package",),
    "swupd": ("/usr/share/clear/bundles",),
}


def _recognize(manager: str, guest: Guest) -> Inventory | None:
    for path in _DATABASES[manager]:
        if guest.exists(path):
            guest.notes.add(f"The packages are unknown: {path} is in the format of {manager}, which is not read")
            return Inventory(manager, path, None)
    return None


MANAGERS: dict[str, Callable[[Guest], Inventory | None]] = {name: partial(_recognize, name) for name in _DATABASES}
