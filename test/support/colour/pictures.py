"""
Writes pictures of flat colours in many formats, depths, colour models and profiles to a directory, and what they show as `manifest.json`.
Upright, each is 256 x 64: eight stripes of 32 pixels. With alpha, the upper half is opaque and the lower half has an alpha of 128.
The expected colours are those of LittleCMS (perceptual intent, no black point compensation), in sRGB.
"""
import io
import json
import sys
from pathlib import Path

import numpy as np
import profiles
import tifffile
from PIL import Image, ImageCms

RGB = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 120, 40), (60, 160, 90), (128, 128, 128), (250, 220, 190), (20, 20, 20)]
GREY = [(0,), (36,), (72,), (109,), (145,), (182,), (218,), (255,)]
INKS = [(255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255), (128, 0, 128, 0), (0, 128, 128, 30), (0, 0, 0, 0), (100, 100, 100, 100)]
MODES = {1: 'L', 3: 'RGB', 4: 'CMYK'}
SRGB = ImageCms.createProfile('sRGB')

folder = Path(sys.argv[1])
manifest = []


def stripes(colours, alpha=None):
    pixels = np.repeat(np.array(colours, np.uint8), 32, axis=0)[None].repeat(64, axis=0)
    if alpha is None:
        return pixels
    channel = np.full((64, 256, 1), 255, np.uint8)
    channel[32:] = alpha
    return np.concatenate([pixels, channel], axis=2)


def shown(colours, icc):
    """What LittleCMS makes of the colours in sRGB."""
    mode = MODES[len(colours[0])]
    image = Image.fromarray(np.array([colours], np.uint8).squeeze(-1 if mode == 'L' else ()), mode)
    if icc is None:
        return np.array(image.convert('RGB'))[0].tolist()
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return np.array(ImageCms.profileToProfile(image, profile, SRGB, renderingIntent=0, outputMode='RGB'))[0].tolist()


def add(name, write, colours, icc=None, alpha=None, limit=1.0, own=False):
    """`own`: the picture is RGB with a profile, so `metadata: keep` keeps the profile."""
    write(folder / name)
    manifest.append({'file': name, 'colours': shown(colours, icc), 'alpha': alpha, 'limit': limit, 'own': own, 'profile': icc is not None})


def pillow(pixels, **options):
    squeezed = pixels.squeeze(-1) if pixels.shape[2] == 1 else pixels
    mode = 'LA' if pixels.shape[2] == 2 else None
    return lambda path: Image.fromarray(squeezed, mode).save(path, **options)


def tiff(pixels, photometric, icc=None, alpha='unassalpha', **options):
    bands = {'minisblack': 1, 'miniswhite': 1, 'rgb': 3, 'separated': 4}[photometric]
    extra = [alpha] * (pixels.shape[2] - bands)
    data = pixels.squeeze(-1) if pixels.shape[2] == 1 else pixels
    more = {'extrasamples': extra} if extra else {}
    more.update({'planarconfig': 'contig'} if pixels.shape[2] > 1 else {})
    return lambda path: tifffile.imwrite(path, data, photometric=photometric, iccprofile=icc, metadata=None, **more, **options)


def png16(pixels, icc=None):
    """Pillow writes no 16-bit colour, so this is a PNG by hand (ISO/IEC 15948)."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    height, width, bands = pixels.shape
    rows = b''.join(b'\0' + row.astype('>u2').tobytes() for row in pixels)
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    parts = [chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 16, kind, 0, 0, 0))]
    if icc:
        parts.append(chunk(b'iCCP', b'test\0\0' + zlib.compress(icc)))
    parts += [chunk(b'IDAT', zlib.compress(rows)), chunk(b'IEND', b'')]
    return lambda path: path.write_bytes(b'\x89PNG\r\n\x1a\n' + b''.join(parts))


def wide(pixels):
    return pixels.astype(np.uint16) * 257


# RGB, with and without alpha, in each profile.
for label, icc in [(None, None), *profiles.RGB.items()]:
    name = (label or 'no profile').replace(' ', '-')
    own = icc is not None
    for alpha in [None, 128]:
        pixels, suffix = stripes(RGB, alpha), '-alpha' if alpha else ''
        rest = {'colours': RGB, 'icc': icc, 'alpha': alpha, 'own': own}
        add(f'rgb8-{name}{suffix}.png', pillow(pixels, icc_profile=icc), **rest)
        add(f'rgb16-{name}{suffix}.png', png16(wide(pixels), icc), **rest, limit=2)
        add(f'rgb8-{name}{suffix}.tif', tiff(pixels, 'rgb', icc), **rest)
        add(f'rgb16-{name}{suffix}.tif', tiff(wide(pixels), 'rgb', icc), **rest, limit=2)
        add(f'rgb8-{name}{suffix}.webp', pillow(pixels, icc_profile=icc or b'', lossless=True, exact=True), **rest)
    add(f'rgb8-{name}.jpg', pillow(stripes(RGB), icc_profile=icc, quality=100, subsampling=0), RGB, icc, own=own)

# Grey.
for label, icc in [(None, None), *profiles.GREY.items()]:
    name = (label or 'no profile').replace(' ', '-')
    for alpha in [None, 128]:
        pixels, suffix = stripes(GREY, alpha), '-alpha' if alpha else ''
        rest = {'colours': GREY, 'icc': icc, 'alpha': alpha, 'limit': 2}
        add(f'grey8-{name}{suffix}.png', pillow(pixels, icc_profile=icc), **rest)
        add(f'grey16-{name}{suffix}.png', png16(wide(pixels), icc), **rest)
        add(f'grey8-{name}{suffix}.tif', tiff(pixels, 'minisblack', icc), **rest)
        add(f'grey16-{name}{suffix}.tif', tiff(wide(pixels), 'minisblack', icc), **rest)
    add(f'grey8-{name}.jpg', pillow(stripes(GREY), icc_profile=icc, quality=100), GREY, icc, limit=2)
add('min-is-white.tif', tiff(255 - stripes(GREY), 'miniswhite'), GREY)
add('min-is-white-16.tif', tiff(wide(255 - stripes(GREY)), 'miniswhite'), GREY)

# CMYK: always with a profile, since without one each program has inks of its own.
for label, icc in profiles.CMYK.items():
    rest = {'colours': INKS, 'icc': icc, 'limit': 2}
    add('cmyk8.tif', tiff(stripes(INKS), 'separated', icc), **rest)
    add('cmyk16.tif', tiff(wide(stripes(INKS)), 'separated', icc), **rest)
    image = Image.fromarray(stripes(INKS), 'CMYK')
    # Pillow writes the Adobe marker, and inks inverted as Photoshop does.
    add('cmyk-adobe.jpg', lambda path: image.save(path, icc_profile=icc, quality=100, subsampling=0), **rest)

# A profile with further bytes behind its end, which LittleCMS ignores.
for name, options in [('png', {}), ('jpg', {'quality': 100, 'subsampling': 0})]:
    icc = profiles.RGB['P3 v2'] + bytes(70_000)
    add(f'rgb8-long-profile.{name}', pillow(stripes(RGB), icc_profile=icc, **options), RGB, icc)

# JPEG of RGB that is stored as such, not as YCbCr.
add('rgb-components.jpg', pillow(stripes(RGB), quality=100, subsampling=0, keep_rgb=True), RGB)

# Palettes and few bits.
BINARY = [(0,), (255,)] * 4
few = stripes([(i % 4,) for i in range(8)]).squeeze(-1)
FOUR = [(255, 0, 0), (0, 255, 0), (200, 120, 40), (20, 20, 20)]
for bits in [2, 4, 8]:
    image = Image.fromarray(few, 'P')
    image.putpalette([value for colour in FOUR for value in colour])
    add(f'palette-{bits}.png', lambda path: image.save(path, bits=bits, transparency=None), FOUR * 2)
    icc = profiles.RGB['P3 v2']
    add(f'palette-{bits}-p3.png', lambda path: image.save(path, bits=bits, icc_profile=icc), FOUR * 2, icc, own=True)
add('palette.gif', lambda path: image.save(path), FOUR * 2)
one = Image.fromarray(stripes(BINARY).squeeze(-1)).convert('1')
add('bits-1.png', lambda path: one.save(path), BINARY)
add('bits-1.tif', lambda path: one.save(path, compression='group4'), BINARY)
# Grey PNG of few bits, whose transparency is a colour that does not occur.
add('grey-trns.png', lambda path: Image.fromarray(stripes(GREY).squeeze(-1)).save(path, transparency=1), GREY)

# Grey pictures with a profile of RGB, which browsers apply.
for bits, pixels in [(8, stripes(GREY)), (16, wide(stripes(GREY)))]:
    for label in ['Adobe RGB', 'linear v4']:
        icc, name = profiles.RGB[label], label.replace(' ', '-')
        as_rgb = [colour * 3 for colour in GREY]
        add(f'grey{bits}-rgb-profile-{name}.png', png16(pixels, icc) if bits == 16 else pillow(pixels, icc_profile=icc), as_rgb, icc, limit=2, own=True)
# RGB with a profile of CMYK or grey, which browsers ignore.
add('rgb-grey-profile.png', pillow(stripes(RGB), icc_profile=profiles.GREY['grey linear']), RGB)
add('rgb-cmyk-profile.jpg', pillow(stripes(RGB), icc_profile=profiles.CMYK['odd inks'], quality=100, subsampling=0), RGB)
add('rgb-broken-profile.png', pillow(stripes(RGB), icc_profile=b'no profile' * 20), RGB)

# Other numbers: 0 to 1 in floating point, 32 bits.
for suffix, dtype in [('half', np.float16), ('float', np.float32)]:
    for name, colours, photometric, icc in [
        ('grey', GREY, 'minisblack', None),
        ('grey-linear', GREY, 'minisblack', profiles.GREY['grey linear']),
        ('rgb', RGB, 'rgb', None),
        ('rgb-p3', RGB, 'rgb', profiles.RGB['P3 v2']),
    ]:
        add(f'{suffix}-{name}.tif', tiff((stripes(colours) / 255).astype(dtype), photometric, icc), colours, icc, limit=2)
for name, colours, photometric, icc in [
    ('grey', GREY, 'minisblack', None),
    ('rgb', RGB, 'rgb', None),
    ('rgb-p3', RGB, 'rgb', profiles.RGB['P3 v2']),
]:
    data = stripes(colours).astype(np.uint32) * 0x01010101
    add(f'uint32-{name}.tif', tiff(data, photometric, icc), colours, icc, limit=2)

# Further channels. Only what the file calls alpha is alpha (TIFF 6.0, ExtraSamples).
infrared = np.full((64, 256, 1), 90, np.uint8)
infrared[:, ::2] = 0
for count in [1, 2]:
    pixels = np.concatenate([stripes(RGB), *[infrared] * count], axis=2)
    add(f'rgb-infrared-{count}.tif', tiff(pixels, 'rgb', alpha='unspecified'), RGB)
spot = np.concatenate([stripes(INKS), infrared], axis=2)
add('cmyk-spot.tif', tiff(spot, 'separated', profiles.CMYK['odd inks'], alpha='unspecified'), INKS, profiles.CMYK['odd inks'], limit=2)
alpha_first = np.concatenate([stripes(RGB, 128), infrared], axis=2)
extras = ['unassalpha', 'unspecified']
add('rgb-alpha-infrared.tif', lambda path: tifffile.imwrite(path, alpha_first, photometric='rgb', extrasamples=extras, planarconfig='contig', metadata=None), RGB, alpha=128)
deep = wide(np.concatenate([stripes(RGB), infrared], axis=2))
add('rgb16-infrared-p3.tif', tiff(deep, 'rgb', profiles.RGB['P3 v2'], alpha='unspecified'), RGB, profiles.RGB['P3 v2'], limit=2, own=True)
grey_extra = np.concatenate([stripes(GREY), infrared], axis=2)
add('grey-infrared.tif', tiff(grey_extra, 'minisblack', alpha='unspecified'), GREY)
# Colours that are multiplied by alpha.
premultiplied = stripes(RGB, 128)
premultiplied[32:, :, :3] = premultiplied[32:, :, :3] // 2
add('associated-alpha.tif', tiff(premultiplied, 'rgb', alpha='assocalpha'), RGB, alpha=128, limit=2)

# Orientation: stored so that a viewer that turns it shows the stripes upright (EXIF 2.3, tag 274).
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}
for orientation, store in STORED.items():
    exif = Image.Exif()
    exif[274] = orientation
    icc = profiles.RGB['Adobe RGB']
    stored = np.ascontiguousarray(store(stripes(RGB)))
    save = pillow(stored, icc_profile=icc, exif=exif, quality=100, subsampling=0)
    add(f'orientation-{orientation}.jpg', save, RGB, icc, own=True)
    tags = [(274, 'H', 1, orientation, True)]
    add(f'orientation-{orientation}.tif', tiff(wide(stored), 'rgb', icc, extratags=tags), RGB, icc, limit=2, own=True)

# Numbers whose black and white are unknown.
tiff(stripes(GREY).astype(np.float32), 'minisblack')(folder / 'unknown-range-float.tif')
tiff(stripes(GREY).astype(np.int16), 'minisblack')(folder / 'unknown-range-signed.tif')

for entry in manifest:
    reference = np.repeat(np.array(entry['colours'], np.uint8), 32, axis=0)[None].repeat(64, axis=0)
    Image.fromarray(reference).save(folder / (entry['file'] + '.reference.png'))
(folder / 'manifest.json').write_text(json.dumps(manifest))
