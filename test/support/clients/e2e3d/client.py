import requests

# Submit a new job
response = requests.post(
    "http://localhost/api/reconstruct",
    json={
        "image_set_path": "/app/data/input/SampleImages",
        "quality": "medium",
        "job_id": "sample_job_123"
    }
)
job_id = response.json()["job_id"]

# Check job status
status_response = requests.get(f"http://localhost/api/job/{job_id}")
print(f"Job status: {status_response.json()['status']}")

# Get results when complete
if status_response.json()["status"] == "completed":
    results = requests.get(f"http://localhost/api/job/{job_id}/results")
    print(f"Mesh URL: {results.json()['files']['mesh']}")
