"""Where result files are written on this machine."""

import hashlib
from pathlib import Path

from ._errors import DarkroomProblem


def bad_download(detail: str) -> DarkroomProblem:
    return DarkroomProblem(detail, code="bad_download")


def resolve_below(folder: Path, path: str) -> Path:
    """Returns the place of a result file below `folder`. A malicious server must not choose where files are written."""
    root = folder.resolve()
    target = (root / path).resolve()
    if target == root or not target.is_relative_to(root):
        raise bad_download(f'"{path}" is outside the folder of the results')
    return target


def prepare_target(target: Path) -> Path:
    """Creates the folder of `target`. Returns the place of its unfinished content. Raises FileExistsError for a link or device."""
    partial = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    for path in (target, partial):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise FileExistsError(f'"{path}" is no regular file; only files are replaced')
    return partial


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def has_content(path: Path, sha256: str) -> bool:
    return path.is_file() and hash_file(path) == sha256


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
