"""The photographs as the stage before the first of ours left them: `photos/00000.json` … in the workspace."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Photo:
    """`file`: below the workspace. `lens`: alike in photographs that may be of one camera at one focal length."""

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
