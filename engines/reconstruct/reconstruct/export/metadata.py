"""Builds metadata.json from the reports of the stages."""

import platform
from typing import Any

import cv2
import numpy as np
import pycolmap

from .. import report
from ..device import used_gpu
from ..request import LeftOut, Request
from ..photos import Photo, read_photos
from .cameras import Pose, describe_cameras

#: In their request. The first is not ours.
_STAGES = (
    "image_preparation",
    "feature_extraction",
    "feature_matching",
    "sparse_reconstruction",
    "dense_reconstruction",
    "mesh_generation",
    "texture_mapping",
    "model_export",
)


_NOT_REGISTERED = "It overlaps the other photographs too little to determine its camera position."


def describe(request: Request, sparse: pycolmap.Reconstruction, poses: list[Pose]) -> dict[str, Any]:
    """Lengths are in units of the model unless named otherwise."""
    reports = {stage: report.read(request.workspace, stage) for stage in _STAGES}
    # The last of them is what this is a part of.
    reports["model_export"] = report.costs()
    photos = read_photos(request.workspace)
    return {
        "engine": _engine(),
        "quality": request.quality,
        "settings": vars(request.settings),
        "gpu": {"requested": request.use_gpu, "used": used_gpu(request)},
        "photos": _photos(request, photos, poses),
        "cameras": describe_cameras(sparse),
        "poses": _poses(photos, poses),
        "sparse": _only(
            reports["sparse_reconstruction"],
            ("points", "observations", "mean_track_length", "mean_reprojection_error_px"),
        ),
        "dense": _only(reports["dense_reconstruction"], ("points",)),
        "mesh": _only(reports["texture_mapping"], ("vertices", "faces")),
        "texture": _only(reports["texture_mapping"], ("width", "height", "charts", "faces_without_photograph")),
        "units": "arbitrary",
        "up": "y",
        "stages": [{"name": stage, **_only(costs, ("seconds", "peak_rss_bytes"))} for stage, costs in reports.items() if costs],
        "total_seconds": round(sum(costs.get("seconds", 0) for costs in reports.values()), 2),
    }


def _engine() -> dict[str, str]:
    return {
        "name": "reconstruct",
        "colmap": pycolmap.__version__,
        "opencv": cv2.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def _photos(request: Request, photos: list[Photo], poses: list[Pose]) -> dict[str, Any]:
    registered = {pose.file for pose in poses}
    strangers = [LeftOut(photo.name, "not_registered", _NOT_REGISTERED) for photo in photos if _file(photo) not in registered]
    return {
        "given": len(photos) + len(request.left_out),
        "used": len(photos),
        "registered": len(poses),
        "left_out": [vars(each) for each in (*request.left_out, *strangers)],
    }


def _poses(photos: list[Photo], poses: list[Pose]) -> list[dict[str, Any]]:
    names = {_file(photo): photo.name for photo in photos}
    return [
        {"photo": names.get(pose.file, pose.file), "position": pose.position.tolist(), "rotation": pose.quaternion} for pose in poses
    ]


def _file(photo: Photo) -> str:
    """Its name in the folder of photographs, which is how the reconstruction calls it."""
    return photo.file.rsplit("/", 1)[-1]


def _only(facts: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: facts[name] for name in names if name in facts}
