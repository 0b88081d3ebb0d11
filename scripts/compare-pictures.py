"""
Compares pictures with what Pillow and LittleCMS show. Reads `[{"source", "result"}]` from standard input: a picture, and a PNG file
of it in sRGB. Prints for each the mean CIEDE2000 of all pixels on white, or why Pillow cannot read the picture.
"""
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

sys.path.insert(0, str(Path(__file__).parent.parent / 'test/support/colour'))
import ciede2000  # noqa: E402

SRGB = ImageCms.createProfile('sRGB')
Image.MAX_IMAGE_PIXELS = None
SIDE = 400


def read(path):
    image = Image.open(path)
    image.load()
    icc = image.info.get('icc_profile')
    # Pillow does not apply gAMA. `srgb` has precedence.
    gamma = None if 'srgb' in image.info else image.info.get('gamma')
    if image.mode.startswith('I;16') or image.mode == 'I':
        image = Image.fromarray((np.array(image).clip(0, 65535) / 257).round().astype('uint8'))
    if image.mode == 'F':
        image = Image.fromarray((np.array(image).clip(0, 1) * 255).round().astype('uint8'))
    image = ImageOps.exif_transpose(image)
    if image.mode in ('P', 'PA') or 'transparency' in image.info:
        image = image.convert('RGBA')
    alpha = image.getchannel('A') if 'A' in image.getbands() else Image.new('L', image.size, 255)
    if image.mode in ('RGBA', 'LA'):
        image = image.convert(image.mode[:-1])
    if image.mode in ('1', 'YCbCr', 'LAB', 'HSV'):
        image = image.convert('RGB')
    if icc:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            image = ImageCms.profileToProfile(image, profile, SRGB, renderingIntent=0, outputMode='RGB')
        except ImageCms.PyCMSError:
            pass  # Browsers ignore profiles that do not fit.
    colours = image.convert('RGB')
    if gamma and not icc:
        linear = (np.array(colours) / 255) ** (1 / gamma)
        encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        colours = Image.fromarray((encoded * 255).round().astype('uint8'))
    white = Image.new('RGB', image.size, 'white')
    return Image.composite(colours, white, alpha)


def compare(source, result):
    try:
        expected = read(source)
    except Exception as error:  # Any refusal counts.
        return {'refused': f'{type(error).__name__}: {error}'[:100]}
    seen = read(result)
    if expected.size != seen.size:
        return {'size': [expected.size, seen.size]}
    expected.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    seen.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    labs = [ciede2000.srgb_to_lab(np.array(image, dtype=float).reshape(-1, 3)) for image in (expected, seen)]
    return {'difference': float(np.mean(ciede2000.delta(*labs)))}


json.dump([compare(**pair) for pair in json.load(sys.stdin)], sys.stdout)
