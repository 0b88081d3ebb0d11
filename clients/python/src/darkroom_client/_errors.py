"""Errors of the server (RFC 9457), and the lack of a response."""

from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from datetime import datetime, timezone
from typing import Any

import httpx

OUTAGES = frozenset({0, 502, 503, 504})


class DarkroomProblem(Exception):
    """The server rejected a request, or did not answer.

    `status` is the HTTP status, 0 without a response. `code` is one of docs/errors.md, or `unreachable`, `timeout`,
    `not_ended`, `events_unavailable`, `bad_download` or `http_error`. `detail` says what is wrong and what to do.
    `errors` has each invalid field as `{"pointer", "detail"}`. `retryable`: the same request may succeed later.
    `retry_after` is in seconds.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str,
        status: int = 0,
        errors: Sequence[Mapping[str, str]] = (),
        details: Mapping[str, Any] | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.status = status
        self.errors = list(errors)
        self.details = details
        self.retryable = retryable
        self.retry_after = retry_after

    def __str__(self) -> str:
        fields = "".join(f"\n  {error['pointer']}: {error['detail']}" for error in self.errors)
        return f"{self.code}: {self.detail}{fields}"

    @property
    def is_limited(self) -> bool:
        """A limit refused the request, so nothing was done."""
        return self.status == 429

    @property
    def is_outage(self) -> bool:
        """The server, or a service that it needs, is unavailable."""
        return self.status in OUTAGES


def read_problem(response: httpx.Response) -> DarkroomProblem:
    """Reads an error response, whose body has been read."""
    status = response.status_code
    retry_after = parse_retry_after(response.headers.get("retry-after"))
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("code"), str):
        detail = f"The server answered {status} {response.reason_phrase}".rstrip()
        if isinstance(body, dict) and isinstance(body.get("missing"), list):
            detail += "".join(f", no {part}" for part in body["missing"])
        retryable = status == 429 or status in OUTAGES
        return DarkroomProblem(
            detail, code="http_error", status=status, retryable=retryable, retry_after=retry_after
        )
    return DarkroomProblem(
        body.get("detail") or body.get("title") or body["code"],
        code=body["code"],
        status=status,
        errors=body.get("errors") or (),
        details=body.get("details"),
        retryable=bool(body.get("retryable")),
        retry_after=retry_after,
    )


def no_response(base: str, error: httpx.TransportError) -> DarkroomProblem:
    """Describes the error of a request without a response."""
    if isinstance(error, httpx.TimeoutException):
        code, what = "timeout", "did not answer in time"
    else:
        code, what = "unreachable", f"cannot be reached: {error}"
    return DarkroomProblem(f"The server at {base} {what}", code=code, retryable=True)


def parse_retry_after(text: str | None) -> float | None:
    """Returns the seconds of a `Retry-After`: a number, or a date (RFC 9110). None if it is missing or neither."""
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date - datetime.now(timezone.utc)).total_seconds())
