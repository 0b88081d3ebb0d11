"""Parts of a surface that no photograph shows."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .ply import Mesh
from .sky import background
from .views import Array, View

#: How far from any point a surface may be and still count as seen, as a share of the longest side of all that there is.
_REACH = 1 / 256

#: Photographs that show sky where it should be.
_SKIES = 2

#: OpenCV's names for an exact search, and for one that looks at everything.
_EXACT, _ALL = 4, -1


def find_unsupported_vertices(mesh: Mesh, points: Array, views: list[View]) -> NDArray[np.bool_]:
    """Which vertices (n) lie away from all points (m, 3) where photographs show sky, or face no camera.

    What closes a gap, such as a pane or a plain wall, is a guess too, and as good as any.
    """
    index = cv2.flann.Index(points.astype(np.float32), {"algorithm": _EXACT})
    _, squares = index.knnSearch(mesh.vertices.astype(np.float32), 1, params={"checks": _ALL})
    reach = _REACH * float(np.ptp(points, axis=0).max())
    guessed = np.flatnonzero(squares[:, 0] > reach**2)
    vertices, normals = mesh.vertices[guessed], _normals(mesh)[guessed]
    skies = np.zeros(len(guessed), np.int64)
    faced = np.zeros(len(guessed), np.bool_)
    for view in views:
        sky = background(view.picture())
        across, down, inside = _places(view, vertices)
        skies += inside & sky[down, across]
        faced |= inside & (((view.centre - vertices) * normals).sum(1) > 0)
    wrong = np.zeros(len(mesh.vertices), np.bool_)
    wrong[guessed[(skies >= _SKIES) | ~faced]] = True
    return wrong


def _places(view: View, points: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The column and the row where each of the points (n, 3) would be, and whether the photograph has them: else they are 0."""
    across, down, depth = view.project(points)
    inside = (depth > 0) & (across >= 0) & (down >= 0) & (across <= view.width - 1) & (down <= view.height - 1)
    column, row = (np.rint(np.where(inside, value, 0)).astype(np.int64) for value in (across, down))
    return column, row, inside


def _normals(mesh: Mesh) -> Array:
    """Which way the surface faces at each vertex (n, 3): of any length."""
    corners = mesh.vertices[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(mesh.vertices)
    for corner in range(3):
        np.add.at(normals, mesh.faces[:, corner], across)
    return normals
