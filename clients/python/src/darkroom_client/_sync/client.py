# Made from _async by scripts/python-client.py; do not edit.
"""The client of darkroom's native API."""

import uuid
from collections.abc import Iterator, Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack
from urllib.parse import quote

import httpx

from .. import models
from .._errors import DarkroomProblem
from .._events import JobEvent
from .._forms import AssetInput, Body, build_body
from .._lists import JobFilter, JobPage
from .._saving import bad_download, has_content, hash_file, prepare_target, resolve_below, size_of
from . import follow
from .follow import read_log
from .transport import Transport, Token

OUTAGE_SECONDS = 300.0
MAX_FAILED_DOWNLOADS = 3


class Darkroom:
    """A client of one server. Use it with `with`, or call `aclose`.

    `url` is the address of the server. `token` is an API key, an access token, or a function that returns one before
    each request. `timeout`: seconds to wait for a response; uploads have no limit. `retries`: how often a request is
    repeated after an outage or a limit. `client`: an httpx client with other settings, such as proxies.

    Methods raise DarkroomProblem. Reads, `submit`, `add_assets`, `cancel`, `pause`, `resume` and `link` are repeated
    after outages; `rerun`, `redeliver` and `delete` are not.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8080",
        *,
        token: Token | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        client: httpx.Client | None = None,
    ) -> None:
        self._transport = Transport(url, token, headers, timeout, retries, client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def submit(
        self,
        job: models.JobSpec,
        assets: Iterable[AssetInput] = (),
        *,
        idempotency_key: str | None = None,
        wait: int | None = None,
    ) -> models.Job:
        """Submits a job, and returns it once it is durable.

        `assets` are added to those of the job: a pathlib.Path or an Upload is sent with the request. Without an id of
        the job or a key, a random key makes retries safe. `wait`: seconds to wait for the end, at most 50; the job
        that is returned may still run.
        """
        key = idempotency_key or (None if "id" in job else uuid.uuid4().hex)
        headers = {"idempotency-key": key, "prefer": f"wait={wait}" if wait is not None else None}
        patience = 0 if wait is None else wait
        return self._send("/v1/jobs", build_body("job", job, assets), headers, patience)

    def add_assets(
        self,
        job_id: str,
        assets: Iterable[AssetInput] = (),
        *,
        final: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Job:
        """Adds assets to a job that waits for them. `final` ends the wait."""
        document = {} if final is None else {"final": final}
        body = build_body("assets", document, assets)
        headers = {"idempotency-key": idempotency_key or uuid.uuid4().hex}
        return self._send(f"{_path(job_id)}/assets", body, headers)

    def get(self, job_id: str) -> models.WatchedJob:
        """Returns the job with what it does now."""
        return self._transport.json("GET", _path(job_id))

    def request(self, job_id: str) -> models.JobRequest:
        """Returns the request of the job, without secrets."""
        return self._transport.json("GET", f"{_path(job_id)}/request")

    def wait(
        self,
        job_id: str,
        *,
        timeout: float | None = None,
        outage: float = OUTAGE_SECONDS,
        on_progress: Callable[[models.WatchedJob], None] | None = None,
    ) -> models.Job:
        """Returns the job once it is completed, failed or cancelled.

        Raises DarkroomProblem with the code `not_ended` after `timeout` seconds; the job continues. Tolerates that the
        server is away for `outage` seconds. `on_progress` is called with each change.
        """
        return follow.wait(self._transport, _path(job_id), job_id, timeout, outage, on_progress)

    def events(self, job_id: str, *, outage: float = OUTAGE_SECONDS) -> Iterator[JobEvent]:
        """Yields each change of the job, and returns after the event `end`. Reconnects."""
        return follow.events(self._transport, _path(job_id), outage)

    def log(
        self, job_id: str, *, follow: bool = False, outage: float = OUTAGE_SECONDS
    ) -> Iterator[models.LogEntry]:
        """Yields the entries of the log. With `follow`, waits for new ones until the job ends, and reconnects."""
        return read_log(self._transport, _path(job_id), follow, outage)

    def list_jobs(self, **filters: Unpack[JobFilter]) -> Iterator[models.Job]:
        """Yields all jobs, page by page: unfinished jobs first, then ended ones, latest first."""
        cursor: str | None = None
        while True:
            page = self.page(cursor=cursor, **filters)
            for job in page["jobs"]:
                yield job
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def page(
        self, *, cursor: str | None = None, limit: int | None = None, **filters: Unpack[JobFilter]
    ) -> JobPage:
        """Returns one page. `limit`: 1 to 200 jobs, default 50. `cursor`: `next_cursor` of the previous page."""
        query: dict[str, Any] = {**filters, "cursor": cursor, "limit": limit}
        since = filters.get("since")
        if isinstance(since, datetime):
            query["since"] = since.astimezone().isoformat()
        labels = query.pop("labels", {})
        query["label"] = [f"{name}:{value}" for name, value in labels.items()] or None
        return self._transport.json("GET", "/v1/jobs", query=query)

    def cancel(self, job_id: str, *, reason: str | None = None) -> models.Job:
        """Cancels the job. `reason` becomes part of its error message."""
        body = {} if reason is None else {"json": {"reason": reason}}
        return self._transport.json("POST", f"{_path(job_id)}/cancel", repeatable=True, **body)

    def pause(self, job_id: str) -> models.Job:
        """Lets running activities end and starts no others."""
        return self._transport.json("POST", f"{_path(job_id)}/pause", repeatable=True)

    def resume(self, job_id: str) -> models.Job:
        return self._transport.json("POST", f"{_path(job_id)}/resume", repeatable=True)

    def rerun(
        self,
        job_id: str,
        *,
        from_stage: str | None = None,
        failed_assets: bool = False,
        reason: str | None = None,
    ) -> models.Job:
        """Runs an ended job again under its id: completely, from a stage, or only the failed assets.

        `reason` is shown with the job, and in the audit log.
        """
        query = {"from": from_stage, "assets": "failed" if failed_assets else None, "reason": reason}
        return self._transport.json("POST", f"{_path(job_id)}/rerun", query=query)

    def delete(self, job_id: str, *, reason: str | None = None) -> None:
        """Cancels the job if it runs, and deletes inputs, results and record. The id stays taken.

        `reason` is for the audit log.
        """
        self._transport.json("DELETE", _path(job_id), query={"reason": reason})

    def result(self, job_id: str) -> models.Result:
        """Returns the result. Raises with the code `result_not_ready` before there is one."""
        return self._transport.json("GET", f"{_path(job_id)}/result")

    def files(self, job_id: str) -> list[models.FileEntry]:
        return (self._transport.json("GET", f"{_path(job_id)}/files"))["files"]

    def download(
        self, job_id: str, path: str, *, headers: Mapping[str, str] | None = None
    ) -> AbstractContextManager[httpx.Response]:
        """Opens a result file as a response of httpx with an unread body, for `with`."""
        return self._transport.stream("GET", f"{_path(job_id)}/files/{quote(path)}", headers=headers)

    def archive(self, job_id: str) -> AbstractContextManager[httpx.Response]:
        """Opens all result files as a ZIP, as a response of httpx with an unread body, for `with`."""
        return self._transport.stream("GET", f"{_path(job_id)}/archive")

    def save_file(self, job_id: str, entry: models.FileEntry, target: Path) -> None:
        """Writes a result file to `target`. Verifies its SHA-256 first, and resumes an interrupted download."""
        partial = prepare_target(target)
        failed = 0
        while True:
            offset = size_of(partial)
            resumes = 0 < offset < entry["size"]
            headers = {"range": f"bytes={offset}-", "if-range": f'"{entry["sha256"]}"'} if resumes else {}
            try:
                if offset != entry["size"] or offset == 0:
                    with self.download(job_id, entry["path"], headers=headers) as response:
                        with partial.open("ab" if response.status_code == 206 else "wb") as file:
                            for chunk in response.iter_bytes():
                                file.write(chunk)
                if hash_file(partial) == entry["sha256"]:
                    break
                partial.unlink()
                if not resumes and offset == 0:
                    raise bad_download(f'The SHA-256 of "{entry["path"]}" is not that of the file list')
            except DarkroomProblem as error:
                failed = 0 if size_of(partial) > offset else failed + 1
                if not error.is_outage or error.code == "bad_download" or failed == MAX_FAILED_DOWNLOADS:
                    raise
        partial.replace(target)

    def save_files(self, job_id: str, folder: Path | str) -> list[Path]:
        """Writes all result files below `folder`, and returns their places. Skips files that exist with the same content."""
        saved: list[Path] = []
        for entry in self.files(job_id):
            target = resolve_below(Path(folder), entry["path"])
            if not has_content(target, entry["sha256"]):
                self.save_file(job_id, entry, target)
            saved.append(target)
        return saved

    def link(
        self, job_id: str, path: str | None = None, *, expires_in: int | None = None
    ) -> dict[str, str]:
        """Makes a link to a result file that needs no login: `url`, `path`, `expires_at`. `expires_in`: seconds."""
        body = {name: value for name, value in (("path", path), ("expires_in", expires_in)) if value is not None}
        return self._transport.json("POST", f"{_path(job_id)}/links", json=body, repeatable=True)

    def deliveries(self, job_id: str) -> list[models.Delivery]:
        """Lists the callbacks of the job with their attempts."""
        return (self._transport.json("GET", f"{_path(job_id)}/deliveries"))["deliveries"]

    def redeliver(self, job_id: str, delivery: str | int) -> models.Delivery:
        """Sends a callback again. `delivery`: its id, or its position in the list, from 1."""
        path = f"{_path(job_id)}/deliveries/{quote(str(delivery), safe='')}/redeliver"
        return self._transport.json("POST", path)

    def operations(self) -> list[models.Operation]:
        return (self._transport.json("GET", "/v1/operations"))["operations"]

    def operation(self, name: str) -> models.Operation:
        return self._transport.json("GET", f"/v1/operations/{quote(name, safe='')}")

    def credentials(self) -> list[models.Credentials]:
        """Lists the credentials of the tenant for buckets, without keys."""
        return (self._transport.json("GET", "/v1/credentials"))["credentials"]

    def create_credentials(self, wanted: models.CredentialsRequest) -> models.Credentials:
        """Stores credentials once their server has accepted them."""
        return self._transport.json("POST", "/v1/credentials", json=wanted)

    def rotate_credentials(self, name: str, keys: models.CredentialsKeys) -> models.Credentials:
        """Replaces the keys of credentials."""
        return self._transport.json("PUT", f"/v1/credentials/{quote(name, safe='')}", json=keys)

    def revoke_credentials(self, name: str) -> None:
        self._transport.json("DELETE", f"/v1/credentials/{quote(name, safe='')}")

    def usage(self, *, start: str | None = None, end: str | None = None) -> models.UsageReport:
        """Returns the usage by day (UTC) and operation. `start`, `end`: days such as 2026-11-21; default: this month."""
        return self._transport.json("GET", "/v1/usage", query={"from": start, "to": end})

    def ready(self) -> None:
        """Returns if the server is ready. Raises what is missing otherwise, without retries."""
        self._transport.json("GET", "/readyz", repeatable=False)

    def _send(
        self, path: str, body: Body, headers: Mapping[str, str | None], patience: float = 0
    ) -> models.Job:
        timeout = self._transport.timeout_of(body.is_upload, patience)
        try:
            return self._transport.json(
                "POST", path, headers=headers, repeatable=True, timeout=timeout, **body.arguments
            )
        finally:
            body.close()


def _path(job_id: str) -> str:
    return f"/v1/jobs/{quote(job_id, safe='')}"
