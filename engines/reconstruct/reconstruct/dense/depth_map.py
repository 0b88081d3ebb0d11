"""Depth map of a view, on which its pairs with neighbours agree."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..sky import flat_and_sky, window
from ..views import Array, View
from .rectified import Map
from .stereo import stereo_depth

#: Two depths agree if their relative difference is smaller.
AGREE = 0.01


def depth_map(view: View, neighbours: list[View], points: Array) -> Map:
    """Returns depths (height, width), 0 where unknown. `points`: the sparse points (n, 3)."""
    found = [depth for other in neighbours if (depth := stereo_depth(view, other, points)) is not None]
    if not found:
        return np.zeros((view.height, view.width), np.float32)
    near, far = _range(view, points)
    depths = np.stack(found)
    depths[(depths < near) | (depths > far)] = 0
    return np.where(_structured(view.picture()), _agreed(depths), 0).astype(np.float32)


def normal_map(view: View, depth: Map) -> Map:
    """Returns the unit normal of the surface at each pixel (height, width, 3), in camera coordinates and towards the camera."""
    x = ((np.arange(view.width) - view.axis[0]) / view.focal[0]).astype(np.float32)
    y = ((np.arange(view.height) - view.axis[1]) / view.focal[1]).astype(np.float32)[:, None]
    points = cv2.blur(np.stack([x * depth, y * depth, depth], 2), (5, 5))
    across = np.roll(points, -2, 1) - np.roll(points, 2, 1)
    down = np.roll(points, -2, 0) - np.roll(points, 2, 0)
    normals = np.cross(across, down)
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)
    return np.where(normals[..., 2:] > 0, -normals, normals)


def _range(view: View, points: Array) -> tuple[float, float]:
    """Returns the smallest and largest plausible depth, by the sparse points that the view shows."""
    depths = view.in_camera(points[view.seen])[:, 2]
    near, far = np.percentile(depths, [1, 99])
    return float(near) * 0.5, float(far) * 1.25


def _agreed(depths: Map) -> Map:
    """Returns for each pixel the mean of the largest group of depths (n, height, width) that agree."""
    best = np.zeros(depths.shape[1:], np.float32)
    votes = np.zeros(depths.shape[1:], np.uint8)
    for depth in depths:
        agree = (depths > 0) & (np.abs(depths - depth) < AGREE * depth)
        count = agree.sum(0, dtype=np.uint8)
        more = count > votes
        mean = np.where(agree, depths, 0).sum(0) / np.maximum(count, 1)
        best[more] = mean[more]
        votes[more] = count[more]
    return best


def _structured(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Masks pixels that can be matched: no plain surfaces, no sky, and nothing next to sky, where depths are wrong."""
    flat, sky = flat_and_sky(picture)
    beside = 2 * window(picture) + 1
    return ~(flat | (cv2.dilate(sky.astype(np.uint8), np.ones((beside, beside), np.uint8)) > 0))
