"""Reads paths from standard input as a JSON list. Prints for each what Pillow decodes, in base64, or why it refuses."""
import base64
import io
import json
import sys
import warnings

from PIL import Image

warnings.simplefilter("ignore")


def decode(path):
    try:
        with Image.open(path) as image:
            image.load()
            pixels = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
            return {"size": pixels.size, "pixels": base64.b64encode(pixels.convert("RGB").tobytes()).decode()}
    except Exception as error:  # Any refusal counts.
        return {"refused": f"{type(error).__name__}: {error}"}


json.dump([decode(path) for path in json.load(sys.stdin)], sys.stdout)
