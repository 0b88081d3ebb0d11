#!/usr/bin/env bash
# Builds the image, starts docker-compose.yml under another project name with generated secrets, runs a job, and removes
# everything, including volumes. Needs Docker with Compose 2.24 or later, curl and openssl.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${SMOKE_PORT:-18080}
settings=$(mktemp)
compose() { docker compose --project-name darkroom-smoke --env-file "$settings" "$@"; }
finish() {
  code=$?
  [ "$code" -eq 0 ] || compose logs --tail 50
  compose down --volumes --timeout 10
  rm -f "$settings"
  exit "$code"
}
trap finish EXIT

cat >"$settings" <<ENV
DARKROOM_MASTER_KEY=$(openssl rand -base64 32)
POSTGRES_PASSWORD=$(openssl rand -hex 24)
S3_ACCESS_KEY=darkroom
S3_SECRET_KEY=$(openssl rand -hex 24)
DARKROOM_PORTS=$port-$((port + 1))
ENV

compose config --quiet
compose up --detach --build --scale api=2 --scale worker=2

# Compose assigns the ports of the range in no particular order.
for api in "http://127.0.0.1:$port" "http://127.0.0.1:$((port + 1))"; do
  curl --silent --show-error --fail --retry 60 --retry-delay 2 --retry-all-errors "$api/readyz"
  echo
done
key=$(compose run --rm --no-deps -T api keys create --tenant smoke --name smoke)
curl --silent --show-error --fail-with-body "http://127.0.0.1:$port/v1/jobs" -u "smoke:$key" -H 'content-type: application/json' \
  -d '{"id":"smoke","operation":"system.echo","params":{"word":"seen"}}'
echo
# Submitted through one API, read through the other.
curl --silent --show-error --fail-with-body --retry 20 --retry-delay 1 --retry-all-errors -u "smoke:$key" \
  "http://127.0.0.1:$((port + 1))/v1/jobs/smoke/files/result.json" | grep '"word": "seen"'
