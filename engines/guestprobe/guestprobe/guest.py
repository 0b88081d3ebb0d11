"""The files of the installed system, with its own mount points."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import PurePosixPath

from dissect.target import Target
from dissect.target.filesystem import Filesystem

from .notes import Notes

#: Bytes of a file that are read: enough for the package database of a system with 50,000 packages.
MOST_BYTES = 64 << 20

#: Entries of a directory that are read.
MOST_ENTRIES = 10_000


class Guest:
    """`kind`: `linux` (or its like) or `windows`. Methods never raise for missing or damaged files."""

    def __init__(self, root: Filesystem, kind: str, notes: Notes) -> None:
        self.kind = kind
        self.notes = notes
        self.root = root
        self._files = Target().fs
        self._files.case_sensitive = root.case_sensitive
        self._files.mount("/", root)

    def mount(self, point: str, fs: Filesystem) -> None:
        self.notes.attempt(f"The file system for {point}", lambda: self._files.mount(point, fs), None)

    def exists(self, path: str) -> bool:
        return self.notes.attempt(path, lambda: self._files.exists(path), False)

    def head(self, path: str, length: int) -> bytes | None:
        """Returns up to `length` bytes; None when it is missing, not a file, or unreadable."""

        def work() -> bytes | None:
            if not self._files.is_file(path):
                return None
            return self._files.get(path).open().read(length)

        return self.notes.attempt(path, work, None)

    def read(self, path: str, limit: int = MOST_BYTES) -> bytes | None:
        """Returns a file; of one that is longer than `limit` bytes, the beginning, with a note."""
        data = self.head(path, limit + 1)
        if data is None or len(data) <= limit:
            return data
        self.notes.add(f"{path} is longer than {limit} bytes and was truncated")
        return data[:limit]

    def text(self, path: str, limit: int = MOST_BYTES) -> str | None:
        data = self.read(path, limit)
        return None if data is None else data.decode("utf-8", "replace")

    def line(self, path: str) -> str | None:
        """Returns the first line of a short file that is neither empty nor a comment."""
        lines = (line.strip() for line in (self.text(path, 4096) or "").splitlines())
        return next((line for line in lines if line and not line.startswith("#")), None)

    def names(self, folder: str) -> list[str]:
        """Returns sorted names; empty when it is not a directory."""

        def work() -> list[str]:
            if not self._files.is_dir(folder):
                return []
            return sorted(name for name in islice(self._files.iterdir(folder), MOST_ENTRIES) if name not in (".", ".."))

        return self.notes.attempt(folder, work, [])

    def paths(self, folder: str) -> Iterator[str]:
        return (str(PurePosixPath(folder, name)) for name in self.names(folder))

    def modified(self, path: str) -> datetime | None:
        def work() -> datetime | None:
            if not self._files.exists(path):
                return None
            return datetime.fromtimestamp(int(self._files.get(path).stat().st_mtime), UTC)

        return self.notes.attempt(path, work, None)

    def link(self, path: str) -> str | None:
        """Returns the target of a symbolic link; None when it is not a link."""

        def work() -> str | None:
            return self._files.get(path).readlink() if self._files.is_symlink(path) else None

        return self.notes.attempt(path, work, None)
