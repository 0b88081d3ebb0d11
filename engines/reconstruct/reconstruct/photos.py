"""The photographs that the stage `image_preparation` wrote: `photos/00000.json` … in the workspace."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from .lens import Lens


@dataclass(frozen=True)
class Photo:
    """`file`: its name in the folder of photographs. `width`, `height`: in pixels, as it is in the workspace."""

    index: int
    name: str
    file: str
    lens: Lens
    width: int
    height: int


def read_photos(workspace: Path) -> list[Photo]:
    """Returns all usable photographs in the order of submission."""
    return [_read(path) for path in sorted((workspace / "photos").glob("*.json"))]


def _read(path: Path) -> Photo:
    value = json.loads(path.read_text(encoding="utf-8"))
    # JSON has no NaN: numbers that are none are null.
    lens = Lens(**{name: math.nan if fact is None else fact for name, fact in value.pop("lens").items()})
    return Photo(**value, lens=lens)
