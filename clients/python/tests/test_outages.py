"""What both clients do while the server, or a gateway in front of it, is away."""

from pathlib import Path
from typing import Any

import pytest
from conftest import PHOTO, Connect
from gateway import Gateway

from darkroom_client import DarkroomProblem

JOB = {"operation": "image.transform", "params": {"width": 600, "format": "png"}}


@pytest.fixture
def client(connect: Connect, gateway: Gateway) -> Any:
    return connect(gateway.url)


@pytest.mark.parametrize("fault", [502, 503, 504, 429, "cut"])
def test_a_submission_is_repeated_and_makes_one_job(client: Any, gateway: Gateway, fault: int | str) -> None:
    gateway.faults = [fault]
    job = client.submit(JOB, [PHOTO])
    assert gateway.requests == ["POST /v1/jobs"] * 2
    assert client.wait(job["id"])["run"] == 1


def test_a_rerun_is_repeated_after_a_limit_alone(client: Any, gateway: Gateway) -> None:
    job = client.submit(JOB, [PHOTO], wait=50)
    gateway.faults = [503]
    with pytest.raises(DarkroomProblem) as problem:
        client.rerun(job["id"])
    assert (problem.value.status, problem.value.code, problem.value.retryable) == (503, "http_error", True)
    gateway.faults = [429]
    assert client.rerun(job["id"])["run"] == 2


def test_a_long_limit_is_an_error_at_once(client: Any, gateway: Gateway) -> None:
    gateway.faults, gateway.headers = [429], {"Retry-After": "61"}
    with pytest.raises(DarkroomProblem) as problem:
        client.operations()
    assert (problem.value.status, problem.value.retry_after) == (429, 61)
    assert len(gateway.requests) == 1


def test_no_server_is_an_error(connect: Connect) -> None:
    with pytest.raises(DarkroomProblem) as problem:
        connect("http://127.0.0.1:1", retries=0).operations()
    assert (problem.value.status, problem.value.code) == (0, "unreachable")
    assert problem.value.detail.startswith("The server at http://127.0.0.1:1 cannot be reached: ")


def test_events_resume_after_a_cut_and_an_outage_without_gaps(client: Any, gateway: Gateway) -> None:
    job = client.submit(JOB, [PHOTO], wait=50)
    gateway.cut_after, gateway.faults = 200, ["cut", 503, 503, 503, 503, 503]
    events = list(client.events(job["id"]))
    numbers = [event["seq"] for event in events if event["type"] == "state"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1]["type"] == "end"
    assert len(gateway.requests) > 6


def test_an_outage_that_is_too_long_ends_the_wait(client: Any, gateway: Gateway) -> None:
    gateway.faults = [503] * 100
    with pytest.raises(DarkroomProblem) as problem:
        client.wait("any", outage=0)
    assert problem.value.status == 503


def test_a_download_that_was_cut_is_resumed(client: Any, gateway: Gateway, tmp_path: Path) -> None:
    job = client.submit(JOB, [PHOTO], wait=50)
    [entry] = client.files(job["id"])
    gateway.cut_after, gateway.faults = 1000, ["cut", "cut"]
    before = len(gateway.requests)
    client.save_file(job["id"], entry, tmp_path / "out.png")
    assert (tmp_path / "out.png").stat().st_size == entry["size"]
    assert len(gateway.requests) - before == 3
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


def test_other_content_than_listed_is_an_error(client: Any, tmp_path: Path) -> None:
    job = client.submit(JOB, [PHOTO], wait=50)
    [entry] = client.files(job["id"])
    with pytest.raises(DarkroomProblem) as problem:
        client.save_file(job["id"], {**entry, "sha256": "0" * 64}, tmp_path / "out.png")
    assert problem.value.code == "bad_download"
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_outside_the_folder_or_through_a_link(client: Any, tmp_path: Path) -> None:
    job = client.submit(JOB, [PHOTO], wait=50)
    [entry] = client.files(job["id"])
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / entry["path"]).symlink_to(tmp_path / "elsewhere")
    with pytest.raises((DarkroomProblem, FileExistsError)):
        client.save_files(job["id"], folder)
    assert not (tmp_path / "elsewhere").exists()
