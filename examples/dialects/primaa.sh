#!/usr/bin/env bash
# primaa: runs an algorithm on the image at a URL. DARKROOM_URL: the server. IMAGE_URL, CALLBACK_URL: the request.
set -euo pipefail
url=${DARKROOM_URL:-http://localhost:8080}
image_url=${IMAGE_URL:?a URL that the server may download}
callback_url=${CALLBACK_URL:?a URL that the server may call}
algorithm=${ALGORITHM:-poi_detection}

# A job that does not exist.
curl -sS "$url/status/fake"
echo

body=$(printf '{"image_url":"%s","callback_url":"%s","callback_token":"%s","algorithm_name":"%s"}' \
  "$image_url" "$callback_url" a1b2c3d4-e5f6-7890-1234-567890abcdef "$algorithm")
answer=$(curl -sS -X POST "$url/job-submission" -H 'Content-Type: application/json' -d "$body")
echo "$answer"
job_id=$(sed -n 's/.*"job_id":"\([^"]*\)".*/\1/p' <<<"$answer")

# Pending, Processing, and then Completed with the result, or Failed with the reason in `error`.
until curl -sS "$url/status/$job_id" | grep -Eq '"status":"(Completed|Failed)"'; do sleep 0.2; done
curl -sS "$url/status/$job_id"
echo
