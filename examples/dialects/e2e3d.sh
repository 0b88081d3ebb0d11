#!/usr/bin/env bash
# e2e3d: builds a model from the photographs in a directory of the server. DARKROOM_URL: the server. IMAGE_SET_PATH: the
# directory. QUALITY: low, medium or high. NOTIFY_URL: receives a callback at the end.
set -euo pipefail
url=${DARKROOM_URL:-http://localhost:8080}
image_set_path=${IMAGE_SET_PATH:?a directory below an input directory of the server}
quality=${QUALITY:-low}
id="sample-$(date +%s%N)"
notify=${NOTIFY_URL:+,\"notify_url\":\"$NOTIFY_URL\"}

curl -sS -f "$url/api/health"
echo
curl -sS -f "$url/api/config"
echo

curl -sS -f -X POST "$url/api/reconstruct" -H 'Content-Type: application/json' \
  -d "{\"image_set_path\":\"$image_set_path\",\"quality\":\"$quality\",\"job_id\":\"$id\",\"use_gpu\":false$notify}"
echo

# The job pauses after its current stage, and resumes.
curl -sS -f -X POST "$url/api/job/$id/pause"
echo
curl -sS -f -X POST "$url/api/job/$id/resume"
echo

# submitted, queued, processing, and finally completed, failed or cancelled.
until curl -sS -f "$url/api/job/$id" | grep -Eq '"status":"(completed|failed|cancelled)"'; do sleep 0.5; done
curl -sS -f "$url/api/job/$id"
echo
curl -sS -f "$url/api/job/$id/results"
echo
curl -sS -f -o /dev/null -w '{"path":"/output/'"$id"'/mesh/reconstructed_mesh.obj","bytes":%{size_download}}\n' \
  "$url/output/$id/mesh/reconstructed_mesh.obj"

curl -sS -f "$url/api/jobs?status=completed&limit=5"
echo
curl -sS -f "$url/api/metrics"
echo

# A missing directory is rejected at once.
curl -sS -X POST "$url/api/reconstruct" -H 'Content-Type: application/json' -d '{"image_set_path":"nowhere"}'
echo
