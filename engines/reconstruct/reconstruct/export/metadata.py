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

#: In order. darkroom runs the first.
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


def describe(request: Request, sparse: pycolmap.Reconstruction, poses: list[Pose]) -> dict[str, Any]:
    """Returns the content of metadata.json. Lengths are in units of the model unless named otherwise."""
    reports = {stage: report.read(request.workspace, stage) for stage in _STAGES}
    # The report of this stage is not written yet.
    reports["model_export"] = report.costs()
    photos = read_photos(request.workspace)
    sparse_report = reports["sparse_reconstruction"]
    return {
        "warnings": [warning for each in reports.values() for warning in each.get("warnings", [])],
        "engine": _engine(),
        "quality": request.quality,
        "settings": vars(request.settings),
        "gpu": {"requested": request.use_gpu, "used": used_gpu(request)},
        "photos": _photos(request, photos, poses, sparse_report["not_registered"]),
        "other_sets": [{"photos": each} for each in sparse_report["other_sets"]],
        "cameras": describe_cameras(sparse, sparse_report["expected_focal_lengths_px"]),
        "poses": _poses(photos, poses),
        "sparse": _only(
            sparse_report,
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


def _photos(request: Request, photos: list[Photo], poses: list[Pose], reasons: dict[str, str]) -> dict[str, Any]:
    """Lists every photograph that was given and is not part of the model."""
    names = {photo.file: photo.name for photo in photos}
    missing = [LeftOut(names[file], "not_registered", reason) for file, reason in reasons.items()]
    return {
        "given": len(photos) + len(request.left_out),
        "used": len(photos),
        "registered": len(poses),
        "left_out": [vars(each) for each in (*request.left_out, *missing)],
    }


def _poses(photos: list[Photo], poses: list[Pose]) -> list[dict[str, Any]]:
    names = {photo.file: photo.name for photo in photos}
    return [
        {"photo": names[pose.file], "camera": pose.camera, "position": pose.position.tolist(), "rotation": pose.quaternion}
        for pose in poses
    ]


def _only(facts: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: facts[name] for name in names if name in facts}
