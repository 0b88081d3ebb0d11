"""The stage `dense_reconstruction`: computes depth maps and fuses them into points."""

import shutil
from pathlib import Path
from typing import Any

import cv2
import pycolmap

from .. import colmap_log
from ..request import Request
from ..ply import write_cloud
from ..progress import Progress, part
from ..errors import ReconstructionError
from ..views import Array, View, read_views
from .depth_map import depth_map
from .depths import Depths
from .fusion import fuse
from .neighbours import best_neighbours

#: Fewer points make no useful surface.
_FEWEST = 2000

_JPEG_QUALITY = 95


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Writes undistorted/, points.ply and the output `pointcloud`. Raises ReconstructionError `too_few_points`."""
    cv2.setNumThreads(request.threads)
    _undistort(request, part(progress, 0, 0.1))
    views, points = read_views(request.workspace / "undistorted", request.settings.dense_px)
    folder = request.workspace / "depths"
    folder.mkdir()
    depths = _depths(request, views, points, folder, part(progress, 0.1, 0.75))
    cloud = fuse(views, depths, part(progress, 0.75, 0.97))
    if len(cloud) < _FEWEST:
        raise ReconstructionError("too_few_points", _too_few(len(cloud)))
    progress(0.97, f"writing {len(cloud)} points")
    write_cloud(request.workspace / "points.ply", cloud)
    shutil.copyfile(request.workspace / "points.ply", request.output("pointcloud"))
    shutil.rmtree(folder)
    shutil.rmtree(request.workspace / "images")
    (request.workspace / "database.db").unlink()
    return {"points": len(cloud)}


def _undistort(request: Request, progress: Progress) -> None:
    """Removes lens distortion from the photographs."""

    def on_count(done: int, total: int) -> None:
        progress(done / total, f"undistorted {done} of {total}")

    folder = request.workspace / "undistorted"
    options = pycolmap.UndistortCameraOptions()
    options.max_scale = 1.0
    with colmap_log.watch_stderr(colmap_log.parse_count("Undistorting image", on_count)):
        pycolmap.undistort_images(
            folder,
            request.workspace / "sparse",
            request.workspace / "images",
            undistort_options=options,
            jpeg_quality=_JPEG_QUALITY,
            num_threads=request.threads,
        )
    _keep(folder, {"images", "sparse"})


def _keep(folder: Path, names: set[str]) -> None:
    """Deletes the scripts and empty folders that COLMAP writes for its own dense reconstruction."""
    for path in folder.iterdir():
        if path.name in names:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _depths(request: Request, views: list[View], points: Array, folder: Path, progress: Progress) -> Depths:
    depths = Depths(folder)
    neighbours = best_neighbours(views, points, request.settings.neighbours)
    for done, view in enumerate(views):
        progress(done / len(views), f"depth map {done + 1} of {len(views)}")
        depths.put(view, depth_map(view, neighbours[done], points))
    return depths


def _too_few(count: int) -> str:
    found = f"Only {count} points of the surface could be found; at least {_FEWEST} are needed"
    return f"{found}. Take photographs that are sharp, that overlap more, and that show a surface with structure: no glass, no plain walls."
