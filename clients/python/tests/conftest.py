"""A live server, named by DARKROOM_URL and DARKROOM_TOKEN, and clients of it: the synchronous one, and the one for asyncio."""

import asyncio
import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway, Receiver

from darkroom_client import AsyncDarkroom, Darkroom

URL = os.environ["DARKROOM_URL"]
TOKEN = os.environ["DARKROOM_TOKEN"]
PHOTO = Path(os.environ["PHOTO"])

Connect = Callable[..., Any]


class Blocking:
    """Calls an AsyncDarkroom as if it were synchronous, so that each test runs with both clients."""

    def __init__(self, client: AsyncDarkroom, runner: asyncio.Runner) -> None:
        self._client = client
        self._run = runner.run

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(*args: Any, **options: Any) -> Any:
            returned = method(*args, **options)
            if inspect.isawaitable(returned):
                return self._run(_await(returned))
            if hasattr(returned, "__aiter__"):
                return iter(self._run(_collect(returned)))
            return self._run(_read(returned))

        return call


async def _await(returned: Any) -> Any:
    return await returned


async def _collect(iterator: Any) -> list[Any]:
    return [each async for each in iterator]


async def _read(context: Any) -> bytes:
    async with context as response:
        return await response.aread()


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Returns a function that creates a client of either kind."""
    with asyncio.Runner() as runner:
        clients: list[Any] = []

        def create(url: str = URL, **options: Any) -> Any:
            options = {"token": TOKEN, **options}
            if request.param == "sync":
                clients.append(Darkroom(url, **options))
                return clients[-1]
            client = AsyncDarkroom(url, **options)
            clients.append(client)
            return Blocking(client, runner)

        yield create
        for client in clients:
            client.close() if isinstance(client, Darkroom) else runner.run(client.aclose())


@pytest.fixture
def darkroom(connect: Connect) -> Any:
    return connect()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(URL) as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server
