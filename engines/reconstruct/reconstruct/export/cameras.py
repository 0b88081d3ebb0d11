"""The cameras of the sparse model: lenses and poses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pycolmap
from numpy.typing import NDArray

from ..lens import agree_on_focal

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """`file`: of the photograph. `camera`: position in the list of cameras. `position` (3): in the model. `rotation` (3, 3): from
    the camera, with x to the right, y down and z forward, to the model."""

    file: str
    camera: int
    position: Array
    rotation: Array

    @property
    def quaternion(self) -> list[float]:
        """Returns the rotation as w, x, y, z."""
        x, y, z, w = (float(value) for value in pycolmap.Rotation3d(self.rotation).quat)
        return [w, x, y, z]


def read_poses(sparse: pycolmap.Reconstruction) -> list[Pose]:
    """Returns the poses of the registered photographs, by name."""
    images = sorted((image for image in sparse.images.values() if image.has_pose), key=lambda image: image.name)
    numbers = {camera: number for number, camera in enumerate(_used_cameras(sparse))}
    return [_pose(image.name, numbers[image.camera_id], image.cam_from_world().matrix()) for image in images]


def describe_cameras(sparse: pycolmap.Reconstruction, expected: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Returns sizes and focal lengths in pixels. `params`: of COLMAP's camera model. `expected`: focal lengths by EXIF, by file."""
    by_exif: dict[int, list[float | None]] = {}
    for image in sparse.images.values():
        if image.has_pose:
            by_exif.setdefault(image.camera_id, []).append(expected.get(image.name))
    cameras = {number: sparse.cameras[number] for number in _used_cameras(sparse)}
    return [
        {
            "model": camera.model.name,
            "width": camera.width,
            "height": camera.height,
            "focal_length_px": camera.mean_focal_length(),
            "exif_focal_length_px": agree_on_focal(by_exif[number]),
            "params": camera.params.tolist(),
        }
        for number, camera in cameras.items()
    ]


def _used_cameras(sparse: pycolmap.Reconstruction) -> list[int]:
    """Returns the ids of the cameras of placed photographs. The parameters of others were not estimated."""
    return sorted({image.camera_id for image in sparse.images.values() if image.has_pose})


def _pose(file: str, camera: int, matrix: Array) -> Pose:
    rotation = matrix[:, :3].T
    return Pose(file, camera, -rotation @ matrix[:, 3], rotation)
