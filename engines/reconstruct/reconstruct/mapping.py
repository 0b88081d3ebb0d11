"""One attempt to estimate the cameras with COLMAP."""

import math
import re
import shutil
from collections.abc import Mapping

import pycolmap

from . import colmap_log
from .attempt import Attempt, Recovered
from .cameras import Known
from .features import FEWEST
from .matching import SEED
from .progress import Progress
from .request import Request

#: Bounds of COLMAP: focal lengths as shares of the longer side, and the distortion.
_BOUNDS = (0.1, 10.0, 1.0)

_REGISTERED = re.compile(r"num_reg_frames=(\d+)")


def attempt_mapping(request: Request, known: Mapping[str, Known], expected: Mapping[str, float | None], progress: Progress) -> Attempt:
    """Estimates the cameras of database.db. `expected`: focal lengths by EXIF."""
    models = [model for model in _map(request, len(known), progress) if _is_usable(model)]
    models.sort(key=lambda model: (model.num_reg_images(), model.num_points3D()), reverse=True)
    if not models:
        return Attempt(known, 0, ())
    recovered = [
        Recovered(
            image.name,
            image.camera_id,
            image.camera.width,
            image.camera.height,
            image.camera.mean_focal_length(),
            expected[image.name],
        )
        for image in sorted(models[0].images.values(), key=lambda image: image.name)
        if image.has_pose
    ]
    return Attempt(known, models[0].compute_mean_reprojection_error(), recovered, models)


def _is_usable(model: pycolmap.Reconstruction) -> bool:
    """Returns whether the numbers of a model are meaningful: wrong assumptions can lead to focal lengths below 0."""
    cameras = [image.camera for image in model.images.values() if image.has_pose]
    has_points = model.num_points3D() > 0 and math.isfinite(model.compute_mean_reprojection_error())
    return has_points and not any(camera.has_bogus_params(*_BOUNDS) for camera in cameras)


def _map(request: Request, photos: int, progress: Progress) -> list[pycolmap.Reconstruction]:
    """Returns several models if the photographs form unconnected sets."""
    options = pycolmap.IncrementalPipelineOptions()
    options.num_threads = request.threads
    options.min_model_size = FEWEST
    options.random_seed = SEED

    def on_line(line: str) -> None:
        if found := _REGISTERED.search(line):
            registered = min(photos, int(found[1]) + 1)
            progress(registered / photos, f"registered {registered} of {photos}")

    folder = request.workspace / "tried"
    folder.mkdir()
    progress(0, f"registering {photos} photographs")
    with colmap_log.watch_stderr(on_line):
        models = pycolmap.incremental_mapping(request.workspace / "database.db", request.workspace / "images", folder, options=options)
    shutil.rmtree(folder)
    return list(models.values())
