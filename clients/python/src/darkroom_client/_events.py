"""The events of a job, and when to read them again after an interruption."""

import json
import time
from typing import Literal, TypedDict, cast

from httpx_sse import ServerSentEvent

from . import models
from ._errors import DarkroomProblem

ENDED = frozenset({"completed", "failed", "cancelled"})
POLL_SECONDS = 1.0
LONGEST_WAIT = 30.0
# The server sends a heartbeat more often. A connection that is silent for longer is dead.
SILENCE_SECONDS = 60.0


class StateEvent(models.StateEvent):
    """A state transition."""

    type: Literal["state"]


class ProgressEvent(models.ProgressEvent):
    """Progress within a state."""

    type: Literal["progress"]


class EndEvent(TypedDict):
    """The last event, with the ended job."""

    type: Literal["end"]
    job: models.Job


JobEvent = StateEvent | ProgressEvent | EndEvent


class Outage:
    """Bounds how long a reader tolerates that the server is away, in seconds."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._since: float | None = None

    def reset(self) -> None:
        self._since = None

    def wait(self, error: DarkroomProblem) -> float:
        """Returns the seconds until the next attempt. Raises `error` if it is no outage, or if it has lasted too long."""
        if not (error.is_outage or error.is_limited):
            raise error
        now = time.monotonic()
        self._since = self._since if self._since is not None else now
        if now - self._since > self._limit:
            raise error
        return min(error.retry_after if error.retry_after is not None else POLL_SECONDS, LONGEST_WAIT)


def parse_event(message: ServerSentEvent) -> JobEvent | None:
    """Returns None for a type that later servers may send."""
    if message.event not in ("state", "progress", "end"):
        return None
    data = json.loads(message.data)
    if message.event == "end":
        return EndEvent(type="end", job=data)
    return cast(StateEvent | ProgressEvent, {"type": message.event, **data})


def not_ended(job_id: str, timeout: float) -> DarkroomProblem:
    detail = f'Job "{job_id}" has not ended within {timeout:g} s; it continues'
    return DarkroomProblem(detail, code="not_ended", retryable=True)
