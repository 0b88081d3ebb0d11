#!/usr/bin/env bash
# common-application: creates a task, adds assets as URLs in several calls, and downloads the result.
# DARKROOM_URL: the server. IMAGE_URLS: URLs that the server may download, separated by spaces.
set -euo pipefail
url=${DARKROOM_URL:-http://localhost:8080}
read -ra image_urls <<<"${IMAGE_URLS:?URLs that the server may download}"

# Without a body the task runs the configured operation; the default is a gallery as a ZIP.
answer=$(curl -sS -X POST "$url/api/v1/task")
echo "$answer"
task_id=$(sed -n 's/.*"task_id":"\([^"]*\)".*/\1/p' <<<"$answer")

for image_url in "${image_urls[@]}"; do
  body=$(printf '{"task_id":"%s","data":[{"file_name":"%s","attributes":{"longitude":14.42},"download_url":"%s"}]}' \
    "$task_id" "$(basename "$image_url")" "$image_url")
  curl -sS -X POST "$url/api/v1/assets" -H 'Content-Type: application/json' -d "$body"
  echo
done

# Completes the input. This call is optional: darkroom also starts when no assets have arrived for some seconds.
curl -sS -X POST "$url/api/v1/assets" -H 'Content-Type: application/json' \
  -d "{\"task_id\":\"$task_id\",\"data\":[],\"final\":true}"
echo

# CREATED, DOWNLOADING, WAITING, PROCESSING, COMPLETED; success is false if the task failed.
until curl -sS "$url/api/v1/task?id=$task_id" | grep -Eq '"status":"COMPLETED"|"success":false'; do sleep 0.2; done
curl -sS "$url/api/v1/task?id=$task_id"
echo

result=$(mktemp)
curl -sS -o "$result" -w '%{http_code}, %{content_type}, %{size_download} bytes\n' "$url/api/v1/result?id=$task_id"
rm "$result"

curl -sS "$url/api/v1/status"
curl -sS -X DELETE "$url/api/v1/task?id=$task_id"
echo
