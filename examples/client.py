#!/usr/bin/env python3
"""Uploads a photograph, waits for the thumbnail, and downloads it. Needs only Python 3.

    python3 examples/client.py photo.jpg thumbnails
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

SERVER = os.environ.get("DARKROOM_URL") or "http://127.0.0.1:8080"
TOKEN = os.environ.get("DARKROOM_TOKEN")


def call(method, path, body=None, headers=None):
    """Returns the open response. Raises SystemExit with the error if the server rejects the request."""
    login = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
    request = urllib.request.Request(SERVER + path, data=body, method=method, headers={**login, **(headers or {})})
    try:
        return urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        raise SystemExit(f"{problem['code']}: {problem['detail']}")


def submit(job, photo):
    """Sends the job and the file as one multipart/form-data request; the part `job` comes first."""
    boundary = uuid.uuid4().hex
    with open(photo, "rb") as file:
        content = file.read()
    name = os.path.basename(photo).replace('"', "_")
    body = b"".join([
        f'--{boundary}\r\nContent-Disposition: form-data; name="job"\r\n\r\n'.encode(),
        json.dumps(job).encode(),
        f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\n\r\n'.encode(),
        content,
        f"\r\n--{boundary}--\r\n".encode(),
    ])
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        # A repeated request with the same key returns the same job.
        "Idempotency-Key": uuid.uuid4().hex,
    }
    with call("POST", "/v1/jobs", body, headers) as response:
        return json.load(response)


def wait(job_id):
    """Polls at the interval that the server suggests, until the job has ended."""
    while True:
        with call("GET", f"/v1/jobs/{job_id}") as response:
            job = json.load(response)
            if job["state"] in ("completed", "failed", "cancelled"):
                return job
            print(f"{job['state']} {job['progress']:.0f} %")
            time.sleep(float(response.headers.get("Retry-After", 1)))


def main(photo="examples/photos/chelsea.jpg", folder="thumbnails"):
    job = submit({"operation": "image.transform", "params": {"width": 320, "format": "webp"}}, photo)
    job = wait(job["id"])
    if job["state"] != "completed":
        raise SystemExit(f"The job {job['state']}: {job['error']['message']}")
    os.makedirs(folder, exist_ok=True)
    with call("GET", f"/v1/jobs/{job['id']}/files") as response:
        files = json.load(response)["files"]
    for file in files:
        target = os.path.join(folder, os.path.basename(file["path"]))
        with call("GET", f"/v1/jobs/{job['id']}/files/{urllib.parse.quote(file['path'])}") as response:
            with open(target, "wb") as out:
                out.write(response.read())
        print(f"{target}, {file['size']} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
