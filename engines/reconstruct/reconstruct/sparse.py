"""The stage `sparse_reconstruction`: estimates camera poses and sparse points.

Photographs share a camera only if EXIF says so. Without EXIF each has a camera of its own first; those whose focal lengths turn out
the same then share one. If a result is doubtful, other assumptions are tried, and the best result counts.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pycolmap

from . import notes, report
from .attempt import Attempt, choose, find_lenses
from .cameras import Known, assign_cameras, read_known_cameras
from .errors import ReconstructionError
from .features import FEWEST
from .mapping import attempt_mapping
from .matching import verify_pairs
from .photos import Photo, read_photos
from .progress import Progress, part
from .request import Request
from .views import Array

#: Weight of the mean up direction of the photographs against the assumption that cameras are held level. It allows a few degrees.
_PULL = 0.02

#: Two directions differ clearly above this sine of their angle.
_CLEAR = 0.1

#: Photographs of one lens have focal lengths within the first share of each other, those that overlap little within the second.
_TOLERANCES = (0.03, 0.12)

#: A photograph with fewer features shows too little structure.
_FEATURES = 100

_ADVICE = "Take more photographs, each overlapping the previous one by at least two thirds, from positions some steps apart."


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Writes sparse/. Raises ReconstructionError `no_reconstruction`."""
    photos = read_photos(request.workspace)
    best = _find_best(request, photos, progress)
    model = _check(best)
    _set_upright(model)
    folder = request.workspace / "sparse"
    folder.mkdir()
    model.write(folder)
    names = {photo.file: photo.name for photo in photos}
    sets = _find_other_sets(best)
    return {
        "photos": len(photos),
        "registered": best.registered,
        "points": model.num_points3D(),
        "observations": model.compute_num_observations(),
        "mean_track_length": model.compute_mean_track_length(),
        "mean_reprojection_error_px": model.compute_mean_reprojection_error(),
        "expected_focal_lengths_px": {each.file: each.expected for each in best.recovered},
        "other_sets": [[names[file] for file in each] for each in sets],
        "not_registered": _explain_missing(request, best, sets),
        "warnings": [
            *notes.describe_cameras(best, names, model.compute_mean_track_length()),
            *notes.describe_sets([[names[file] for file in each] for each in sets]),
        ],
    }


def _find_best(request: Request, photos: list[Photo], progress: Progress) -> Attempt:
    by_exif, _ = read_known_cameras(request.workspace, photos)
    expected = {file: known.focal for file, known in by_exif.items()}
    reports = (part(progress, begin, begin + share) for begin, share in ((0, 0.5), (0.5, 0.15), (0.65, 0.15), (0.8, 0.1), (0.9, 0.1)))

    def attempt(known: Mapping[str, Known]) -> Attempt:
        return attempt_mapping(request, known, expected, next(reports))

    def attempt_anew(known: Mapping[str, Known]) -> Attempt:
        path = request.workspace / "database.db"
        assign_cameras(path, known)
        verify_pairs(path, report.read(request.workspace, "feature_matching")["static_background"])
        return attempt(known)

    attempts = [attempt(by_exif)]
    if not attempts[0].is_sound:
        separate = {file: replace(known, number=number, focal=None, by_exif=False) for number, (file, known) in enumerate(by_exif.items())}
        if separate != by_exif:
            attempts.append(attempt_anew(separate))
        shared = _share_by_size(separate)
        if _count_cameras(shared) < _count_cameras(by_exif):
            attempts.append(attempt_anew(shared))
    best = choose(attempts)
    for tolerance in _TOLERANCES:
        together = _share_by_focal_length(best, tolerance)
        if _count_cameras(together) < _count_cameras(best.known):
            best = choose([best, attempt_anew(together)])
    return best


def _share_by_size(known: Mapping[str, Known]) -> dict[str, Known]:
    numbers: dict[tuple[int, int], int] = {}
    return {
        file: replace(each, number=numbers.setdefault((each.width, each.height), len(numbers))) for file, each in known.items()
    }


def _count_cameras(known: Mapping[str, Known]) -> int:
    return len({each.number for each in known.values()})


def _share_by_focal_length(attempt: Attempt, tolerance: float) -> dict[str, Known]:
    """Lets photographs share a camera if EXIF gives no focal length and the recovered ones are about the same."""
    known = dict(attempt.known)
    for lens in find_lenses([each for each in attempt.recovered if not known[each.file].by_exif], tolerance):
        focal = float(np.median([each.focal for each in lens]))
        if len({known[each.file].number for each in lens}) > 1:
            known |= {each.file: replace(known[each.file], number=known[lens[0].file].number, focal=focal) for each in lens}
    return known


def _check(best: Attempt) -> pycolmap.Reconstruction:
    """Returns the largest model. Raises ReconstructionError `no_reconstruction`."""
    if best.registered == 0:
        why = "they overlap too little, or were all taken from one place"
        raise ReconstructionError("no_reconstruction", f"The camera positions of the {best.photos} photographs cannot be determined: {why}. {_ADVICE}")
    if best.registered < FEWEST:
        some = f"Only {best.registered} of the {best.photos} photographs overlap enough to determine their camera positions"
        raise ReconstructionError("no_reconstruction", f"{some}. {_ADVICE}")
    model: pycolmap.Reconstruction = best.models[0]
    return model


def _find_other_sets(best: Attempt) -> list[list[str]]:
    """Returns the files of each model but the largest, without files of a larger one."""
    taken = {each.file for each in best.recovered}
    sets = []
    for model in best.models[1:]:
        files = sorted(image.name for image in model.images.values() if image.has_pose and image.name not in taken)
        taken.update(files)
        if len(files) >= FEWEST:
            sets.append(files)
    return sets


def _explain_missing(request: Request, best: Attempt, sets: list[list[str]]) -> dict[str, str]:
    """Returns the reason for each file that is not part of the model."""
    placed = {each.file for each in best.recovered}
    elsewhere = {file for each in sets for file in each}
    with pycolmap.Database.open(request.workspace / "database.db") as database:
        features = {image.name: database.num_keypoints_for_image(image.image_id) for image in database.read_all_images()}
    return {file: _explain(features.get(file, 0), file in elsewhere) for file in best.known if file not in placed}


def _explain(features: int, is_elsewhere: bool) -> str:
    if is_elsewhere:
        return "It belongs to a set of photographs that does not overlap the photographs of the model."
    if features < _FEATURES:
        return f"It shows too little structure: only {features} features were found."
    return "It overlaps the other photographs too little to determine its camera position."


def _set_upright(model: pycolmap.Reconstruction) -> None:
    """Turns and moves the model: y is up, as the cameras were held, and the median of the points is 0."""
    axes = np.array([image.cam_from_world().matrix()[:, :3] for image in model.images.values() if image.has_pose])
    up = _up(axes)
    # Towards the viewer: the mean of the cameras, or one of them if they stand all around.
    back = next(back for back in (-axes[:, 2].mean(0), *-axes[:, 2], *axes[:, 1]) if np.linalg.norm(np.cross(back, up)) > _CLEAR)
    aside = _unit(np.cross(up, back))
    rotation = np.stack([aside, up, np.cross(aside, up)])
    points = np.array([point.xyz for point in model.points3D.values()])
    middle = rotation @ np.median(points, 0)
    model.transform(pycolmap.Sim3d(1.0, pycolmap.Rotation3d(rotation), -middle))


def _up(axes: Array) -> Array:
    """Returns the direction across which all cameras were held level. `axes` (n, 3, 3): right, down, ahead of each.

    If they all look the same way, several directions qualify, and the one that is up in the photographs is taken.
    """
    aside = axes[:, 0]
    above = -axes[:, 1].mean(0)
    _, directions = np.linalg.eigh(aside.T @ aside / len(aside) - _PULL * np.outer(above, above))
    up = directions[:, 0]
    return _unit(up if up @ above > 0 else -up)


def _unit(vector: Array) -> Array:
    unit: Array = vector / np.linalg.norm(vector)
    return unit
