# Made from _async by scripts/python-client.py; do not edit.
"""Sends requests to one server, with timeouts and retries."""

from collections.abc import Iterator, Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import unquote

import httpx
import stamina

from .._errors import DarkroomProblem, no_response, read_problem

FIRST_WAIT = 0.25
LONGEST_WAIT = 30.0
# Longer limits are an error for the caller.
LONGEST_LIMIT = 60.0

Token = str | Callable[[], str]


class BearerAuth(httpx.Auth):
    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._token() if callable(self._token) else self._token
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


class Transport:
    """Raises ValueError if `url` is not an HTTP address. It may have a key, as in https://any:KEY@host."""

    def __init__(
        self,
        url: str,
        token: Token | None,
        headers: Mapping[str, str] | None,
        timeout: float,
        retries: int,
        client: httpx.Client | None,
    ) -> None:
        address = httpx.URL(url)
        if address.scheme not in ("http", "https") or not address.host:
            raise ValueError(f'"{url}" is not the address of a server, such as http://127.0.0.1:8080')
        token = token or unquote(address.password or "")
        self.base = str(address.copy_with(userinfo=b"")).rstrip("/")
        self._auth = BearerAuth(token) if token else None
        self._headers = dict(headers or {})
        self._timeout = timeout
        self._attempts = retries + 1
        self._client = client or httpx.Client()
        self._owns_client = client is None

    def close(self) -> None:
        if self._owns_client:
            self._client.close()

    def timeout_of(self, is_upload: bool, wait: float) -> httpx.Timeout:
        """Returns the timeout of a submission: uploads are stored before they are answered."""
        return httpx.Timeout(self._timeout, read=None if is_upload else self._timeout + wait)

    def json(self, method: str, path: str, **options: Any) -> Any:
        """Returns the parsed body; None if it is empty."""
        with self.stream(method, path, **options) as response:
            content = response.read()
            return response.json() if content else None

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool | None = None,
        timeout: httpx.Timeout | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **options: Any,
    ) -> Iterator[httpx.Response]:
        """Yields the response with an unread body. `repeatable`: may be sent again after an outage; default: true for GET."""
        send = partial(
            self._client.build_request,
            method,
            self.base + path,
            params={name: value for name, value in (query or {}).items() if value is not None},
            headers={**self._headers, **{name: value for name, value in (headers or {}).items() if value}},
            timeout=timeout or httpx.Timeout(self._timeout),
            **options,
        )
        can_repeat = method == "GET" if repeatable is None else repeatable
        response: httpx.Response | None = None
        for attempt in stamina.retry_context(
            on=partial(_backoff, can_repeat),
            attempts=self._attempts,
            timeout=None,
            wait_initial=FIRST_WAIT,
            wait_max=LONGEST_WAIT,
            wait_jitter=FIRST_WAIT,
        ):
            with attempt:
                response = self._send(send())
        assert response is not None
        try:
            yield response
        except httpx.TransportError as error:
            raise no_response(self.base, error) from error
        finally:
            response.close()

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._client.send(request, auth=self._auth, stream=True)
            if response.is_success or response.status_code == 304:
                return response
            try:
                response.read()
            finally:
                response.close()
        except httpx.TransportError as error:
            raise no_response(self.base, error) from error
        raise read_problem(response)


def _backoff(can_repeat: bool, error: Exception) -> bool | float:
    """Returns whether a request is sent again, or after how many seconds. A limit refuses a request before anything is done."""
    if not isinstance(error, DarkroomProblem):
        return False
    wait = error.retry_after
    if error.is_limited:
        return (wait or True) if wait is None or wait <= LONGEST_LIMIT else False
    if not (can_repeat and error.is_outage):
        return False
    return True if wait is None else min(wait, LONGEST_WAIT)
