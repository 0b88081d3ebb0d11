"""What an installed system mounts: the lines of /etc/fstab, and the mount units of systemd."""

import re
from dataclasses import dataclass
from posixpath import normpath

from .guest import Guest

#: Lines and units that are read.
_MOST_ENTRIES = 1000
_UNITS = "/etc/systemd/system"
_ESCAPE = re.compile(r"\\([0-7]{3}|x[0-9a-fA-F]{2})")


@dataclass(frozen=True)
class MountEntry:
    """`point`: a normalized path. `source`: what the entry is called in notes."""

    spec: str
    point: str
    kind: str
    options: dict[str, str]
    source: str

    @property
    def is_bind(self) -> bool:
        return self.has("bind", "rbind")

    def has(self, *names: str) -> bool:
        return any(name in self.options for name in names)


def read_mounts(guest: Guest) -> list[MountEntry]:
    """Returns the entries with a mount point, each after those that it depends on: parents first, bind mounts last."""
    entries = [*_read_fstab(guest), *_read_units(guest)]
    return sorted(entries, key=lambda entry: (entry.is_bind, 0 if entry.is_bind or entry.point == "/" else entry.point.count("/")))


def _read_fstab(guest: Guest) -> list[MountEntry]:
    """See fstab(5). Options and the last two fields may be missing."""
    entries = []
    for line in guest.lines("/etc/fstab")[:_MOST_ENTRIES]:
        fields = [_unescape(field) for field in line.split()]
        if len(fields) < 3:
            guest.notes.add(f"A line of /etc/fstab was ignored, as it has fewer than three fields: {line[:80]}")
        elif fields[1].startswith("/"):
            options = _parse_options(fields[3] if len(fields) > 3 else "")
            entries.append(MountEntry(fields[0], _normalize(fields[1]), fields[2], options, "/etc/fstab"))
    return entries


def _read_units(guest: Guest) -> list[MountEntry]:
    """Returns the mount units that a target wants or requires."""
    wanted = {
        unit
        for folder in guest.names(_UNITS)
        if folder.endswith((".wants", ".requires"))
        for unit in guest.names(f"{_UNITS}/{folder}")
        if unit.endswith(".mount")
    }
    entries = []
    for unit in sorted(wanted)[:_MOST_ENTRIES]:
        path = f"{_UNITS}/{unit}"
        fields = dict(line.split("=", 1) for line in guest.lines(path) if "=" in line and not line.startswith(";"))
        fields = {key.strip(): value.strip() for key, value in fields.items()}
        if fields.get("Where", "").startswith("/") and "What" in fields:
            options = _parse_options(fields.get("Options", ""))
            entries.append(MountEntry(_unescape(fields["What"]), _normalize(_unescape(fields["Where"])), fields.get("Type", "auto"), options, path))
    return entries


def _unescape(field: str) -> str:
    """Spaces and the like are octal in fstab and hexadecimal in units. The value of a tag may have quotes: LABEL="my disk"."""
    plain = _ESCAPE.sub(lambda match: chr(int(match[1][1:], 16) if match[1][0] == "x" else int(match[1], 8)), field)
    key, separator, value = plain.partition("=")
    if separator and len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return f"{key}={value[1:-1]}"
    return plain


def _parse_options(text: str) -> dict[str, str]:
    """Options of btrfs and the like have values; a comma inside quotes is a part of the value."""
    words = re.findall(r'(?:[^,"]|"[^"]*")+', text)
    pairs = (word.partition("=") for word in words)
    return {key.strip(): value.strip('"') for key, _, value in pairs}


def _normalize(path: str) -> str:
    # Two slashes at the beginning are kept by normpath.
    return normpath("/" + path.lstrip("/"))
