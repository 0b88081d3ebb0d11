"""Which views are compared with which."""

import numpy as np
from numpy.typing import NDArray

from ..views import Array, View

#: Fewer sparse points in common tell nothing of the angle between two views.
_COMMON = 15

#: Degrees between two views: below, depths are uncertain; above, the two look too different.
_NARROW, _WIDE = 6.0, 20.0


def best_neighbours(views: list[View], points: Array, most: int) -> list[list[View]]:
    """For each view, the others that its depth is best found with: up to `most`, the best first. `points`: the sparse ones (n, 3)."""
    return [_best(view, views, points, most) for view in views]


def overlapping(view: View, views: list[View], fewest: int, most: int) -> list[View]:
    """The other views that show at least `fewest` of the same sparse points: up to `most`, those with the most in common."""
    common = [(len(_common(view, other)), other) for other in views if other is not view]
    common.sort(key=lambda pair: -pair[0])
    return [other for count, other in common[:most] if count >= fewest]


def _best(view: View, views: list[View], points: Array, most: int) -> list[View]:
    scored = [(_score(view, other, points), other) for other in views if other is not view]
    scored.sort(key=lambda pair: -pair[0])
    return [other for score, other in scored[:most] if score > 0]


def _score(first: View, second: View, points: Array) -> float:
    common = points[_common(first, second)]
    if len(common) < _COMMON:
        return 0
    to_first, to_second = first.centre - common, second.centre - common
    lengths = np.linalg.norm(to_first, axis=1) * np.linalg.norm(to_second, axis=1)
    cosines = np.clip((to_first * to_second).sum(1) / lengths, -1, 1)
    angle = float(np.median(np.degrees(np.arccos(cosines))))
    return len(common) * min(1, angle / _NARROW) * min(1, _WIDE / max(angle, 1))


def _common(first: View, second: View) -> NDArray[np.int64]:
    return np.intersect1d(first.seen, second.seen, assume_unique=True)
