"""The stage `sparse_reconstruction`: estimates camera poses and sparse points."""

import re
import shutil
from typing import Any

import numpy as np
import pycolmap

from . import colmap_log
from .features import FEWEST
from .matching import SEED
from .request import Request
from .progress import Progress
from .errors import ReconstructionError
from .views import Array

_REGISTERED = re.compile(r"num_reg_frames=(\d+)")

#: Weight of the pictures' mean up direction, beside the assumption that cameras are held level: equals a spread of a few degrees.
_PULL = 0.02

#: Two directions differ clearly above this sine of their angle.
_CLEAR = 0.1

_ADVICE = "Take more photographs, each overlapping the previous one by at least two thirds, from positions some steps apart."


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Writes sparse/. Raises ReconstructionError `no_reconstruction`."""
    with pycolmap.Database.open(request.workspace / "database.db") as database:
        photos = database.num_images()
    model = _best(_models(request, photos, progress), photos)
    _set_upright(model)
    folder = request.workspace / "sparse"
    folder.mkdir()
    model.write(folder)
    return {
        "photos": photos,
        "registered": model.num_reg_images(),
        "points": model.num_points3D(),
        "observations": model.compute_num_observations(),
        "mean_track_length": model.compute_mean_track_length(),
        "mean_reprojection_error_px": model.compute_mean_reprojection_error(),
    }


def _models(request: Request, photos: int, progress: Progress) -> list[pycolmap.Reconstruction]:
    """Returns the models of COLMAP: several when the photographs form unconnected groups."""
    options = pycolmap.IncrementalPipelineOptions()
    options.num_threads = request.threads
    options.min_model_size = FEWEST
    options.random_seed = SEED

    def on_line(line: str) -> None:
        if found := _REGISTERED.search(line):
            registered = min(photos, int(found[1]) + 1)
            progress(registered / photos, f"registered {registered} of {photos}")

    tried = request.workspace / "tried"
    tried.mkdir()
    progress(0, f"registering {photos} photographs")
    with colmap_log.watch_stderr(on_line):
        models = pycolmap.incremental_mapping(request.workspace / "database.db", request.workspace / "images", tried, options=options)
    shutil.rmtree(tried)
    return list(models.values())


def _best(models: list[pycolmap.Reconstruction], photos: int) -> pycolmap.Reconstruction:
    model = max(models, key=lambda each: (each.num_reg_images(), each.num_points3D()), default=None)
    if model is None:
        why = "they overlap too little, or were all taken from one place"
        raise ReconstructionError("no_reconstruction", f"The camera positions of the {photos} photographs cannot be determined: {why}. {_ADVICE}")
    if model.num_reg_images() < FEWEST:
        some = f"Only {model.num_reg_images()} of the {photos} photographs overlap enough to determine their camera positions"
        raise ReconstructionError("no_reconstruction", f"{some}. {_ADVICE}")
    return model


def _set_upright(model: pycolmap.Reconstruction) -> None:
    """Turns and moves the model so that y is up, as the photographers held their cameras, and the middle of the points is 0."""
    axes = np.array([image.cam_from_world().matrix()[:, :3] for image in model.images.values() if image.has_pose])
    up = _up(axes)
    # To the viewer, and aside: the mean of the cameras, or any of them where they stand all around.
    back = next(back for back in (-axes[:, 2].mean(0), *-axes[:, 2], *axes[:, 1]) if np.linalg.norm(np.cross(back, up)) > _CLEAR)
    aside = _unit(np.cross(up, back))
    rotation = np.stack([aside, up, np.cross(aside, up)])
    points = np.array([point.xyz for point in model.points3D.values()])
    middle = rotation @ np.median(points, 0)
    model.transform(pycolmap.Sim3d(1.0, pycolmap.Rotation3d(rotation), -middle))


def _up(axes: Array) -> Array:
    """The direction across which all cameras were held level. `axes` (n, 3, 3): right, down, ahead of each.

    Where they all look the same way, that leaves a choice, and the direction that is up in the pictures is taken.
    """
    aside = axes[:, 0]
    above = -axes[:, 1].mean(0)
    _, directions = np.linalg.eigh(aside.T @ aside / len(aside) - _PULL * np.outer(above, above))
    up = directions[:, 0]
    return _unit(up if up @ above > 0 else -up)


def _unit(vector: Array) -> Array:
    unit: Array = vector / np.linalg.norm(vector)
    return unit
