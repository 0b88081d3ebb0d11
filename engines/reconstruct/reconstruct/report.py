"""What stages tell of themselves: `report/STAGE.json` in the workspace, which the last stage makes the metadata of."""

import json
import resource
import time
from pathlib import Path
from typing import Any

_STARTED = time.monotonic()

_FOLDER = "report"


def write(workspace: Path, stage: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Writes what a stage found out, with what it cost. Returns all that was written."""
    folder = workspace / _FOLDER
    folder.mkdir(exist_ok=True)
    whole = {**costs(), **facts}
    (folder / f"{stage}.json").write_text(json.dumps(whole, indent=1, allow_nan=False), encoding="utf-8")
    return whole


def read(workspace: Path, stage: str) -> dict[str, Any]:
    """What that stage wrote; empty where it wrote nothing."""
    path = workspace / _FOLDER / f"{stage}.json"
    if not path.is_file():
        return {}
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def costs() -> dict[str, Any]:
    """Of this process so far: seconds, and the most bytes of memory that it, or a process that it started, has held at a time."""
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"seconds": round(time.monotonic() - _STARTED, 2), "peak_rss_bytes": kilobytes * 1024}
