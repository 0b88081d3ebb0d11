"""Files of paragraphs, as dpkg and opkg write them: lines `Name: value`, lines that continue a value, and empty lines between paragraphs."""

import re

from ..errors import Damaged

_NAME = re.compile(r"[!-,.-9;-~][!-9;-~]*")


def read_paragraphs(text: str, path: str) -> list[dict[str, str]]:
    """Returns the fields of each paragraph by their lower-case names, with the first line of their values.

    Raises Damaged for what dpkg rejects too. `path`: what the file is called in the message.
    """
    paragraphs: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if not line.strip():
            if fields:
                paragraphs.append(fields)
            fields = {}
        elif line[0] not in " \t":
            name, colon, value = line.partition(":")
            if not colon or not _NAME.fullmatch(name):
                raise Damaged(f"{path} is damaged: line {number} is not a field")
            fields.setdefault(name.lower(), value.strip())
        elif not fields:
            raise Damaged(f"{path} is damaged: line {number} continues no field")
    for fields in paragraphs:
        if not fields.get("package"):
            raise Damaged(f"{path} is damaged: a paragraph does not name its package")
    return paragraphs
