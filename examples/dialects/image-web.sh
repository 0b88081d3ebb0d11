#!/usr/bin/env bash
# image-web: an image in a form, an image back. DARKROOM_URL says where; run it in the project's directory.
set -euo pipefail
url=${DARKROOM_URL:-http://localhost:8080}
image=${1:-examples/photos/chelsea.jpg}

# As it stands in the contract: the image alone. The header and the key `location` say where its status is.
curl -sS -X POST -F "image=@$image" "$url/jobs"
echo

# With parameters, which are those of the operation image.transform; any operation that takes one image can be named.
location=$(curl -sS -o /dev/null -w '%header{location}' -F "image=@$image" -F width=320 -F format=webp "$url/jobs")
echo "$location"

# 200 while it is pending or is being processed, 201 once it is completed; then `location` is that of the output.
until [ "$(curl -sS -o /dev/null -w '%{http_code}' "$url$location")" = 201 ]; do
  sleep 0.2
  curl -sS "$url$location" | grep -q '"status":"failed"' && { curl -sS "$url$location"; exit 1; }
done
curl -sS "$url$location"
echo

output=$(mktemp)
curl -sS -o "$output" -w '%{content_type}, %{size_download} bytes\n' "$url$location/output"
rm "$output"

# What cannot be accepted is a job all the same, which failed and says why.
curl -sS -F "image=@$image" -F width=wide "$url/jobs"
echo
