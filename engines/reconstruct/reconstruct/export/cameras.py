"""The cameras of the reconstruction, as the sparse model has them: where they stood and what they are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """`file`: of the photograph, in the folder of photographs. `position` (3) in the world. `rotation` (3, 3): from the camera, with x
    to the right, y down and z ahead, to the world."""

    file: str
    position: Array
    rotation: Array

    @property
    def quaternion(self) -> list[float]:
        """The rotation as w, x, y, z."""
        x, y, z, w = (float(value) for value in pycolmap.Rotation3d(self.rotation).quat)
        return [w, x, y, z]


def read_poses(sparse: pycolmap.Reconstruction) -> list[Pose]:
    """Those of the photographs that found their place, by name."""
    images = sorted((image for image in sparse.images.values() if image.has_pose), key=lambda image: image.name)
    return [_pose(Path(image.name).name, image.cam_from_world().matrix()) for image in images]


def describe_cameras(sparse: pycolmap.Reconstruction) -> list[dict[str, Any]]:
    """Sizes and focal lengths in pixels; `params` are those of COLMAP's camera model, in its request."""
    return [
        {
            "model": camera.model.name,
            "width": camera.width,
            "height": camera.height,
            "focal_length_px": camera.mean_focal_length(),
            "params": camera.params.tolist(),
        }
        for _, camera in sorted(sparse.cameras.items())
    ]


def _pose(file: str, matrix: Array) -> Pose:
    rotation = matrix[:, :3].T
    return Pose(file, -rotation @ matrix[:, 3], rotation)
