"""Typed client of darkroom, a durable job server for images and other assets.

`Darkroom` is the client for synchronous programs, `AsyncDarkroom` the one for asyncio. Both have the same methods.
"""

from . import models
from ._async.client import AsyncDarkroom
from ._errors import DarkroomProblem
from ._events import EndEvent, JobEvent, ProgressEvent, StateEvent
from ._forms import Upload
from ._lists import JobFilter, JobPage
from ._sync.client import Darkroom
from ._webhooks import WebhookEvent, WebhookVerificationError, verify_webhook

__all__ = [
    "AsyncDarkroom",
    "Darkroom",
    "DarkroomProblem",
    "EndEvent",
    "JobEvent",
    "JobFilter",
    "JobPage",
    "ProgressEvent",
    "StateEvent",
    "Upload",
    "WebhookEvent",
    "WebhookVerificationError",
    "models",
    "verify_webhook",
]
