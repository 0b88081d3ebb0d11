#!/bin/bash
# Submit a VM inspection job via REST API

# Job definition
cat > job.json <<'EOF'
{
  "version": "1.0",
  "job_id": "inspect-$(date +%s)",
  "kind": "VMOperation",
  "operation": "guestkit.inspect",
  "created_at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "payload": {
    "type": "guestkit.inspect.v1",
    "data": {
      "image": {
        "path": "/vms/my-vm.qcow2",
        "format": "qcow2"
      }
    }
  }
}
EOF

# Submit job
RESPONSE=$(curl -s -X POST http://localhost:8080/api/v1/jobs \
  -H "Content-Type: application/json" \
  -d @job.json)

echo "Response: $RESPONSE"

# Extract job ID
JOB_ID=$(echo $RESPONSE | jq -r '.data.job_id')
echo "Job ID: $JOB_ID"

# Poll for completion
while true; do
  STATUS=$(curl -s http://localhost:8080/api/v1/jobs/$JOB_ID | jq -r '.data.status')
  echo "Status: $STATUS"

  if [[ "$STATUS" == "Completed" ]]; then
    # Get result
    curl -s http://localhost:8080/api/v1/jobs/$JOB_ID/result | jq
    break
  elif [[ "$STATUS" == "Failed" ]]; then
    echo "Job failed"
    break
  fi

  sleep 2
done
