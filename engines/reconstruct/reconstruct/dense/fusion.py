"""Fuses depth maps into points on which several of them agree."""

import numpy as np
from numpy.typing import NDArray

from ..ply import Cloud
from ..progress import Progress
from ..views import Array, View
from .depth_map import AGREE, normal_map
from .depths import Depths
from .neighbours import overlapping
from .rectified import Map
from .voxels import Voxels

Numbers = NDArray[np.int64]

#: Maximum number of views that a view is compared with, and the minimum number of sparse points that they share.
_MOST_OTHERS, _COMMON = 20, 10

#: Maximum error in pixels when a point is projected to another view and back.
_OFF = 2.0

#: Pixels that are compared at a time. It limits the memory.
_AT_A_TIME = 200_000

#: Side of a voxel, in pixels of a typical photograph.
_CELL = 1.2
#: A voxel with fewer points is noise.
_FEWEST = 2


def fuse(views: list[View], depths: Depths, progress: Progress) -> Cloud:
    """Returns the fused points. `depths`: of all views."""
    # With three photographs, two that agree are enough.
    agreeing = 3 if len(views) > 3 else 2
    voxels = Voxels(depths.typical_pixel() * _CELL)
    for done, view in enumerate(views):
        progress(done / len(views), f"merged {done} of {len(views)} depth maps")
        others = overlapping(view, views, _COMMON, _MOST_OTHERS)
        _add(view, others, depths, agreeing, voxels)
    return voxels.cloud(_FEWEST)


def _add(view: View, others: list[View], depths: Depths, agreeing: int, voxels: Voxels) -> None:
    """Adds the points on which enough views, this one included, agree."""
    depth = depths.of(view)
    normals, picture = normal_map(view, depth), view.picture()
    rows, columns = np.nonzero(depth > 0)
    for begin in range(0, len(rows), _AT_A_TIME):
        down, across = rows[begin : begin + _AT_A_TIME], columns[begin : begin + _AT_A_TIME]
        points, votes = _averaged(view, others, depths, across, down)
        kept = votes >= agreeing
        points, down, across = points[kept], down[kept], across[kept]
        facing = _facing(view, points, normals[down, across] @ view.rotation)
        voxels.add(points, facing, picture[down, across, ::-1])


def _averaged(view: View, others: list[View], depths: Depths, across: Numbers, down: Numbers) -> tuple[Array, Numbers]:
    """Returns the points of these pixels (n, 3), averaged over the views that agree, and the number of these views (n)."""
    points = view.lift(across, down, depths.of(view)[down, across].astype(np.float64))
    sums, votes = points.copy(), np.ones(len(points), np.int64)
    for other in others:
        which, theirs = _seen_by(other, depths.of(other), points)
        back_across, back_down, _ = view.project(theirs)
        near = np.hypot(back_across - across[which], back_down - down[which]) < _OFF
        which, theirs = which[near], theirs[near]
        sums[which] += theirs
        votes[which] += 1
    return sums / votes[:, None], votes


def _seen_by(other: View, depth: Map, points: Array) -> tuple[Numbers, Array]:
    """Returns the indices of the points (n, 3) that another view sees at their depth, and its own positions of them."""
    across, down, expected = other.project(points)
    inside = (expected > 0) & (np.abs(across) < other.width) & (np.abs(down) < other.height)
    which = np.flatnonzero(inside)
    column, row = np.rint(across[which]).astype(np.int64), np.rint(down[which]).astype(np.int64)
    inside = (column >= 0) & (row >= 0) & (column < other.width) & (row < other.height)
    which, column, row = which[inside], column[inside], row[inside]
    found = depth[row, column].astype(np.float64)
    agree = (found > 0) & (np.abs(found - expected[which]) < AGREE * expected[which])
    which, column, row, found = which[agree], column[agree], row[agree], found[agree]
    return which, other.lift(column, row, found)


def _facing(view: View, points: Array, normals: Array) -> Array:
    """Flips normals (n, 3) that point away from the camera."""
    away = ((view.centre - points) * normals).sum(1) < 0
    return np.where(away[:, None], -normals, normals)
