"""
Computes what image.transform shall make of pictures, with Pillow and numpy. Reads `[{"picture", "code"}]` from standard input: the path of a
picture, and an expression with `image` (upright, RGB or RGBA). Prints for each the size, the mode and the samples in base64, or a JSON value.
"""
import base64
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps, JpegImagePlugin  # noqa: F401: for the expressions

sys.path.insert(0, str(Path(__file__).parent / 'colour'))
import ciede2000  # noqa: E402


def luminance(image):
    """Grey with the luminance of the picture (IEC 61966-2-1)."""
    samples = np.asarray(image, dtype=float) / 255
    linear = np.where(samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4)
    grey = linear @ np.array([0.2126, 0.7152, 0.0722])
    encoded = np.where(grey <= 0.0031308, grey * 12.92, 1.055 * grey ** (1 / 2.4) - 0.055)
    return Image.fromarray((encoded * 255).round().astype('uint8')).convert('RGB')


def lab(image):
    """Mean CIELAB of the picture."""
    return ciede2000.srgb_to_lab(np.asarray(image.convert('RGB'), dtype=float).reshape(-1, 3)).mean(axis=0).tolist()


def edges(image):
    """Strength of edges."""
    return float(np.asarray(image.convert('L').filter(ImageFilter.FIND_EDGES), dtype=float).mean())


def over(image, colour):
    return Image.alpha_composite(Image.new('RGBA', image.size, colour), image).convert('RGB')


def decode(text):
    """The picture in these bytes (base64)."""
    return Image.open(io.BytesIO(base64.b64decode(text))).convert('RGBA')


def marked(image, overlay, places, opacity=1):
    """The picture with the overlay at each of these places (left, top)."""
    overlay.putalpha(overlay.getchannel('A').point(lambda alpha: round(alpha * opacity)))
    layer = Image.new('RGBA', image.size)
    for place in places:
        layer.paste(overlay, place)
    return Image.alpha_composite(image.convert('RGBA'), layer).convert(image.mode)


def compute(picture, code):
    image = ImageOps.exif_transpose(file := Image.open(picture))
    result = eval(code, globals() | {'image': image, 'file': file})
    if not isinstance(result, Image.Image):
        return {'value': result}
    return {'size': result.size, 'mode': result.mode, 'pixels': base64.b64encode(result.tobytes()).decode()}


json.dump([compute(**request) for request in json.load(sys.stdin)], sys.stdout)
