"""Lists of jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from . import models


class JobFilter(TypedDict, total=False):
    """Which jobs a list has. `since`: created at or after this time. `labels`: with all of them."""

    state: str
    operation: str
    dialect: str
    since: datetime | str
    labels: Mapping[str, str]
    id_prefix: str


class JobPage(TypedDict):
    """A part of a list. `next_cursor` is None on the last one."""

    jobs: list[models.Job]
    next_cursor: str | None
