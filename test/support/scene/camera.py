"""Cameras around the scene, and the triangles that they see."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Fractional bits of OpenCV's coordinates.
_SHIFT = 4


@dataclass(frozen=True)
class Camera:
    """Sees a point x at R (x - position): right, down, forward. The principal point is the centre of the picture."""

    width: int
    height: int
    #: Focal length in pixels.
    focal: float
    position: Array
    rotation: Array

    def scaled(self, factor: float) -> "Camera":
        return replace(self, width=round(self.width * factor), height=round(self.height * factor), focal=self.focal * factor)

    def in_camera(self, points: Array) -> Array:
        return (points - self.position) @ self.rotation.T

    def project(self, points: Array) -> Array:
        """Returns across, down and depth (n, 3). Positions are in pixels; (0, 0) is the corner of the first one."""
        seen = self.in_camera(points)
        ahead = np.maximum(seen[:, 2], 1e-6)
        across = seen[:, 0] / ahead * self.focal + self.width / 2
        return np.stack([across, seen[:, 1] / ahead * self.focal + self.height / 2, seen[:, 2]], 1)


@dataclass
class Sight:
    """What each pixel shows: a triangle or -1 (height, width), its depth, and the weights of its corners (height, width, 3)."""

    triangle: NDArray[np.int64]
    depth: NDArray[np.float32]
    weights: NDArray[np.float32]


def look_at(position: Array, target: Array, width: int, height: int, focal: float) -> Camera:
    ahead = (target - position) / np.linalg.norm(target - position)
    right = np.cross(ahead, [0, 0, 1])
    right /= np.linalg.norm(right)
    return Camera(width, height, focal, position, np.stack([right, np.cross(ahead, right), ahead]))


def see(camera: Camera, vertices: Array, faces: NDArray[np.int64]) -> Sight:
    """Paints triangles from the farthest to the nearest, so they must be small compared with what they hide."""
    triangle = _paint(camera, vertices, faces)
    corners = camera.in_camera(vertices)[faces]
    # With the corners as columns of M, the solution of M w = ray has the weights of the corners, divided by depth.
    solid = np.abs(np.linalg.det(corners)) > 1e-12
    inverse = np.zeros_like(corners)
    inverse[solid] = np.linalg.inv(corners[solid].transpose(0, 2, 1))
    x = (np.arange(camera.width) + 0.5 - camera.width / 2) / camera.focal
    y = ((np.arange(camera.height) + 0.5 - camera.height / 2) / camera.focal)[:, None]
    # The last row is for pixels without a triangle, which have the number -1.
    inverse = np.concatenate([inverse, np.zeros((1, 3, 3))]).astype(np.float32)
    rows = inverse[triangle]
    shares = rows[..., 0] * x.astype(np.float32)[..., None] + rows[..., 1] * y.astype(np.float32)[..., None] + rows[..., 2]
    total = shares.sum(2)
    shown = total > 0
    safe = np.where(shown, total, 1)
    return Sight(np.where(shown, triangle, -1), np.where(shown, 1 / safe, np.inf).astype(np.float32), shares / safe[..., None])


def _paint(camera: Camera, vertices: Array, faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the numbers of the triangles as a picture (height, width)."""
    seen = camera.project(vertices)
    picture = np.full((camera.height, camera.width), -1, np.int32)
    corners = seen[faces]
    across, down = corners[..., 0], corners[..., 1]
    within = (across.max(1) > 0) & (down.max(1) > 0) & (across.min(1) < camera.width) & (down.min(1) < camera.height)
    ahead = corners[..., 2].min(1) > 0.01
    order = np.argsort(-corners[..., 2].mean(1), kind="stable")
    # OpenCV's (0, 0) is the centre of the first pixel.
    fixed = np.rint((np.clip(corners[..., :2], -1e4, 1e4) - 0.5) * (1 << _SHIFT)).astype(np.int32)
    for number in order[(within & ahead)[order]].tolist():
        cv2.fillConvexPoly(picture, fixed[number], number, cv2.LINE_8, _SHIFT)
    return picture.astype(np.int64)
