"""What in a photograph is nothing that could be reconstructed: the sky, or a bright background."""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

#: Grey levels. Less deviation than that has no structure; what is brighter without structure is taken for sky.
_FLAT, _BRIGHT, _GLARING = 3.0, 130, 245


def flat_and_sky(picture: NDArray[np.uint8]) -> tuple[Mask, Mask]:
    """Of a picture (height, width, 3): where there is nothing to match, and where that may be sky (height, width)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    side = window(picture)
    mean = cv2.blur(grey, (side, side))
    deviation = np.sqrt(np.maximum(0, cv2.blur(grey * grey, (side, side)) - mean**2))
    flat = deviation < _FLAT
    sky = ((flat & (mean > _BRIGHT)) | (mean > _GLARING)).astype(np.uint8)
    return flat, cv2.morphologyEx(sky, cv2.MORPH_OPEN, np.ones((side, side), np.uint8)) > 0


def background(picture: NDArray[np.uint8]) -> Mask:
    """The sky that reaches the edge of the picture (height, width): a plain wall in the middle of it is none."""
    _, sky = flat_and_sky(picture)
    _, pieces = cv2.connectedComponents(sky.astype(np.uint8))
    edge = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    outside: Mask = sky & np.isin(pieces, edge)
    return outside


def window(picture: NDArray[np.uint8]) -> int:
    """The side of the window in which structure is looked for, in pixels: odd."""
    longest: int = max(picture.shape[:2])
    return max(7, longest // 100 | 1)
