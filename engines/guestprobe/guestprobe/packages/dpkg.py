"""Debian and its like: paragraphs of fields, in one file or (in images without dpkg itself) one a package."""

import re

from ..guest import Guest
from .package import Inventory, Package

_STATUS = "/var/lib/dpkg/status"
_PARTS = "/var/lib/dpkg/status.d"
_FIELD = re.compile(r"^(Package|Version|Architecture|Status):[ \t]*(.*)$", re.MULTILINE)


def read(guest: Guest) -> Inventory | None:
    status = guest.text(_STATUS)
    parts = [path for path in guest.paths(_PARTS) if not path.endswith(".md5sums")]
    if status is None and not parts:
        return None
    packages = _packages(status or "", whole=True)
    for path in parts:
        packages += _packages(guest.text(path, 1 << 20) or "", whole=False)
    return Inventory("deb", _STATUS, packages)


def _packages(text: str, whole: bool) -> list[Package]:
    """`whole`: the file also lists packages that were removed, and says of each how it stands."""
    found = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = dict(_FIELD.findall(paragraph))
        installed = fields.get("Status", "").split()[-1:] == ["installed"]
        if "Package" in fields and (installed or not whole):
            found.append(Package(fields["Package"], fields.get("Version"), fields.get("Architecture")))
    return found
