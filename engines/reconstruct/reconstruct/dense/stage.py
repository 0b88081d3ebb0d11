"""The stage `dense_reconstruction`: points as dense as the pixels of the photographs."""

import shutil
from pathlib import Path
from typing import Any

import cv2
import pycolmap

from .. import colmap_log
from ..order import Order
from ..ply import write_cloud
from ..progress import Progress, part
from ..refusal import Refusal
from ..views import Array, View, read_views
from .depth_map import depth_map
from .depths import Depths
from .fusion import fuse
from .neighbours import best_neighbours

#: With fewer points there is no surface worth the name.
_FEWEST = 2000

_JPEG_QUALITY = 95


def run(order: Order, progress: Progress) -> dict[str, Any]:
    """Writes undistorted/, points.ply and the output `pointcloud`. Raises Refusal `too_few_points`."""
    cv2.setNumThreads(order.threads)
    _undistort(order, part(progress, 0, 0.1))
    views, points = read_views(order.workspace / "undistorted", order.settings.dense_px)
    folder = order.workspace / "depths"
    folder.mkdir()
    depths = _depths(order, views, points, folder, part(progress, 0.1, 0.75))
    cloud = fuse(views, depths, part(progress, 0.75, 0.97))
    if len(cloud) < _FEWEST:
        raise Refusal("too_few_points", _too_few(len(cloud)))
    progress(0.97, f"writing {len(cloud)} points")
    write_cloud(order.workspace / "points.ply", cloud)
    shutil.copyfile(order.workspace / "points.ply", order.output("pointcloud"))
    shutil.rmtree(folder)
    shutil.rmtree(order.workspace / "images")
    (order.workspace / "database.db").unlink()
    return {"points": len(cloud)}


def _undistort(order: Order, progress: Progress) -> None:
    """Pictures as cameras with ideal lenses would have taken them."""

    def told(done: int, total: int) -> None:
        progress(done / total, f"undistorted {done} of {total}")

    folder = order.workspace / "undistorted"
    options = pycolmap.UndistortCameraOptions()
    options.max_scale = 1.0
    with colmap_log.watched(colmap_log.counted("Undistorting image", told)):
        pycolmap.undistort_images(
            folder,
            order.workspace / "sparse",
            order.workspace / "images",
            undistort_options=options,
            jpeg_quality=_JPEG_QUALITY,
            num_threads=order.threads,
        )
    _keep(folder, {"images", "sparse"})


def _keep(folder: Path, names: set[str]) -> None:
    """COLMAP also leaves scripts and empty folders for its own dense reconstruction."""
    for path in folder.iterdir():
        if path.name in names:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _depths(order: Order, views: list[View], points: Array, folder: Path, progress: Progress) -> Depths:
    depths = Depths(folder)
    neighbours = best_neighbours(views, points, order.settings.neighbours)
    for done, view in enumerate(views):
        progress(done / len(views), f"depth map {done + 1} of {len(views)}")
        depths.put(view, depth_map(view, neighbours[done], points))
    return depths


def _too_few(count: int) -> str:
    found = f"Only {count} points of the surface could be found; at least {_FEWEST} are needed"
    return f"{found}. Take photographs that are sharp, that overlap more, and that show a surface with structure: no glass, no plain walls."
