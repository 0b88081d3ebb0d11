"""Debian and OpenWrt: paragraphs of fields, in one file or one file for each package."""

import re

from ..guest import Guest
from .package import Inventory, Package

_STATUS = "/var/lib/dpkg/status"
#: Changes that were not merged into the status file when dpkg was interrupted.
_UPDATES = "/var/lib/dpkg/updates"
#: Images without dpkg have a file for each package instead.
_PARTS = "/var/lib/dpkg/status.d"
_OPKG = ("/usr/lib/opkg/status", "/var/lib/opkg/status")

_FIELD = re.compile(r"^(Package|Version|Architecture|Status):[ \t]*(.*)$", re.MULTILINE)
_INSTALLED = ("installed", "triggers-awaited", "triggers-pending")


def read(guest: Guest) -> Inventory | None:
    status = guest.text(_STATUS)
    parts = [path for path in guest.paths(_PARTS) if not path.endswith(".md5sums")]
    if status is None and not parts:
        return None
    updates = [path for path in guest.paths(_UPDATES) if path.rsplit("/", 1)[-1].isdecimal()]
    texts = [status or "", *(guest.text(path, 1 << 20) or "" for path in updates)]
    packages = _read_installed(texts)
    for path in parts:
        packages += [_package(fields) for fields in _paragraphs(guest.text(path, 1 << 20) or "")]
    return Inventory("deb", _STATUS if status is not None else _PARTS, packages)


def read_opkg(guest: Guest) -> Inventory | None:
    for path in _OPKG:
        status = guest.text(path)
        if status is not None:
            return Inventory("opkg", path, _read_installed([status]))
    return None


def _read_installed(texts: list[str]) -> list[Package]:
    """A status file also lists packages that were removed. Later paragraphs replace earlier ones on the same package."""
    known = {}
    for text in texts:
        for fields in _paragraphs(text):
            known[fields["Package"], fields.get("Architecture")] = fields
    return [_package(fields) for fields in known.values() if _is_installed(fields)]


def _is_installed(fields: dict[str, str]) -> bool:
    return fields.get("Status", "").rpartition(" ")[2].strip() in _INSTALLED


def _paragraphs(text: str) -> list[dict[str, str]]:
    found = (dict(_FIELD.findall(paragraph)) for paragraph in re.split(r"\n[ \t]*\n", text))
    return [fields for fields in found if "Package" in fields]


def _package(fields: dict[str, str]) -> Package:
    return Package(fields["Package"], fields.get("Version"), fields.get("Architecture"))
