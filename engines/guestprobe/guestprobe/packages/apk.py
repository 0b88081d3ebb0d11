"""Alpine: paragraphs of lines that begin with a letter and a colon."""

import re

from ..guest import Guest
from .package import Inventory, Package

_DATABASES = ("/usr/lib/apk/db/installed", "/lib/apk/db/installed")
_FIELD = re.compile(r"^([PVA]):(.*)$", re.MULTILINE)


def read(guest: Guest) -> Inventory | None:
    for path in _DATABASES:
        text = guest.text(path)
        if text is not None:
            paragraphs = (dict(_FIELD.findall(paragraph)) for paragraph in text.split("\n\n"))
            packages = [Package(fields["P"], fields.get("V"), fields.get("A")) for fields in paragraphs if "P" in fields]
            return Inventory("apk", path, packages)
    return None
