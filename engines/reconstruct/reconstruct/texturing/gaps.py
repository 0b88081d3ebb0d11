"""Fills unknown parts of a picture from their surroundings."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .layout import CELL

Picture = NDArray[np.float32]

#: Rows of a texture that are processed at a time.
_ROWS = 256 * CELL


def fill(picture: Picture, known: Picture) -> Picture:
    """Returns the picture (height, width, 3) with unknown pixels interpolated. `known` (height, width): weights from 0 to 1."""
    if known.min() >= 1 or max(known.shape) == 1:
        return picture
    height, width = known.shape
    half = ((width + 1) // 2, (height + 1) // 2)
    share = cv2.resize(known, half, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(picture * known[..., None], half, interpolation=cv2.INTER_AREA)
    means = sums.reshape(*share.shape, 3) / np.maximum(share, 1e-6)[..., None]
    around = fill(means.astype(np.float32), np.minimum(1, share * 4).astype(np.float32))
    around = cv2.resize(around, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, 3)
    return around + (picture - around) * known[..., None]


def fill_texture(texture: NDArray[np.uint8], used: NDArray[np.uint8]) -> None:
    """Extends the colours of `used` pixels (0 or 1) into unused ones, so that mipmaps show no other colours."""
    height, width = used.shape
    size = (width // CELL, height // CELL)
    means, share = np.empty((*size[::-1], 3), np.float32), np.empty(size[::-1], np.float32)
    for begin in range(0, height, _ROWS):
        rows, small = slice(begin, begin + _ROWS), slice(begin // CELL, (begin + _ROWS) // CELL)
        tall = len(share[small])
        mask = used[rows].astype(np.float32)
        share[small] = cv2.resize(mask, (size[0], tall), interpolation=cv2.INTER_AREA).reshape(tall, -1)
        sums = cv2.resize(texture[rows] * mask[..., None], (size[0], tall), interpolation=cv2.INTER_AREA)
        means[small] = sums.reshape(tall, -1, 3) / np.maximum(share[small], 1e-6)[..., None]
    filled = np.clip(np.round(fill(means, (share > 0).astype(np.float32))), 0, 255).astype(np.uint8)
    for begin in range(0, height, _ROWS):
        rows, small = slice(begin, begin + _ROWS), slice(begin // CELL, (begin + _ROWS) // CELL)
        wide = filled[small].repeat(CELL, 0).repeat(CELL, 1)
        np.copyto(texture[rows], wide, where=(used[rows] == 0)[..., None])
