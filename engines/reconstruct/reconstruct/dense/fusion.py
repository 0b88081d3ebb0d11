"""Points that several depth maps agree on."""

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

#: Other views that a view's depths are held against: those with the most in common, and none with less than this in common.
_MOST_OTHERS, _COMMON = 20, 10

#: Pixels that a point may be off when it is taken to another view and back.
_OFF = 2.0

#: Pixels that are held against the other views at a time, which bounds the memory.
_AT_A_TIME = 200_000

#: The side of the cells that points are gathered in, in pixels of a typical photograph.
_CELL = 1.2
#: Points in a cell without which it counts as noise.
_FEWEST = 2


def fuse(views: list[View], depths: Depths, progress: Progress) -> Cloud:
    """`depths`: of all views."""
    # Three photographs alone must do with two that agree.
    agreeing = 3 if len(views) > 3 else 2
    voxels = Voxels(depths.typical_pixel() * _CELL)
    for done, view in enumerate(views):
        progress(done / len(views), f"merged {done} of {len(views)} depth maps")
        others = overlapping(view, views, _COMMON, _MOST_OTHERS)
        _add(view, others, depths, agreeing, voxels)
    return voxels.cloud(_FEWEST)


def _add(view: View, others: list[View], depths: Depths, agreeing: int, voxels: Voxels) -> None:
    """Adds what enough views, this one included, agree on."""
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
    """The points of these pixels (n, 3), each averaged over the views that agree, and how many those are (n)."""
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
    """Which of the points (n, 3) another view sees at their depth: their numbers, and the points as it has them."""
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
    """Normals (n, 3) that point to the camera's side."""
    away = ((view.centre - points) * normals).sum(1) < 0
    return np.where(away[:, None], -normals, normals)
