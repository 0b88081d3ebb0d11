"""
Reads `[{"path", "patches": [{"box": [left, top, right, bottom], "colour": [r, g, b], "alpha"}]}]` from standard input. Prints, for each picture,
the largest CIEDE2000 between the mean of a patch and its colour in sRGB, the largest difference of alpha, and the name of the profile.
The pictures are decoded by Pillow and converted from their profiles by LittleCMS (perceptual intent, no black point compensation).
"""
import io
import json
import sys

import ciede2000
import numpy as np
from PIL import Image, ImageCms

SRGB = ImageCms.createProfile('sRGB')


def read(path):
    image = Image.open(path)
    image.load()
    icc = image.info.get('icc_profile')
    if image.mode in ('P', 'PA') or 'transparency' in image.info:
        image = image.convert('RGBA')
    bands = image.getbands()
    alpha = image.getchannel('A') if 'A' in bands else Image.new('L', image.size, 255)
    grey = bands[0] == 'L'
    colours = Image.merge('RGB', [image.getchannel(0)] * 3) if grey else Image.merge('RGB', image.split()[:3])
    name = None
    if icc:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        name = (profile.profile.profile_description or '').strip('\0')
        source = image.getchannel(0) if grey else colours
        colours = ImageCms.profileToProfile(source, profile, SRGB, renderingIntent=0, outputMode='RGB')
    return np.dstack([np.array(colours), np.array(alpha)]).astype(float), name


def measure(path, patches):
    pixels, profile = read(path)
    worst, alpha, at = 0.0, 0.0, None
    for patch in patches:
        left, top, right, bottom = patch['box']
        mean = pixels[top:bottom, left:right].mean(axis=(0, 1))
        difference = float(ciede2000.delta(*ciede2000.srgb_to_lab([mean[:3], patch['colour']])))
        if difference > worst:
            worst, at = difference, {'seen': mean[:3].round(1).tolist(), 'expected': patch['colour']}
        alpha = max(alpha, abs(mean[3] - patch.get('alpha', 255)))
    height, width = pixels.shape[:2]
    return {'difference': worst, 'alpha': alpha, 'at': at, 'profile': profile, 'width': width, 'height': height}


print(json.dumps([measure(**picture) for picture in json.load(sys.stdin)]))
