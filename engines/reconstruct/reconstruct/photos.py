"""The photographs that the stage `image_preparation` wrote: `photos/00000.json` … in the workspace."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Photo:
    """`file`: below the workspace. `lens`: equal for photographs that may share a camera and focal length."""

    index: int
    name: str
    file: str
    lens: str
    #: In pixels, as it is in the workspace.
    width: int
    height: int


def read_photos(workspace: Path) -> list[Photo]:
    """All that can be used, in their request."""
    return [Photo(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted((workspace / "photos").glob("*.json"))]
