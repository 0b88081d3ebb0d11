#!/bin/bash
# Start worker with HTTP transport
cargo run --release --bin guestkit-worker -- \
  --transport http \
  --api-addr 127.0.0.1:8080 &

WORKER_PID=$!
sleep 2

# Test API endpoints
curl -f http://127.0.0.1:8080/api/v1/health || exit 1
curl -f http://127.0.0.1:8080/api/v1/capabilities || exit 1

# Submit test job
curl -X POST http://127.0.0.1:8080/api/v1/jobs \
  -H "Content-Type: application/json" \
  -d '{
    "version": "1.0",
    "job_id": "test-001",
    "kind": "VMOperation",
    "operation": "system.echo",
    "created_at": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'",
    "payload": {
      "type": "system.echo.v1",
      "data": {"message": "test"}
    }
  }'

# Check status
sleep 1
curl -f http://127.0.0.1:8080/api/v1/jobs/test-001 || exit 1

# Cleanup
kill $WORKER_PID

echo "✅ Integration test passed"
