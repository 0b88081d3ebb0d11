"""What a stage is asked to do."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from .settings import SETTINGS, Settings


@dataclass(frozen=True)
class LeftOut:
    """`reason`: a sentence for people."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True)
class Order:
    """`use_gpu`: asked for; whether there is one is another matter. `outputs`: where to write each result, by its role.

    `memory`: bytes that all of it may take together; None: nobody set a limit. `left_out`: photographs that could not be used.
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
        """Where the result of that role belongs. Its folder is there."""
        path = self.outputs[role]
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def read_order(stream: TextIO) -> Order:
    """Raises KeyError or ValueError for what is no order: whoever starts us wrote it, and it is not the user's."""
    value = json.load(stream)
    if value["quality"] not in SETTINGS:
        raise ValueError(f"no such quality: {value['quality']}")
    return Order(
        quality=value["quality"],
        threads=max(1, int(value["threads"])),
        use_gpu=bool(value["use_gpu"]),
        workspace=Path(value["workspace"]),
        outputs={role: Path(path) for role, path in value["outputs"].items()},
        memory=value["memory"],
        left_out=[LeftOut(each["name"], each["code"], each["message"]) for each in value["left_out"]],
    )
