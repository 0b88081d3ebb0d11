"""Each method of both clients, against a live server."""

import hashlib
import io
import os
import time
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import PHOTO, TOKEN, URL, Connect
from gateway import Receiver

from darkroom_client import DarkroomProblem, Upload, WebhookVerificationError, verify_webhook

THUMBNAIL = {"operation": "image.transform", "params": {"width": 40, "format": "png"}}
WAITING = {"operation": "test.echo", "await_assets": {}}


def bytes_of(opened: Any) -> bytes:
    """Of a response that the synchronous client opened; the other one has been read."""
    if isinstance(opened, bytes):
        return opened
    with opened as response:
        return response.read()


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its first chunk."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def test_a_photograph_is_uploaded_processed_and_saved(darkroom: Any, tmp_path: Path) -> None:
    job = darkroom.submit({**THUMBNAIL, "labels": {"by": "python"}}, [PHOTO])
    seen: list[str] = []
    ended = darkroom.wait(job["id"], on_progress=lambda job: seen.append(job["state"]))
    assert (ended["state"], ended["labels"]) == ("completed", {"by": "python"})
    assert "completed" not in seen

    [entry] = darkroom.files(job["id"])
    assert entry["path"] == PHOTO.with_suffix(".png").name
    [saved] = darkroom.save_files(job["id"], tmp_path / "out")
    content = saved.read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    width, height = png_size(content)
    assert width == 40 and 26 <= height <= 27
    assert bytes_of(darkroom.download(job["id"], entry["path"])) == content
    with zipfile.ZipFile(io.BytesIO(bytes_of(darkroom.archive(job["id"])))) as archive:
        assert archive.read(entry["path"]) == content
    assert darkroom.result(job["id"])["assets"][0]["status"] == "ok"

    link = darkroom.link(job["id"], entry["path"], expires_in=60)
    assert httpx.get(httpx.URL(link["url"])).content == content
    assert darkroom.request(job["id"])["params"]["width"] == 40


def test_bytes_and_open_files_are_uploaded_with_their_names(darkroom: Any) -> None:
    with PHOTO.open("rb") as file:
        uploads = [Upload(PHOTO.read_bytes(), "one.jpg"), Upload(file, "zwei ö.jpg")]
        job = darkroom.submit({"operation": "image.metadata"}, uploads)
    ended = darkroom.wait(job["id"])
    assert ended["error"] is None
    assets = darkroom.result(job["id"])["assets"]
    assert [(asset["name"], asset["status"]) for asset in assets] == [("one.jpg", "ok"), ("zwei ö.jpg", "ok")]


def test_a_wrong_checksum_fails_the_job(darkroom: Any) -> None:
    job = darkroom.submit(THUMBNAIL, [Upload(PHOTO, checksum=f"sha256:{'0' * 64}")])
    ended = darkroom.wait(job["id"])
    assert (ended["state"], ended["error"]["code"]) == ("failed", "asset_checksum_mismatch")


def test_events_are_in_order_and_end_with_the_job(darkroom: Any) -> None:
    job = darkroom.submit(THUMBNAIL, [PHOTO])
    events = list(darkroom.events(job["id"]))
    states = [event["state"] for event in events if event["type"] == "state"]
    assert states[0] == "created" and states[-1] == "completed"
    assert [event["seq"] for event in events if event["type"] == "state"] == list(range(1, len(states) + 1))
    assert events[-1]["type"] == "end" and events[-1]["job"]["id"] == job["id"]


def test_assets_are_added_and_the_job_is_paused_and_resumed(darkroom: Any) -> None:
    job = darkroom.submit(WAITING)
    darkroom.add_assets(job["id"], [PHOTO])
    darkroom.pause(job["id"])
    assert darkroom.get(job["id"])["paused"]
    darkroom.resume(job["id"])
    darkroom.add_assets(job["id"], [Upload(b"more", "more.txt")], final=True)
    ended = darkroom.wait(job["id"])
    assert (ended["state"], ended["assets"]["total"]) == ("completed", 2)


def test_a_cancelled_job_has_the_reason_and_is_run_again_and_deleted(darkroom: Any) -> None:
    job = darkroom.submit(WAITING)
    darkroom.cancel(job["id"], reason="enough")
    ended = darkroom.wait(job["id"])
    assert ended["state"] == "cancelled" and "enough" in ended["error"]["message"]

    done = darkroom.submit(THUMBNAIL, [PHOTO])
    darkroom.wait(done["id"])
    assert darkroom.rerun(done["id"], from_stage="transform")["run"] == 2
    assert darkroom.wait(done["id"])["result"]["run"] == 2
    darkroom.delete(done["id"])
    with pytest.raises(DarkroomProblem) as problem:
        darkroom.get(done["id"])
    assert (problem.value.status, problem.value.code) == (404, "job_not_found")


def test_lists_are_iterated_over_several_pages(darkroom: Any) -> None:
    since = datetime.now(timezone.utc) - timedelta(seconds=1)
    ids = {darkroom.submit(WAITING)["id"] for _ in range(3)}
    try:
        page = darkroom.page(limit=2, since=since)
        assert len(page["jobs"]) == 2 and page["next_cursor"] is not None
        assert ids <= {job["id"] for job in darkroom.list_jobs(since=since, operation="test.echo")}
    finally:
        for job_id in ids:
            darkroom.cancel(job_id)


def test_a_submission_waits_for_the_end_and_is_the_same_with_its_key(darkroom: Any) -> None:
    key = os.urandom(8).hex()
    first = darkroom.submit(THUMBNAIL, [PHOTO], idempotency_key=key, wait=50)
    assert first["state"] == "completed"
    assert darkroom.submit(THUMBNAIL, [PHOTO], idempotency_key=key)["id"] == first["id"]


def test_a_job_that_has_not_ended_in_time_continues(darkroom: Any) -> None:
    job = darkroom.submit(WAITING)
    with pytest.raises(DarkroomProblem) as problem:
        darkroom.wait(job["id"], timeout=0.1)
    assert problem.value.code == "not_ended"
    assert darkroom.get(job["id"])["state"] not in ("completed", "failed", "cancelled")
    darkroom.cancel(job["id"])


def test_the_server_is_described(darkroom: Any) -> None:
    darkroom.ready()
    assert "image.transform" in [operation["name"] for operation in darkroom.operations()]
    assert darkroom.operation("image.transform")["name"] == "image.transform"
    assert darkroom.usage(start="2026-01-01")["tenant"] == "acme"


def test_invalid_fields_are_named(darkroom: Any) -> None:
    with pytest.raises(DarkroomProblem) as problem:
        darkroom.submit({"operation": "image.transform", "params": {"widht": 1}})
    assert (problem.value.status, problem.value.code) == (422, "invalid_request")
    assert sorted(error["pointer"] for error in problem.value.errors) == ["/assets", "/params/widht"]
    assert "/params/widht: " in str(problem.value)


def test_mistakes_of_the_caller_are_errors(connect: Connect, darkroom: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not the address of a server"):
        connect("localhost:8080")
    with pytest.raises(TypeError, match="pathlib.Path"):
        darkroom.submit(THUMBNAIL, ["photo.jpg"])
    with pytest.raises(FileNotFoundError):
        darkroom.submit(THUMBNAIL, [tmp_path / "missing.jpg"])
    with pytest.raises(DarkroomProblem) as problem:
        connect(token="drk_wrong").get("job")
    assert (problem.value.status, problem.value.code) == (401, "unauthenticated")


def test_a_token_comes_from_a_function_or_the_address(connect: Connect) -> None:
    assert connect(token=lambda: TOKEN).operations()
    assert connect(URL.replace("://", f"://any:{TOKEN}@"), token=None).operations()


def test_callbacks_are_verified_and_sent_again(darkroom: Any, receiver: Receiver) -> None:
    job = darkroom.submit({**THUMBNAIL, "callback": {"url": f"{receiver.url}/hook"}}, [PHOTO])
    headers, body = receiver.received.get(timeout=60)
    secret = os.environ["WEBHOOK_SECRET"]
    event = verify_webhook(body, headers, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", secret])
    assert (event["type"], event["data"]["id"]) == ("job.completed", job["id"])
    for changed in (
        {**headers, "webhook-signature": "v1"},
        {**headers, "webhook-id": "msg_other"},
        {name: value for name, value in headers.items() if name.lower() != "webhook-timestamp"},
    ):
        with pytest.raises(WebhookVerificationError):
            verify_webhook(body, changed, secret)
    with pytest.raises(WebhookVerificationError):
        verify_webhook(body + b" ", headers, secret)

    while not (deliveries := darkroom.deliveries(job["id"])):
        time.sleep(0.1)
    [delivery] = deliveries
    darkroom.redeliver(job["id"], 1)
    again, _ = receiver.received.get(timeout=60)
    assert again["webhook-id"] == headers["webhook-id"] == delivery["id"]
