"""Follows a job to its end."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

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
from .transport import AsyncTransport


async def events(transport: AsyncTransport, path: str, outage_limit: float) -> AsyncIterator[JobEvent]:
    """Yields the events of a job, and returns after the event `end`. Resumes after a broken connection."""
    async for message in _messages(transport, f"{path}/events", outage_limit):
        event = parse_event(message)
        if event is not None:
            yield event
        if message.event == "end":
            return


async def read_log(
    transport: AsyncTransport, path: str, follow: bool, outage_limit: float
) -> AsyncIterator[models.LogEntry]:
    """Yields each entry of the log once. With `follow`, returns when the job has ended."""
    if not follow:
        async with transport.stream("GET", f"{path}/log", headers={"accept": "application/x-ndjson"}) as response:
            async for line in response.aiter_lines():
                if line:
                    yield json.loads(line)
        return
    known: set[str] = set()
    async for message in _messages(transport, f"{path}/log", outage_limit):
        if message.event == "end":
            return
        if message.event == "log" and message.id not in known:
            known.add(message.id)
            yield json.loads(message.data)


async def _messages(transport: AsyncTransport, path: str, outage_limit: float) -> AsyncIterator[ServerSentEvent]:
    """Yields the events of a stream. Connects again after a broken connection, until the caller stops."""
    outage = Outage(outage_limit)
    last = ""
    while True:
        pause = POLL_SECONDS
        try:
            headers = {"accept": "text/event-stream", "last-event-id": last}
            timeout = httpx.Timeout(SILENCE_SECONDS)
            async with transport.stream("GET", path, headers=headers, timeout=timeout) as response:
                if "text/event-stream" not in response.headers.get("content-type", ""):
                    raise DarkroomProblem(
                        "The response is not a stream of events", code="events_unavailable", status=406
                    )
                async for message in EventSource(response).aiter_sse():
                    outage.reset()
                    last = message.id or last
                    pause = message.retry / 1000 if message.retry is not None else pause
                    yield message
        except DarkroomProblem as error:
            pause = outage.wait(error)
        await asyncio.sleep(pause)


async def wait(
    transport: AsyncTransport,
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
            async with transport.stream("GET", path, headers={"if-none-match": etag}) as response:
                outage.reset()
                content = await response.aread()
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
        await asyncio.sleep(pause)

