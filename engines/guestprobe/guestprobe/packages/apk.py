"""Alpine: paragraphs of lines that begin with a letter and a colon."""

import re

from ..errors import Damaged
from ..guest import Guest
from .package import Inventory, Package

_DATABASES = ("/usr/lib/apk/db/installed", "/lib/apk/db/installed")
_FIELD = re.compile(r"^([PVA]):(.*)$", re.MULTILINE)
_NO_FIELD = re.compile(r"^(?![A-Za-z]:).", re.MULTILINE)


def read(guest: Guest) -> Inventory | None:
    """Raises Damaged for what apk rejects."""
    for path in _DATABASES:
        text = guest.text(path)
        if text is not None:
            return Inventory("apk", path, _read_packages(text, path))
    return None


def _read_packages(text: str, path: str) -> list[Package]:
    if text.strip() and not text.endswith("\n\n"):
        # apk ends each paragraph with an empty line, and ignores one without.
        raise Damaged(f"{path} is damaged: its end is missing")
    if _NO_FIELD.search(text):
        raise Damaged(f"{path} is damaged: a line is not a field")
    packages = []
    for paragraph in text.split("\n\n"):
        fields = dict(_FIELD.findall(paragraph))
        if fields.get("P") and fields.get("V"):
            packages.append(Package(fields["P"], fields["V"], fields.get("A")))
        elif paragraph.strip():
            raise Damaged(f"{path} is damaged: a paragraph does not name its package and version")
    return packages
