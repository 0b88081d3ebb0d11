"""Undistorted photographs with known cameras, for depth maps and textures.

A camera sees a point x of the model (y up) at R x + t, with x to the right, y down, z forward. Positions in a picture are in pixels;
(0, 0) is the centre of the first one.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pycolmap
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pixels = NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class View:
    """One photograph at a requested size. A view equals only itself."""

    name: str
    path: Path
    width: int
    height: int
    #: R (3, 3), and t (3).
    rotation: Array
    translation: Array
    #: Focal lengths (fx, fy) and principal point (cx, cy), in pixels.
    focal: tuple[float, float]
    axis: tuple[float, float]
    #: Rows of the sparse points that it shows, ascending.
    seen: NDArray[np.int64]

    @property
    def centre(self) -> Array:
        """Returns the position of the camera in the model (3)."""
        return -self.rotation.T @ self.translation

    @property
    def matrix(self) -> Array:
        """Returns the camera matrix K (3, 3)."""
        return np.array([[self.focal[0], 0, self.axis[0]], [0, self.focal[1], self.axis[1]], [0, 0, 1]])

    def resized(self, width: int, height: int) -> "View":
        """Returns the same photograph at another size."""
        across, down = width / self.width, height / self.height
        focal = (self.focal[0] * across, self.focal[1] * down)
        axis = ((self.axis[0] + 0.5) * across - 0.5, (self.axis[1] + 0.5) * down - 0.5)
        return replace(self, width=width, height=height, focal=focal, axis=axis)

    def picture(self) -> NDArray[np.uint8]:
        """Reads the picture (height, width, 3), blue green red. It is not cached, to limit the memory."""
        picture = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"no picture: {self.path.name}")
        if picture.shape[:2] != (self.height, self.width):
            picture = cv2.resize(picture, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return picture

    def in_camera(self, points: Array) -> Array:
        """Converts points of the model (n, 3) into camera coordinates (n, 3)."""
        return points @ self.rotation.T + self.translation

    def in_world(self, points: Array) -> Array:
        """Converts camera coordinates (n, 3) into points of the model (n, 3)."""
        return (points - self.translation) @ self.rotation

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        """Projects points of the model (n, 3): across, down (pixels), and depth, which is 0 or less behind the camera."""
        seen = self.in_camera(points)
        depth = seen[:, 2]
        ahead = np.maximum(depth, 1e-6)
        return seen[:, 0] / ahead * self.focal[0] + self.axis[0], seen[:, 1] / ahead * self.focal[1] + self.axis[1], depth

    def lift(self, across: Pixels, down: Pixels, depth: Array) -> Array:
        """Returns the points of the model (n, 3) at these pixels and depths."""
        x = (across - self.axis[0]) / self.focal[0] * depth
        y = (down - self.axis[1]) / self.focal[1] * depth
        return self.in_world(np.stack([x, y, depth], 1))


def read_views(folder: Path, longest_px: int) -> tuple[list[View], Array]:
    """Returns the views of a folder with `images` and `sparse`, by name, and the sparse points (n, 3). `longest_px`: maximum side."""
    sparse = pycolmap.Reconstruction(folder / "sparse")
    rows = {number: row for row, number in enumerate(sorted(sparse.points3D))}
    points = np.array([sparse.points3D[number].xyz for number in rows]).reshape(-1, 3)
    images = sorted((image for image in sparse.images.values() if image.has_pose), key=lambda image: image.name)
    return [_view(folder / "images", image, rows, longest_px) for image in images], points


def _view(folder: Path, image: pycolmap.Image, rows: dict[int, int], longest_px: int) -> View:
    camera = image.camera
    scale = min(1.0, longest_px / max(camera.width, camera.height))
    width, height = round(camera.width * scale), round(camera.height * scale)
    across, down = width / camera.width, height / camera.height
    pose = image.cam_from_world().matrix()
    seen = {rows[point.point3D_id] for point in image.points2D if point.has_point3D()}
    return View(
        name=image.name,
        path=folder / image.name,
        width=width,
        height=height,
        rotation=pose[:, :3].copy(),
        translation=pose[:, 3].copy(),
        focal=(camera.focal_length_x * across, camera.focal_length_y * down),
        # COLMAP counts from the corner of the first pixel.
        axis=(camera.principal_point_x * across - 0.5, camera.principal_point_y * down - 0.5),
        seen=np.array(sorted(seen), np.int64),
    )
