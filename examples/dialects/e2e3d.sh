#!/usr/bin/env bash
# e2e3d: a model of the photographs in a directory of the server. DARKROOM_URL says where the server is, IMAGE_SET_PATH
# which directory, QUALITY how fine (low, medium, high), NOTIFY_URL who is told of the end.
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

# It holds after the step that it is in, and goes on.
curl -sS -f -X POST "$url/api/job/$id/pause"
echo
curl -sS -f -X POST "$url/api/job/$id/resume"
echo

# submitted, queued, processing, and at last completed, failed or cancelled.
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

# A directory that is not there is told at once.
curl -sS -X POST "$url/api/reconstruct" -H 'Content-Type: application/json' -d '{"image_set_path":"nowhere"}'
echo
