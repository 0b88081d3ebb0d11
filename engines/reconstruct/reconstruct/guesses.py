"""Parts of a surface that nobody saw."""

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


def wrong_guesses(mesh: Mesh, points: Array, views: list[View]) -> NDArray[np.bool_]:
    """Which vertices (n) lie away from all points (m, 3) where photographs show sky.

    What closes a gap, such as a pane or a plain wall, is a guess too, and as good as any.
    """
    index = cv2.flann.Index(points.astype(np.float32), {"algorithm": _EXACT})
    _, squares = index.knnSearch(mesh.vertices.astype(np.float32), 1, params={"checks": _ALL})
    reach = _REACH * float(np.ptp(points, axis=0).max())
    guessed = np.flatnonzero(squares[:, 0] > reach**2)
    skies = np.zeros(len(guessed), np.int64)
    for view in views:
        skies += _in_the_sky(view, mesh.vertices[guessed])
    wrong = np.zeros(len(mesh.vertices), np.bool_)
    wrong[guessed[skies >= _SKIES]] = True
    return wrong


def _in_the_sky(view: View, points: Array) -> NDArray[np.bool_]:
    """Whether the photograph shows sky where each of the points (n, 3) would be: (n)."""
    sky = background(view.picture())
    across, down, depth = view.project(points)
    inside = (depth > 0) & (across >= 0) & (down >= 0) & (across <= view.width - 1) & (down <= view.height - 1)
    column, row = (np.rint(np.where(inside, value, 0)).astype(np.int64) for value in (across, down))
    return inside & sky[row, column]
