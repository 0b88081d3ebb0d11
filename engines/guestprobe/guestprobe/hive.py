"""A hive of the Windows registry. Its structure is checked before anything is read from it, since a damaged one has empty lists."""

import io
import struct
from collections.abc import Callable
from typing import Any, TypeVar

from dissect.regf import regf
from dissect.regf.exceptions import RegistryKeyNotFoundError, RegistryValueNotFoundError

from .errors import Damaged
from .guest import Guest

T = TypeVar("T")

_CONFIG = "/Windows/System32/config"
_MOST_BYTES = 256 << 20

#: Bytes of the base block, and of the header of a bin.
_BASE, _BIN = 4096, 32
_SEQUENCES_AT, _LENGTH_AT, _CHECKSUM_AT = 4, 40, 508

#: Transaction logs: where entries begin, and their fields.
_LOGS = ("LOG1", "LOG2")
_ENTRIES_AT, _ENTRY = 512, "<4sIII"
_ENTRY_MAGIC = b"HvLE"


class Hive:
    """Methods raise Damaged for what cannot be read."""

    def __init__(self, guest: Guest, name: str) -> None:
        self.path = f"{_CONFIG}/{name}"
        data = guest.read(self.path, _MOST_BYTES)
        if data is None:
            raise Damaged(f"The registry hive {name} is missing or cannot be read")
        self._damaged = Damaged(f"The registry hive {name} is damaged")
        if not _is_whole(data):
            raise self._damaged
        self._hive = self._guard(lambda: regf.RegistryHive(io.BytesIO(data)))
        if _is_behind(guest, self.path, data):
            guest.notes.add(f"The registry hive {name} was in use, and its log was not replayed: the state may be older")

    def key(self, path: str) -> Any:
        """Raises Damaged for a missing key too: use it for keys that every Windows has."""
        found = self.find_key(path)
        if found is None:
            raise Damaged(f"{self._damaged}: the key {path} is missing")
        return found

    def find_key(self, path: str) -> Any:
        """None: it is missing."""
        return self._guard(lambda: self._hive.open(path))

    def value(self, path: str, name: str) -> Any:
        """None: the key or the value is missing."""
        key = self.find_key(path)
        return None if key is None else self.value_of(key, name)

    def value_of(self, key: Any, name: str) -> Any:
        """None: it is missing."""
        found = self._guard(lambda: {value.name.lower(): value for value in key.values()})
        if len(found) != key.cell.ValueList.Count:
            raise self._damaged
        value = found.get(name.lower())
        return None if value is None else self._guard(lambda: value.value)

    def subkeys(self, key: Any) -> list[Any]:
        found = self._guard(lambda: list(key.subkeys()))
        if len(found) != key.cell.SubKeyCounts[regf.STABLE]:
            raise self._damaged
        return found

    def _guard(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (RegistryKeyNotFoundError, RegistryValueNotFoundError):
            return None
        except MemoryError:
            raise
        except Exception as error:
            raise self._damaged from error


def _is_whole(data: bytes) -> bool:
    """Whether the checksum of the base block is right, and bins and cells follow one another up to the end."""
    if len(data) < _BASE or data[:4] != b"regf":
        return False
    checksum = 0
    for (word,) in struct.iter_unpack("<I", data[:_CHECKSUM_AT]):
        checksum ^= word
    # Two values are reserved.
    checksum = {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(checksum, checksum)
    end = _BASE + struct.unpack_from("<I", data, _LENGTH_AT)[0]
    if checksum != struct.unpack_from("<I", data, _CHECKSUM_AT)[0] or not _BASE < end <= len(data):
        return False
    at = _BASE
    while at < end:
        magic, _, size = struct.unpack_from("<4sII", data, at)
        if magic != b"hbin" or size == 0 or size % _BASE or at + size > end or not _has_cells(data, at + _BIN, at + size):
            return False
        at += size
    return True


def _has_cells(data: bytes, at: int, end: int) -> bool:
    """Whether cells fill a bin. Each begins with its length, which is negative if it is in use."""
    while at < end:
        length = abs(struct.unpack_from("<i", data, at)[0])
        if length < 8 or length % 8:
            return False
        at += length
    return at == end


def _is_behind(guest: Guest, path: str, data: bytes) -> bool:
    """Whether the hive was being written, or one of its logs has entries that are not in it."""
    first, second = struct.unpack_from("<II", data, _SEQUENCES_AT)
    return first != second or any(_has_newer_entry(guest.read(f"{path}.{log}", _MOST_BYTES) or b"", second) for log in _LOGS)


def _has_newer_entry(log: bytes, sequence: int) -> bool:
    at = _ENTRIES_AT
    while at + struct.calcsize(_ENTRY) <= len(log):
        magic, size, _, number = struct.unpack_from(_ENTRY, log, at)
        if magic != _ENTRY_MAGIC or size == 0:
            break
        if number >= sequence:
            return True
        at += size
    return False
