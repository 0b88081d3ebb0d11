"""The request of a stage, read as JSON from standard input."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from .settings import SETTINGS, Settings


@dataclass(frozen=True)
class LeftOut:
    """A photograph that is not used. `reason` is a sentence for users."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True)
class Request:
    """`use_gpu`: requested; there may be no GPU. `outputs`: the path of each result, by role.

    `memory`: limit in bytes for the whole stage; None for no limit. `left_out`: photographs that were unusable.
    """

    quality: str
    threads: int
    use_gpu: bool
    workspace: Path
    outputs: dict[str, Path]
    memory: int | None
    left_out: list[LeftOut]

    @property
    def settings(self) -> Settings:
        return SETTINGS[self.quality]

    def output(self, role: str) -> Path:
        """Returns the path of a result, and creates its directory."""
        path = self.outputs[role]
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def read_request(stream: TextIO) -> Request:
    """Raises KeyError or ValueError for an invalid request. The caller writes it, not the user."""
    value = json.load(stream)
    if value["quality"] not in SETTINGS:
        raise ValueError(f"no such quality: {value['quality']}")
    return Request(
        quality=value["quality"],
        threads=max(1, int(value["threads"])),
        use_gpu=bool(value["use_gpu"]),
        workspace=Path(value["workspace"]),
        outputs={role: Path(path) for role, path in value["outputs"].items()},
        memory=value["memory"],
        left_out=[LeftOut(each["name"], each["code"], each["message"]) for each in value["left_out"]],
    )
