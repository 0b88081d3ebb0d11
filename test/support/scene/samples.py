"""Samples of a surface, and distances to it."""

from dataclasses import dataclass

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: FLANN's constants for an exact, unlimited search.
_EXACT, _ALL = 4, -1


@dataclass
class Samples:
    """Points (n, 3) and normals (n, 3) of a surface."""

    points: Array
    normals: Array
    #: Approximate distance between samples.
    spacing: float


def sample(mesh: trimesh.Trimesh, count: int) -> Samples:
    """Samples evenly by area, reproducibly."""
    random = np.random.default_rng(1)
    corners = mesh.vertices[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(across, axis=1) / 2
    chosen = random.choice(len(areas), count, p=areas / areas.sum())
    first, second = random.random((2, count, 1))
    root = np.sqrt(first)
    place = corners[chosen]
    points = (1 - root) * place[:, 0] + root * (1 - second) * place[:, 1] + root * second * place[:, 2]
    return Samples(points, across[chosen] / (2 * areas[chosen, None]), float(np.sqrt(areas.sum() / count)))


def nearest(points: Array, among: Array, count: int) -> tuple[NDArray[np.int64], Array]:
    """Returns the indices of the nearest points (n, count) and their distances (n, count)."""
    index = cv2.flann.Index(among.astype(np.float32), {"algorithm": _EXACT})
    numbers, squares = index.knnSearch(points.astype(np.float32), count, params={"checks": _ALL})
    return numbers.astype(np.int64), np.sqrt(np.maximum(squares, 0)).astype(np.float64)


def distances(points: Array, samples: Samples) -> tuple[Array, NDArray[np.int64]]:
    """Returns the distances of points (n, 3) to the surface, which is assumed flat around each sample, and the nearest samples."""
    numbers, _ = nearest(points, samples.points, 4)
    offsets = points[:, None] - samples.points[numbers]
    above = np.abs((offsets * samples.normals[numbers]).sum(2))
    aside = np.sqrt(np.maximum((offsets**2).sum(2) - above**2, 0))
    beyond = np.maximum(aside - samples.spacing, 0)
    return np.hypot(above, beyond).min(1), numbers[:, 0]
