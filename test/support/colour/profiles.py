"""Small ICC profiles (ICC.1:2001-04 and ICC.1:2022), built by hand so that tests need no files of others."""
import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def xyz(x, y):
    return np.array([x / y, 1.0, (1 - x - y) / y])


def adapted_primaries(primaries, white):
    """Columns: red, green, blue in XYZ, adapted to D50."""
    columns = np.array([xyz(*primary) for primary in primaries]).T
    scaled = columns * np.linalg.solve(columns, xyz(*white))
    source, target = BRADFORD @ xyz(*white), BRADFORD @ D50
    return np.linalg.inv(BRADFORD) @ np.diag(target / source) @ BRADFORD @ scaled


def fixed(value):
    return struct.pack('>i', round(value * 65536))


def xyz_tag(values):
    return b'XYZ \0\0\0\0' + b''.join(fixed(value) for value in values)


def gamma_tag(gamma, version):
    if version >= 4:
        return b'para\0\0\0\0' + struct.pack('>HH', 0, 0) + fixed(gamma)
    return b'curv\0\0\0\0' + struct.pack('>IH', 1, round(gamma * 256))


def srgb_curve_tag(version):
    if version >= 4:
        parameters = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        return b'para\0\0\0\0' + struct.pack('>HH', 3, 0) + b''.join(fixed(value) for value in parameters)
    x = np.linspace(0, 1, 1024)
    y = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    return b'curv\0\0\0\0' + struct.pack('>I', 1024) + (y * 65535).round().astype('>u2').tobytes()


def text_tag(text, version):
    if version >= 4:
        words = text.encode('utf-16-be')
        return b'mluc\0\0\0\0' + struct.pack('>II2s2sII', 1, 12, b'en', b'US', len(words), 28) + words
    return b'desc\0\0\0\0' + struct.pack('>I', len(text) + 1) + text.encode() + b'\0' * (1 + 8 + 3 + 67)


def profile(device_class, model, pcs, tags, version):
    """Assembles header, tag table and tags."""
    tags = {
        b'desc': text_tag('darkroom test', version),
        b'cprt': text_tag('CC0', 4) if version >= 4 else b'text\0\0\0\0CC0\0',
        b'wtpt': xyz_tag(D50),
        **tags,
    }
    table, body = struct.pack('>I', len(tags)), b''
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack('>II', start + len(body), len(data))
        body += data + b'\0' * (-len(data) % 4)
    size = start + len(body)
    header = struct.pack('>I4xBxxx', size, version) + device_class + model + pcs
    header += struct.pack('>6H', 2026, 1, 1, 0, 0, 0) + b'acsp' + bytes(28) + b''.join(fixed(v) for v in D50)
    return (header + bytes(128 - len(header))) + table + body


def rgb(primaries, white, curve, version=2):
    matrix = adapted_primaries(primaries, white)
    tags = {name: xyz_tag(matrix[:, i]) for i, name in enumerate([b'rXYZ', b'gXYZ', b'bXYZ'])}
    tags.update({name: curve for name in [b'rTRC', b'gTRC', b'bTRC']})
    return profile(b'mntr', b'RGB ', b'XYZ ', tags, version)


def grey(gamma, version=2):
    return profile(b'mntr', b'GRAY', b'XYZ ', {b'kTRC': gamma_tag(gamma, version)}, version)


def cmyk(version=2):
    """Inks that are far from those of any press: cyan is violet, magenta is green, yellow is orange."""
    inks = np.array([[0.30, 0.15, 0.75], [0.05, 0.55, 0.20], [0.90, 0.40, 0.10], [0.02, 0.02, 0.02]])
    steps = np.linspace(0, 1, 3)
    grid = np.array(np.meshgrid(steps, steps, steps, steps, indexing='ij')).reshape(4, -1).T
    linear = np.prod(1 - grid[:, :, None] * (1 - inks[None]), axis=1)
    srgb = adapted_primaries([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], (0.3127, 0.3290))
    ratio = (linear @ srgb.T) / D50
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (ratio * 24389 / 27 + 16) / 116)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
    # Lab of version 2 in 16 bits (ICC.1:2001-04, A.3): 100 is 0xff00, 0 of a and b is 0x8000.
    words = np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], axis=1)
    table = words.round().clip(0, 65535).astype('>u2').tobytes()
    identity = np.array([0, 65535], '>u2').tobytes()
    lut = b'mft2\0\0\0\0' + struct.pack('>BBBx', 4, 3, 3)
    lut += b''.join(fixed(v) for v in np.eye(3).flatten()) + struct.pack('>HH', 2, 2)
    return profile(b'prtr', b'CMYK', b'Lab ', {b'A2B0': lut + identity * 4 + table + identity * 3}, version)


D65 = (0.3127, 0.3290)
SRGB = [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)]
P3 = [(0.68, 0.32), (0.265, 0.69), (0.15, 0.06)]
ADOBE = [(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)]
PROPHOTO = [(0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)]

RGB = {
    'sRGB v2': rgb(SRGB, D65, srgb_curve_tag(2)),
    'P3 v2': rgb(P3, D65, srgb_curve_tag(2)),
    'P3 v4': rgb(P3, D65, srgb_curve_tag(4), 4),
    'Adobe RGB': rgb(ADOBE, D65, gamma_tag(563 / 256, 2)),
    'ProPhoto': rgb(PROPHOTO, (0.3457, 0.3585), gamma_tag(1.8, 2)),
    'linear v4': rgb(SRGB, D65, gamma_tag(1.0, 4), 4),
}
GREY = {'grey 2.2': grey(2.2), 'grey 1.8 v4': grey(1.8, 4), 'grey linear': grey(1.0)}
CMYK = {'odd inks': cmyk()}
