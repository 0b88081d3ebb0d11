"""Stereo depth of one pair of views."""

import math

import cv2
import numpy as np

from ..views import Array, View
from .rectified import Map, rectify

#: With fewer shared sparse points the range of disparities is unknown.
_FEWEST = 10

#: OpenCV returns disparities in sixteenths of a pixel, and searches ranges that are multiples of 16.
_UNIT = 16

#: Side of the compared blocks in pixels, and the costs of disparity changes by one and by more.
_BLOCK = 5
_JUMP, _BIG_JUMP = 8 * _BLOCK**2, 32 * _BLOCK**2


def stereo_depth(first: View, second: View, points: Array) -> Map | None:
    """Returns depths of `first` (height, width), 0 where unknown. Returns None if the views do not match.

    `points`: the sparse points (n, 3), which give the range of depths.
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
    """Returns the lowest disparity to search and the number of disparities, with a margin around those of the sparse points."""
    low, high = np.percentile(expected, [1, 99])
    room = max(8.0, 0.25 * (high - low))
    lowest = math.floor(low - room)
    return lowest, math.ceil((high + 2 * room - lowest) / _UNIT) * _UNIT
