#!/usr/bin/env python3
"""Guestkit REST API client example"""

import requests
import time
from datetime import datetime

class GuestkitClient:
    def __init__(self, base_url="http://localhost:8080"):
        self.base_url = base_url
        self.api_base = f"{base_url}/api/v1"

    def submit_job(self, image_path, operation="guestkit.inspect", job_id=None):
        """Submit a new job"""
        if not job_id:
            job_id = f"job-{int(time.time())}"

        job = {
            "version": "1.0",
            "job_id": job_id,
            "kind": "VMOperation",
            "operation": operation,
            "created_at": datetime.utcnow().isoformat() + "Z",
            "payload": {
                "type": f"{operation}.v1",
                "data": {
                    "image": {
                        "path": image_path,
                        "format": "qcow2"
                    }
                }
            }
        }

        response = requests.post(f"{self.api_base}/jobs", json=job)
        response.raise_for_status()
        return response.json()

    def get_job_status(self, job_id):
        """Get job status"""
        response = requests.get(f"{self.api_base}/jobs/{job_id}")
        response.raise_for_status()
        return response.json()["data"]

    def get_job_result(self, job_id):
        """Get job result"""
        response = requests.get(f"{self.api_base}/jobs/{job_id}/result")
        response.raise_for_status()
        return response.json()["data"]

    def list_jobs(self):
        """List all jobs"""
        response = requests.get(f"{self.api_base}/jobs")
        response.raise_for_status()
        return response.json()["data"]["jobs"]

    def get_capabilities(self):
        """Get worker capabilities"""
        response = requests.get(f"{self.api_base}/capabilities")
        response.raise_for_status()
        return response.json()["data"]

    def wait_for_completion(self, job_id, timeout=3600, poll_interval=2):
        """Wait for job to complete"""
        start_time = time.time()

        while time.time() - start_time < timeout:
            status_data = self.get_job_status(job_id)
            status = status_data["status"]

            if status == "Completed":
                return self.get_job_result(job_id)
            elif status == "Failed":
                raise Exception(f"Job failed: {status_data.get('error')}")

            time.sleep(poll_interval)

        raise TimeoutError(f"Job {job_id} did not complete within {timeout}s")

# Usage
if __name__ == "__main__":
    client = GuestkitClient()

    # Submit job
    print("Submitting job...")
    response = client.submit_job("/vms/test.qcow2")
    job_id = response["data"]["job_id"]
    print(f"Job ID: {job_id}")

    # Wait for completion
    print("Waiting for completion...")
    result = client.wait_for_completion(job_id)

    # Print result
    print("Result:")
    print(f"  OS: {result['operating_system']['product_name']}")
    print(f"  Packages: {result['packages']['count']}")
