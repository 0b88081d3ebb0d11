"""Depths from one pair of views."""

import math

import cv2
import numpy as np

from ..views import Array, View
from .rectified import Map, rectify

#: With fewer sparse points in common the range of disparities is not known.
_FEWEST = 10

#: OpenCV counts disparities in sixteenths of a pixel, and looks for them in ranges of sixteens.
_UNIT = 16

#: The side of the blocks that are compared, in pixels, and how much a jump of one and of more costs.
_BLOCK = 5
_JUMP, _BIG_JUMP = 8 * _BLOCK**2, 32 * _BLOCK**2


def stereo_depth(first: View, second: View, points: Array) -> Map | None:
    """Depths of the pixels of `first` (height, width), 0 where unknown. None where the two do not go together.

    `points`: the sparse ones (n, 3), which tell how near and how far to look.
    """
    pair = rectify(first, second)
    expected = pair.disparities(points[np.intersect1d(first.seen, second.seen, assume_unique=True)])
    if len(expected) < _FEWEST:
        return None
    lowest, count = _range(expected)
    if count > max(256, first.width // 2):
        return None
    matcher = cv2.StereoSGBM.create(
        minDisparity=lowest,
        numDisparities=count,
        blockSize=_BLOCK,
        P1=_JUMP,
        P2=_BIG_JUMP,
        disp12MaxDiff=1,
        preFilterCap=31,
        uniquenessRatio=5,
        speckleWindowSize=100,
        speckleRange=2,
        mode=cv2.STEREO_SGBM_MODE_SGBM_3WAY,
    )
    disparities = matcher.compute(*pair.pictures()).astype(np.float32) / _UNIT
    return pair.depth(disparities, disparities >= lowest)


def _range(expected: Array) -> tuple[int, int]:
    """The lowest disparity to look for, and how many from there on: with room beyond what the sparse points have."""
    low, high = np.percentile(expected, [1, 99])
    room = max(8.0, 0.25 * (high - low))
    lowest = math.floor(low - room)
    return lowest, math.ceil((high + 2 * room - lowest) / _UNIT) * _UNIT
