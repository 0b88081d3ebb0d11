"""Similarity transforms between sets of points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Alignment:
    """Maps x to scale · rotation x + shift."""

    scale: float
    rotation: Array
    shift: Array

    def apply(self, points: Array) -> Array:
        return self.scale * points @ self.rotation.T + self.shift


def align(points: Array, onto: Array) -> Alignment:
    """Returns the least squares alignment (Umeyama 1991). Both (n, 3), in the same order, not all on a line."""
    middle, target = points.mean(0), onto.mean(0)
    centred = points - middle
    left, values, right = np.linalg.svd((onto - target).T @ centred / len(points))
    # Mirror images are excluded.
    signs = np.array([1, 1, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = left @ np.diag(signs) @ right
    scale = float((values * signs).sum() / (centred**2).sum(1).mean())
    return Alignment(scale, rotation, target - scale * rotation @ middle)


def rotation_of(quaternion: list[float]) -> Array:
    """Returns the rotation (3, 3) of a quaternion w, x, y, z."""
    w, x, y, z = np.array(quaternion) / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def angle_between(first: Array, second: Array) -> float:
    """Returns the angle between two rotations in degrees."""
    cosine = (np.trace(first @ second.T) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
