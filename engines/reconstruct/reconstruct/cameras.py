"""Cameras in COLMAP's database: which photographs share one, and what is known about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycolmap

from .lens import Focal, group_cameras, read_focal
from .photos import Photo

#: COLMAP's own guess of an unknown focal length, as a share of the longer side.
_GUESS = 1.2


@dataclass(frozen=True)
class Known:
    """The camera of a photograph: its number, size in pixels, focal length in pixels if it is known, and whether EXIF gives it."""

    number: int
    width: int
    height: int
    focal: float | None
    by_exif: bool


def read_known_cameras(workspace: Path, photos: Sequence[Photo]) -> tuple[dict[str, Known], list[Focal]]:
    """Returns the cameras by file as EXIF knows them, and the focal length of each photograph."""
    focals = [read_focal(photo.lens, photo.width, photo.height, _infer_focal(workspace, photo)) for photo in photos]
    numbers = group_cameras(photos, focals)
    known = {
        photo.file: Known(number, photo.width, photo.height, focal.px, focal.px is not None)
        for photo, number, focal in zip(photos, numbers, focals, strict=True)
    }
    return known, focals


def _infer_focal(workspace: Path, photo: Photo) -> float | None:
    """COLMAP knows the sensor widths of many cameras."""
    camera = pycolmap.infer_camera_from_image(workspace / "images" / photo.file)
    return camera.mean_focal_length() if camera.has_prior_focal_length else None


def assign_cameras(path: Path, known: Mapping[str, Known]) -> None:
    """Changes the cameras of the images in a database that has one for each image. Geometries of pairs are deleted: they depend on them."""
    with pycolmap.Database.open(path) as database:
        spare = sorted(database.read_all_cameras(), key=lambda camera: camera.camera_id)
        cameras: dict[int, pycolmap.Camera] = {}
        for image in sorted(database.read_all_images(), key=lambda image: image.name):
            which = known[image.name]
            if which.number not in cameras:
                cameras[which.number] = _change(spare[len(cameras)], which)
                database.update_camera(cameras[which.number])
            image.camera_id = cameras[which.number].camera_id
            frame = pycolmap.Frame()
            frame.frame_id = image.frame_id
            frame.rig_id = database.read_rig_with_sensor(cameras[which.number].sensor_id).rig_id
            frame.add_data_id(image.data_id)
            database.update_frame(frame)
            database.update_image(image)
        database.clear_two_view_geometries()


def _change(camera: pycolmap.Camera, known: Known) -> pycolmap.Camera:
    longer = max(known.width, known.height)
    camera.width, camera.height = known.width, known.height
    camera.params = np.array([known.focal or _GUESS * longer, known.width / 2, known.height / 2, 0])
    camera.has_prior_focal_length = known.focal is not None
    return camera
