"""Chooses the camera of the preview: in the direction of a photograph, at a distance at which the model fills the picture."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..texturing.textured import Textured
from ..views import View
from .cameras import Pose

Array = NDArray[np.float64]

_UP = np.array([0.0, 1.0, 0.0])

#: Above this cosine a camera looks so steeply up or down that the up axis of the model is not used.
_STEEP = 0.95

#: Half of the longer side at a distance of 1: a lens of 46°, about 42 mm on 35 mm film.
_HALF = 0.43
#: Maximum aspect ratio of the picture.
_LONGEST = 2.0
#: Margin on each side, as a share of half the picture.
_MARGIN = 0.06
#: Share of the surface that may be cut off on each side, for outliers.
_CUT = 0.0005


def choose(model: Textured, poses: list[Pose], longest_px: int) -> View:
    """Returns a view with the aspect ratio of the model. `longest_px`: pixels of the longer side, an even number."""
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
    """Returns half the width and height of the picture at a distance of 1 (2), from how points (k, 3) fill a square picture."""
    from_there = points - _fit(points, areas, np.full(2, _HALF))
    seen = from_there[:, :2] / np.maximum(from_there[:, 2:], 1e-9)
    sides = np.array([_quantile(way, areas) + _quantile(-way, areas) for way in seen.T])
    return _HALF * np.clip(sides / max(sides.max(), 1e-9), 1 / _LONGEST, 1)


def _middle(poses: list[Pose]) -> Pose:
    """Returns the pose nearest to all others, by direction and position."""
    ways = np.array([pose.rotation[:, 2] for pose in poses])
    places = np.array([pose.position for pose in poses])
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    angles = np.arccos(np.clip(ways @ ways.T, -1, 1))
    return poses[int((angles / np.pi + apart / max(apart.max(), 1e-12)).sum(1).argmin())]


def _upright(pose: Pose) -> Array:
    """Returns the rotation (3, 3) from the model to a level camera with the same direction."""
    ahead = pose.rotation[:, 2]
    up = _UP if abs(ahead @ _UP) < _STEEP else -pose.rotation[:, 1]
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])


def _front(model: Textured, rotation: Array) -> tuple[Array, Array]:
    """Returns the centres (k, 3) and areas (k) of the triangles that face the camera, or of all if none does."""
    first, second, third = (model.vertices[model.faces[:, at]] for at in range(3))
    normals = np.cross(second - first, third - first)
    facing = normals @ rotation[2] < 0
    if not facing.any():
        facing[:] = True
    return ((first + second + third) / 3)[facing], np.linalg.norm(normals[facing], axis=1)


def _fit(points: Array, areas: Array, half: Array) -> Array:
    """Returns the position of a camera that shows points (k, 3). `half` (2): half the width and height at a distance of 1.

    In camera coordinates. Each side of the picture is a plane that bounds the points.
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
    """Returns the value that a share `_CUT` of the weights exceeds."""
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(sums, (1 - _CUT) * sums[-1]).clip(0, len(values) - 1)]])
