# Submit a job
curl -X POST "http://localhost/api/reconstruct" \
  -H "Content-Type: application/json" \
  -d '{"image_set_path": "/app/data/input/SampleImages", "quality": "medium", "job_id": "sample_job_123"}'

# Check status
curl -X GET "http://localhost/api/job/sample_job_123"

# Get results
curl -X GET "http://localhost/api/job/sample_job_123/results"
