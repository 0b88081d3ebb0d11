#!/usr/bin/env bash
# image-web: uploads an image and downloads the processed one. DARKROOM_URL: the server. Run it in the clone.
set -euo pipefail
url=${DARKROOM_URL:-http://localhost:8080}
image=${1:-examples/photos/chelsea.jpg}

# The minimal request of the contract: only the image. The header and the field `location` link to its status.
curl -sS -X POST -F "image=@$image" "$url/jobs"
echo

# With parameters of image.transform. The field `operation` selects any other operation on one image.
location=$(curl -sS -o /dev/null -w '%header{location}' -F "image=@$image" -F width=320 -F format=webp "$url/jobs")
echo "$location"

# 200 while the job is pending or processing, 201 once it is completed; `location` then links to the output.
until [ "$(curl -sS -o /dev/null -w '%{http_code}' "$url$location")" = 201 ]; do
  sleep 0.2
  curl -sS "$url$location" | grep -q '"status":"failed"' && { curl -sS "$url$location"; exit 1; }
done
curl -sS "$url$location"
echo

output=$(mktemp)
curl -sS -o "$output" -w '%{content_type}, %{size_download} bytes\n' "$url$location/output"
rm "$output"

# A rejected submission becomes a failed job with the cause.
curl -sS -F "image=@$image" -F width=wide "$url/jobs"
echo
