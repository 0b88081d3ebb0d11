"""Parts of a surface that no photograph shows."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .ply import Mesh
from .sky import background
from .views import Array, View

#: Maximum distance of an observed surface from a point, as a share of the longest side of the model.
_REACH = 1 / 256

#: Minimum number of photographs that show sky instead of the vertex.
_SKIES = 2

#: OpenCV's constants for an exact, unlimited search.
_EXACT, _ALL = 4, -1


def find_unsupported_vertices(mesh: Mesh, points: Array, views: list[View]) -> NDArray[np.bool_]:
    """Selects vertices (n) far from all points (m, 3) where photographs show sky, or that face no camera.

    Other interpolated surfaces, such as panes or plain walls, are kept.
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
    """Returns the columns and rows of projected points (n, 3), and whether they are inside the photograph; else they are 0."""
    across, down, depth = view.project(points)
    inside = (depth > 0) & (across >= 0) & (down >= 0) & (across <= view.width - 1) & (down <= view.height - 1)
    column, row = (np.rint(np.where(inside, value, 0)).astype(np.int64) for value in (across, down))
    return column, row, inside


def _normals(mesh: Mesh) -> Array:
    """Returns vertex normals (n, 3), not normalized."""
    corners = mesh.vertices[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(mesh.vertices)
    for corner in range(3):
        np.add.at(normals, mesh.faces[:, corner], across)
    return normals
