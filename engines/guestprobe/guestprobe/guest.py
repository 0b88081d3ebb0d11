"""The files of an installed system."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from posixpath import join

from dissect.target.exceptions import NotADirectoryError
from dissect.target.exceptions import FileNotFoundError as NotFound
from dissect.target.filesystem import FilesystemEntry

from .errors import Damaged
from .file_tree import MOST_ENTRIES, FileTree, read_link
from .notes import Notes

#: Bytes of a file that are read: enough for the package database of a system with 50,000 packages.
MOST_BYTES = 64 << 20

#: Control characters that no text file has. Blocks of zeros are what a crash leaves of a file that was being written.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Guest:
    """`kind`: `linux` (or its like) or `windows`. Methods return None, or nothing, for a missing file; a file that cannot be read is also
    recorded in `notes`."""

    def __init__(self, tree: FileTree, kind: str, notes: Notes) -> None:
        self.tree = tree
        self.kind = kind
        self.notes = notes

    def exists(self, path: str) -> bool:
        return self.find(path) is not None

    def head(self, path: str, length: int) -> bytes | None:
        """Returns up to `length` bytes; None when it is missing, not a file, or unreadable."""
        entry = self.find(path)
        if entry is None:
            return None

        def work() -> bytes | None:
            if not entry.is_file():
                return None
            data = entry.open().read(length)
            if len(data) < min(length, entry.lstat().st_size):
                raise Damaged(f"{path} could not be read to its end")
            return data

        return self.notes.attempt(path, work, None)

    def read(self, path: str, limit: int = MOST_BYTES) -> bytes | None:
        """Returns a file. A file of more than `limit` bytes is cut off and counts as unreadable."""
        data = self.head(path, limit + 1)
        if data is None or len(data) <= limit:
            return data
        self.notes.add(f"{path} is longer than {limit} bytes and was truncated")
        self.notes.fail(f"{path} is longer than {limit} bytes")
        return data[:limit]

    def text(self, path: str, limit: int = MOST_BYTES) -> str | None:
        """Returns a text file. One with zero bytes or other control characters is damaged, and counts as unreadable."""
        data = self.read(path, limit)
        if data is None:
            return None
        if _NO_TEXT.search(data):
            self.notes.add(f"{path} is damaged: it has bytes that are not text")
            self.notes.fail(f"{path} is damaged")
            return None
        return data.decode("utf-8", "replace")

    def lines(self, path: str, limit: int = 1 << 20) -> list[str]:
        """Returns the lines that are neither empty nor a comment, without surrounding spaces."""
        lines = (line.strip() for line in (self.text(path, limit) or "").splitlines())
        return [line for line in lines if line and not line.startswith("#")]

    def line(self, path: str) -> str | None:
        """Returns the first line of a short file that is neither empty nor a comment."""
        return next(iter(self.lines(path, 4096)), None)

    def names(self, folder: str) -> list[str]:
        """Returns sorted names; empty when it is not a directory."""
        entry = self.find(folder)
        if entry is None:
            return []

        def work() -> list[str]:
            names = list(islice(entry.iterdir(), MOST_ENTRIES + 1)) if entry.is_dir() else []
            if len(names) > MOST_ENTRIES:
                self.notes.add(f"{folder} has more than {MOST_ENTRIES} entries; the others were not read")
                self.notes.fail(f"{folder} has more than {MOST_ENTRIES} entries")
            return sorted(name for name in names[:MOST_ENTRIES] if name not in (".", ".."))

        return self.notes.attempt(folder, work, [])

    def paths(self, folder: str) -> Iterator[str]:
        return (join(folder, name) for name in self.names(folder))

    def modified(self, path: str) -> datetime | None:
        entry = self.find(path)
        if entry is None:
            return None
        return self.notes.attempt(path, lambda: datetime.fromtimestamp(int(entry.lstat().st_mtime), UTC), None)

    def link(self, path: str) -> str | None:
        """Returns the target of a symbolic link; None when it is not a link."""
        entry = self.find(path, follow=False)
        if entry is None:
            return None
        return self.notes.attempt(path, lambda: read_link(entry) if entry.is_symlink() else None, None)

    def real_path(self, path: str) -> str | None:
        """Returns the path without links; None when it is missing."""
        return self.notes.attempt(path, lambda: self.tree.real_path(path) if self.find(path) else None, None)

    def find(self, path: str, follow: bool = True) -> FilesystemEntry | None:
        """Returns the entry of a path; None when it is missing."""

        def work() -> FilesystemEntry | None:
            try:
                return self.tree.lookup(path, follow)
            except (NotFound, NotADirectoryError):
                return None

        return self.notes.attempt(path, work, None)
