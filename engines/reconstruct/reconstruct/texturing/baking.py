"""Bakes the texture: copies each chart from its photograph and corrects its colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ply import Mesh
from ..progress import Progress
from ..views import View
from . import evidence, gaps, layout, plain
from .charts import Charts
from .choice import NONE
from .gains import Gains
from .layout import PADDING, Layout
from .levelling import Levels
from .raster import barycentric, corners_of, rasterise

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Picture = NDArray[np.uint8]

#: Below this scale photographs are blurred before they are reduced, to prevent aliasing.
_BLURRED_BELOW = 0.6


def bake(
    mesh: Mesh, views: list[View], charts: Charts, places: Layout, levels: Levels, gains: Gains, progress: Progress
) -> tuple[Picture, Array]:
    """Returns the texture (height, width, 3; blue green red), and the corners of the triangles in it (m, 3, 2) in pixels."""
    texture = np.zeros((places.height, places.width, 3), np.uint8)
    corners = layout.corners_in_texture(charts, places)
    for number, view in enumerate(views):
        progress(0.8 * number / len(views), f"texture from photograph {number + 1} of {len(views)}")
        mine = np.flatnonzero(charts.photograph == number)
        if len(mine):
            _copy(texture, charts, places, mine, _levelled(mesh, view, number, charts, levels, gains))
    progress(0.8, "filling the texture")
    used = _used(corners[charts.chart != NONE], places)
    without = _unseen(mesh, charts)
    begins = plain.cells(len(without), places)
    plain.paint(texture, begins, (levels.colours + levels.corrections)[levels.node[without]])
    for column, row in begins:
        used[row : row + layout.CELL, column : column + layout.CELL] = 1
    gaps.fill_texture(texture, used)
    corners[without] = plain.corners_in_texture(begins)
    return texture, corners


def _unseen(mesh: Mesh, charts: Charts) -> Numbers:
    """Returns the triangles without a photograph, ordered so that neighbours are near each other."""
    without = np.flatnonzero(charts.chart == NONE)
    return without[plain.order_of(mesh.vertices[mesh.faces[without]].mean(1))]


def _levelled(mesh: Mesh, view: View, number: int, charts: Charts, levels: Levels, gains: Gains) -> Picture:
    """Applies the gain of the photograph and the corrections of its triangles, interpolated in between."""
    rows = np.flatnonzero((charts.chart != NONE) & (charts.photograph[np.maximum(charts.chart, 0)] == number))
    across, down, depth = view.project(mesh.vertices)
    corners = evidence.coarse(corners_of(across, down, depth, mesh.faces[rows]), evidence.coarseness(view))
    width, height = evidence.coarse_size(view)
    face = rasterise(corners, width, height).face
    row, column = np.nonzero(face >= 0)
    shown = face[row, column].astype(np.int64)
    weights = barycentric(corners, shown, column.astype(np.float64), row.astype(np.float64))
    correction = np.zeros((height, width, 3), np.float32)
    correction[row, column] = np.einsum("nc,ncd->nd", weights, levels.corrections[levels.node[rows[shown]]])
    correction = gaps.fill(correction, (face >= 0).astype(np.float32))
    picture = cv2.LUT(view.picture(), gains.table(number)).astype(np.float32)
    step = evidence.coarseness(view)
    picture += cv2.resize(correction, (width * step, height * step))[: view.height, : view.width]
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _copy(texture: Picture, charts: Charts, places: Layout, numbers: Numbers, picture: Picture) -> None:
    scale = places.scale
    if scale < _BLURRED_BELOW:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale)
    sizes = layout.chart_sizes(charts, scale) * layout.CELL
    for number in numbers:
        column, row = places.charts[number]
        wide, tall = (int(size) for size in sizes[number])
        begin = charts.begin[number] - PADDING / scale
        matrix = np.array([[1 / scale, 0, begin[0]], [0, 1 / scale, begin[1]]])
        texture[row : row + tall, column : column + wide] = cv2.warpAffine(
            picture,
            matrix,
            (wide, tall),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


def _used(corners: Array, places: Layout) -> Picture:
    """Returns 1 for pixels of triangles and their neighbours (height, width)."""
    used = np.zeros((places.height, places.width), np.uint8)
    for triangle in np.round(corners * 16).astype(np.int32):
        cv2.fillConvexPoly(used, triangle, 1, cv2.LINE_8, 4)
    return cv2.dilate(used, np.ones((3, 3), np.uint8))
