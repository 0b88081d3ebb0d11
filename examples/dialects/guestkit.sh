#!/usr/bin/env bash
# guestkit: submits a job, waits for it, and reads the result. DARKROOM_URL: the server.
set -euo pipefail
url=${DARKROOM_URL:-http://localhost:8080}
id="echo-$(date +%s%N)"

curl -sS -f "$url/api/v1/health"
echo
curl -sS -f "$url/api/v1/capabilities"
echo

# The unquoted here-document lets the shell insert the id and the time.
curl -sS -X POST "$url/api/v1/jobs" -H 'Content-Type: application/json' -d @- <<JOB
{
  "version": "1.0",
  "job_id": "$id",
  "kind": "VMOperation",
  "operation": "test.echo",
  "created_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "payload": { "type": "test.echo.v1", "data": { "message": "test", "delay_ms": 500 } }
}
JOB
echo

# Pending, Assigned, Running, and finally Completed or Failed.
until curl -sS "$url/api/v1/jobs/$id" | grep -Eq '"status":"(Completed|Failed)"'; do sleep 0.2; done
curl -sS "$url/api/v1/jobs/$id"
echo
curl -sS -f "$url/api/v1/jobs/$id/result"
echo
curl -sS "$url/api/v1/jobs?limit=5"
echo

# Errors name the invalid field.
curl -sS -X POST "$url/api/v1/jobs" -H 'Content-Type: application/json' \
  -d "{\"version\":\"1.0\",\"job_id\":\"$id-2\",\"kind\":\"VMOperation\",\"operation\":\"inspect\",
       \"created_at\":\"2026-01-30T10:00:00Z\",\"payload\":{\"type\":\"inspect.v1\",\"data\":{}}}"
echo
