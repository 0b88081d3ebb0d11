"""The file tree of an installed system: its root, and what is mounted below."""

from itertools import islice
from posixpath import dirname, join, normpath

from dissect.target.exceptions import FileNotFoundError, FilesystemError, NotADirectoryError, SymlinkRecursionError
from dissect.target.filesystem import DirEntry, FilesystemEntry, VirtualFilesystem

#: Symbolic links that are followed for one path; Linux has the same limit.
_MOST_LINKS = 40
#: Bytes of a symbolic link.
_LONGEST_LINK = 4096
#: Entries of a folder that are read.
MOST_ENTRIES = 10_000
#: File systems whose parser reads the whole folder for each name.
_SCANNED = ("ext", "xfs")
#: Folders whose entries are kept in memory.
_MOST_FOLDERS = 2000


def read_link(entry: FilesystemEntry) -> str:
    """Returns the target of a symbolic link. Raises FilesystemError for one that is longer than Linux allows, as in a damaged file system."""
    if entry.lstat().st_size > _LONGEST_LINK:
        raise FilesystemError("the link is too long")
    return entry.readlink()


class UnreadMount(Exception):
    """The path leads to a file system that is not there or was not read. `point`: where it is mounted."""

    def __init__(self, point: str) -> None:
        super().__init__(point)
        self.point = point


class FileTree:
    """Looks up paths as Linux does: a mount hides what is below it, and absolute links start at the root of the system."""

    def __init__(self, root: FilesystemEntry) -> None:
        self._mounts: dict[str, FilesystemEntry | None] = {"/": root}
        #: Where files are that a folder lacks, as an overlay does.
        self.underlays: dict[str, str] = {}
        self._folders: dict[str, dict[str, DirEntry]] = {}

    def mount(self, point: str, root: FilesystemEntry) -> None:
        self._set(point, root)

    def mount_unread(self, point: str) -> None:
        """Paths at and below `point` raise UnreadMount."""
        self._set(point, None)

    def lookup(self, path: str, follow: bool = True) -> FilesystemEntry:
        """`follow`: follow the link at the end of the path. Raises FilesystemError or UnreadMount."""
        try:
            return self._walk(path, follow)[1]
        except FileNotFoundError:
            for upper, lower in self.underlays.items():
                if path.startswith(upper + "/"):
                    return self._walk(lower + path.removeprefix(upper), follow)[1]
            raise

    def real_path(self, path: str) -> str:
        """Returns the path without links. Raises FilesystemError or UnreadMount."""
        return self._walk(path, True)[0]

    def _set(self, point: str, root: FilesystemEntry | None) -> None:
        self._mounts[normpath("/" + point.lstrip("/"))] = root
        self._folders.clear()

    def _walk(self, path: str, follow: bool) -> tuple[str, FilesystemEntry]:
        here, entry, links = "/", self._mounted("/"), 0
        todo = path.split("/")[::-1]
        while todo:
            name = todo.pop()
            if name in ("", "."):
                continue
            if name == "..":
                here = dirname(here)
                entry = self._walk(here, True)[1]
                continue
            below = join(here, name)
            found = self._mounted(below) if below in self._mounts else self._below(below, here, entry, name)
            if (todo or follow) and found.is_symlink():
                links += 1
                if links > _MOST_LINKS:
                    raise SymlinkRecursionError(path)
                target = read_link(found)
                if target.startswith("/"):
                    here, entry = "/", self._mounted("/")
                todo += target.split("/")[::-1]
                continue
            here, entry = below, found
        return here, entry

    def _mounted(self, point: str) -> FilesystemEntry:
        root = self._mounts[point]
        if root is None:
            raise UnreadMount(point)
        return root

    def _below(self, path: str, here: str, folder: FilesystemEntry, name: str) -> FilesystemEntry:
        try:
            return self._child(here, folder, name)
        except FileNotFoundError:
            # The system makes the folders that a mount point needs.
            if any(point.startswith(path + "/") for point in self._mounts):
                return VirtualFilesystem().get("/")
            raise

    def _child(self, here: str, folder: FilesystemEntry, name: str) -> FilesystemEntry:
        if not folder.is_dir():
            raise NotADirectoryError(here)
        if folder.fs.__type__ not in _SCANNED:
            return folder.get(name)
        if here not in self._folders:
            if len(self._folders) >= _MOST_FOLDERS:
                self._folders.clear()
            self._folders[here] = {entry.name: entry for entry in islice(folder.scandir(), MOST_ENTRIES)}
        known = self._folders[here]
        if name in known:
            return known[name].get()
        if len(known) < MOST_ENTRIES:
            raise FileNotFoundError(join(here, name))
        return folder.get(name)
