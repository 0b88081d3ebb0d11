"""Chooses where a picture of the model is taken from: as one of the photographs was, but so that the model fills it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..texturing.textured import Textured
from ..views import View
from .cameras import Pose

Array = NDArray[np.float64]

_UP = np.array([0.0, 1.0, 0.0])

#: Cosine from which on a camera looks so steeply up or down that the world's up says nothing.
_STEEP = 0.95

#: Half of the picture's longer side at a distance of 1: a lens of 46°, about 42 mm on 35 mm film.
_HALF = 0.43
#: A picture is at most so many times longer than it is wide.
_LONGEST = 2.0
#: The share of half the picture that stays empty on each side.
_MARGIN = 0.06
#: The share of the surface that may be cut off on each side: flakes that lie far out.
_CUT = 0.0005


def choose(model: Textured, poses: list[Pose], longest_px: int) -> View:
    """For a picture whose longer side has so many pixels, an even number. Its shape is that of the model."""
    rotation = _upright(_middle(poses))
    points, areas = _front(model, rotation)
    points = points @ rotation.T
    half = _shape(points, areas)
    position = _fit(points, areas, half * (1 - _MARGIN))
    focal = longest_px / 2 / _HALF
    width, height = (2 * round(side * focal) for side in half)
    return View(
        name="preview",
        path=Path(),
        width=width,
        height=height,
        rotation=rotation,
        translation=-position,
        focal=(focal, focal),
        axis=((width - 1) / 2, (height - 1) / 2),
        seen=np.zeros(0, np.int64),
    )


def _shape(points: Array, areas: Array) -> Array:
    """Half the width and height of a picture at a distance of 1, (2), by how points (k, 3) fill a square one."""
    from_there = points - _fit(points, areas, np.full(2, _HALF))
    seen = from_there[:, :2] / np.maximum(from_there[:, 2:], 1e-9)
    sides = np.array([_quantile(way, areas) + _quantile(-way, areas) for way in seen.T])
    return _HALF * np.clip(sides / max(sides.max(), 1e-9), 1 / _LONGEST, 1)


def _middle(poses: list[Pose]) -> Pose:
    """The one that is nearest to all others, by where it looks and where it stands."""
    ways = np.array([pose.rotation[:, 2] for pose in poses])
    places = np.array([pose.position for pose in poses])
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    angles = np.arccos(np.clip(ways @ ways.T, -1, 1))
    return poses[int((angles / np.pi + apart / max(apart.max(), 1e-12)).sum(1).argmin())]


def _upright(pose: Pose) -> Array:
    """The rotation from the world to a camera that looks the same way and is held level, (3, 3)."""
    ahead = pose.rotation[:, 2]
    up = _UP if abs(ahead @ _UP) < _STEEP else -pose.rotation[:, 1]
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])


def _front(model: Textured, rotation: Array) -> tuple[Array, Array]:
    """The middles (k, 3) and areas (k) of the triangles that face the camera; of all where none does."""
    first, second, third = (model.vertices[model.faces[:, at]] for at in range(3))
    normals = np.cross(second - first, third - first)
    facing = normals @ rotation[2] < 0
    if not facing.any():
        facing[:] = True
    return ((first + second + third) / 3)[facing], np.linalg.norm(normals[facing], axis=1)


def _fit(points: Array, areas: Array, half: Array) -> Array:
    """Where the camera must be for points (k, 3) to be in the picture, which is `half` (2) high and wide at a distance of 1.

    All in the directions of the camera. Each side of the picture is a plane that the points must lie behind.
    """
    position = np.zeros(3)
    distances = []
    for axis in range(2):
        most = _quantile(points[:, axis] - half[axis] * points[:, 2], areas)
        least = _quantile(-points[:, axis] - half[axis] * points[:, 2], areas)
        position[axis] = (most - least) / 2
        distances.append(-(most + least) / (2 * half[axis]))
    position[2] = min(distances)
    return position


def _quantile(values: Array, weights: Array) -> float:
    """The value that only the share `_CUT` of the weights exceeds."""
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(sums, (1 - _CUT) * sums[-1]).clip(0, len(values) - 1)]])
