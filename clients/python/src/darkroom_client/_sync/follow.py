# Made from _async by scripts/python-client.py; do not edit.
"""Follows a job to its end."""

import json
import time
from collections.abc import Iterator, Callable

import httpx
from httpx_sse import EventSource, ServerSentEvent

from .. import models
from .._errors import DarkroomProblem, parse_retry_after
from .._events import (
    ENDED,
    POLL_SECONDS,
    SILENCE_SECONDS,
    JobEvent,
    Outage,
    not_ended,
    parse_event,
)
from .transport import Transport


def events(transport: Transport, path: str, outage_limit: float) -> Iterator[JobEvent]:
    """Yields the events of a job, and returns after the event `end`. Resumes after a broken connection."""
    for message in _messages(transport, f"{path}/events", outage_limit):
        event = parse_event(message)
        if event is not None:
            yield event
        if message.event == "end":
            return


def read_log(
    transport: Transport, path: str, follow: bool, outage_limit: float
) -> Iterator[models.LogEntry]:
    """Yields each entry of the log once. With `follow`, returns when the job has ended."""
    if not follow:
        with transport.stream("GET", f"{path}/log", headers={"accept": "application/x-ndjson"}) as response:
            for line in response.iter_lines():
                if line:
                    yield json.loads(line)
        return
    known: set[str] = set()
    for message in _messages(transport, f"{path}/log", outage_limit):
        if message.event == "end":
            return
        if message.event == "log" and message.id not in known:
            known.add(message.id)
            yield json.loads(message.data)


def _messages(transport: Transport, path: str, outage_limit: float) -> Iterator[ServerSentEvent]:
    """Yields the events of a stream. Connects again after a broken connection, until the caller stops."""
    outage = Outage(outage_limit)
    last = ""
    while True:
        pause = POLL_SECONDS
        try:
            headers = {"accept": "text/event-stream", "last-event-id": last}
            timeout = httpx.Timeout(SILENCE_SECONDS)
            with transport.stream("GET", path, headers=headers, timeout=timeout) as response:
                if "text/event-stream" not in response.headers.get("content-type", ""):
                    raise DarkroomProblem(
                        "The response is not a stream of events", code="events_unavailable", status=406
                    )
                for message in EventSource(response).iter_sse():
                    outage.reset()
                    last = message.id or last
                    pause = message.retry / 1000 if message.retry is not None else pause
                    yield message
        except DarkroomProblem as error:
            pause = outage.wait(error)
        time.sleep(pause)


def wait(
    transport: Transport,
    path: str,
    job_id: str,
    timeout: float | None,
    outage_limit: float,
    on_progress: Callable[[models.WatchedJob], None] | None,
) -> models.Job:
    """Returns the ended job. Reads it when the server suggests, and calls `on_progress` with each change."""
    deadline = None if timeout is None else time.monotonic() + timeout
    outage = Outage(outage_limit)
    etag = ""
    while True:
        pause = POLL_SECONDS
        try:
            with transport.stream("GET", path, headers={"if-none-match": etag}) as response:
                outage.reset()
                content = response.read()
                etag = response.headers.get("etag", "")
                pause = parse_retry_after(response.headers.get("retry-after")) or pause
                job: models.WatchedJob | None = response.json() if content else None
            if job is not None and job["state"] in ENDED:
                return job
            if job is not None and on_progress is not None:
                on_progress(job)
        except DarkroomProblem as error:
            pause = outage.wait(error)
        if deadline is not None and timeout is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise not_ended(job_id, timeout)
            pause = min(pause, left)
        time.sleep(pause)

