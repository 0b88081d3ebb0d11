"""The photographs as the stage before the first of ours left them: `photos/00000.json` … in the workspace."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Photo:
    """`file`: below the workspace, None where it could not be used; `left_out` and `reason` then say why: a code, and a sentence."""

    index: int
    name: str
    file: str | None
    left_out: str | None
    reason: str
    #: In pixels, as it is in the workspace.
    width: int
    height: int


def read_photos(workspace: Path) -> list[Photo]:
    """All that were given, in their order."""
    return [_photo(json.loads(path.read_text(encoding="utf-8"))) for path in sorted((workspace / "photos").glob("*.json"))]


def usable(photos: list[Photo]) -> list[Photo]:
    return [photo for photo in photos if photo.file is not None]


def _photo(value: dict[str, Any]) -> Photo:
    left_out = value.get("left_out") or {}
    return Photo(
        index=value["index"],
        name=value["name"],
        file=value.get("file"),
        left_out=left_out.get("code"),
        reason=left_out.get("message", ""),
        width=value.get("width") or 0,
        height=value.get("height") or 0,
    )
