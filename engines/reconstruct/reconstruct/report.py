"""Facts of each stage, in `report/STAGE.json` of the workspace. The last stage builds the metadata from them."""

import json
import resource
import time
from pathlib import Path
from typing import Any

_STARTED = time.monotonic()

_FOLDER = "report"


def write(workspace: Path, stage: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Writes the facts of a stage, with its time and memory. Returns everything written."""
    folder = workspace / _FOLDER
    folder.mkdir(exist_ok=True)
    whole = {**costs(), **facts}
    (folder / f"{stage}.json").write_text(json.dumps(whole, indent=1, allow_nan=False), encoding="utf-8")
    return whole


def read(workspace: Path, stage: str) -> dict[str, Any]:
    """Returns the facts of a stage; empty when there are none."""
    path = workspace / _FOLDER / f"{stage}.json"
    if not path.is_file():
        return {}
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def costs() -> dict[str, Any]:
    """Returns the seconds of this process so far, and its peak memory or that of a child, in bytes."""
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"seconds": round(time.monotonic() - _STARTED, 2), "peak_rss_bytes": kilobytes * 1024}
