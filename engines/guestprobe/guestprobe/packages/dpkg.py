"""Debian and OpenWrt: paragraphs of fields, in one file or one file for each package."""

from itertools import islice

from ..errors import Damaged
from ..guest import Guest
from .package import Inventory, Package
from .paragraphs import read_paragraphs

_STATUS = "/var/lib/dpkg/status"
#: Changes that were not merged into the status file when dpkg was interrupted.
_UPDATES = "/var/lib/dpkg/updates"
#: A list of its files for each package that is not purged.
_INFO = "/var/lib/dpkg/info"
_MOST_INFO = 200_000
#: Images without dpkg have a file for each package instead.
_PARTS = "/var/lib/dpkg/status.d"
_OPKG = ("/usr/lib/opkg/status", "/var/lib/opkg/status")

_INSTALLED = ("installed", "triggers-awaited", "triggers-pending")
_ABSENT = "not-installed"
#: The last word of a status, of dpkg and of opkg.
_STATES = (
    *(*_INSTALLED, _ABSENT, "config-files", "half-installed", "unpacked", "half-configured"),
    *("post-inst-failed", "removal-failed"),
)


def read(guest: Guest) -> Inventory | None:
    """Raises Damaged for what dpkg-query rejects, and when most packages are missing from the status file."""
    status = guest.text(_STATUS)
    parts = [path for path in guest.paths(_PARTS) if not path.endswith(".md5sums")]
    if status is None and not parts:
        return None
    updates = [path for path in guest.paths(_UPDATES) if path.rsplit("/", 1)[-1].isdecimal()]
    texts = {_STATUS: status or "", **{path: guest.text(path, 1 << 20) or "" for path in updates}}
    known = _read_status(texts)
    if status is not None:
        _compare_with_info(guest, {name for name, _ in known})
    packages = [_package(fields) for fields in known.values() if _state(fields) in _INSTALLED]
    for path in parts:
        packages += [_package(fields) for fields in read_paragraphs(guest.text(path, 1 << 20) or "", path)]
    return Inventory("deb", _STATUS if status is not None else _PARTS, packages)


def read_opkg(guest: Guest) -> Inventory | None:
    """Raises Damaged."""
    for path in _OPKG:
        status = guest.text(path)
        if status is not None:
            known = _read_status({path: status})
            return Inventory("opkg", path, [_package(fields) for fields in known.values() if _state(fields) in _INSTALLED])
    return None


def _read_status(texts: dict[str, str]) -> dict[tuple[str, str | None], dict[str, str]]:
    """Returns the fields by package and architecture, also of packages that were removed. Later paragraphs replace earlier ones."""
    known = {}
    for path, text in texts.items():
        if text and not text.endswith("\n"):
            raise Damaged(f"{path} is damaged: its end is missing")
        for fields in read_paragraphs(text, path):
            name = fields["package"]
            if _state(fields) not in _STATES:
                raise Damaged(f"{path} is damaged: the status of {name} is unknown")
            if _state(fields) != _ABSENT and not fields.get("version"):
                raise Damaged(f"{path} is damaged: {name} has no version")
            known[name, fields.get("architecture")] = fields
    return known


def _compare_with_info(guest: Guest, known: set[str]) -> None:
    """dpkg-query ignores lists of files without a package, which removals may leave behind. If there are more of them than packages, the
    status file lost its end."""
    folder = guest.find(_INFO)
    if folder is None or not folder.is_dir():
        return
    listed = {name[: -len(".list")].split(":")[0] for name in islice(folder.iterdir(), _MOST_INFO) if name.endswith(".list")}
    missing = sorted(listed - known)
    if len(missing) > len(known):
        raise Damaged(f"{_STATUS} is damaged: {len(missing)} packages of {_INFO} are missing, such as {missing[0]}")
    if missing:
        guest.notes.add(f"{_STATUS} does not have {len(missing)} packages whose files are listed in {_INFO}, such as {missing[0]}")


def _state(fields: dict[str, str]) -> str:
    """A package without a status is not installed."""
    return fields.get("status", _ABSENT).rpartition(" ")[2]


def _package(fields: dict[str, str]) -> Package:
    return Package(fields["package"], fields.get("version"), fields.get("architecture"))
