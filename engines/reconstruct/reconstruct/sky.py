"""Detects sky and bright backgrounds, which cannot be reconstructed."""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

#: Grey levels: maximum deviation of flat regions, minimum brightness of flat sky, and of any sky.
_FLAT, _BRIGHT, _GLARING = 3.0, 130, 245


def flat_and_sky(picture: NDArray[np.uint8]) -> tuple[Mask, Mask]:
    """Returns masks (height, width) of a picture (height, width, 3): flat regions, and possible sky."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    side = window(picture)
    mean = cv2.blur(grey, (side, side))
    deviation = np.sqrt(np.maximum(0, cv2.blur(grey * grey, (side, side)) - mean**2))
    flat = deviation < _FLAT
    sky = ((flat & (mean > _BRIGHT)) | (mean > _GLARING)).astype(np.uint8)
    return flat, cv2.morphologyEx(sky, cv2.MORPH_OPEN, np.ones((side, side), np.uint8)) > 0


def background(picture: NDArray[np.uint8]) -> Mask:
    """Returns the sky that touches the edge of the picture (height, width); a plain wall in the middle does not count."""
    _, sky = flat_and_sky(picture)
    _, pieces = cv2.connectedComponents(sky.astype(np.uint8))
    edge = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    outside: Mask = sky & np.isin(pieces, edge)
    return outside


def window(picture: NDArray[np.uint8]) -> int:
    """Returns the side of the window for the deviation, in pixels: odd."""
    longest: int = max(picture.shape[:2])
    return max(7, longest // 100 | 1)
