"""Selects the views that are compared with each other."""

import numpy as np
from numpy.typing import NDArray

from ..views import Array, View

#: With fewer shared sparse points the angle between two views is unknown.
_COMMON = 15

#: Degrees between two views. Below the range depths are uncertain; above it the views look too different.
_NARROW, _WIDE = 6.0, 20.0


def best_neighbours(views: list[View], points: Array, most: int) -> list[list[View]]:
    """Returns for each view up to `most` other views for stereo, the best first. `points`: the sparse points (n, 3)."""
    return [_best(view, views, points, most) for view in views]


def overlapping(view: View, views: list[View], fewest: int, most: int) -> list[View]:
    """Returns up to `most` other views that share at least `fewest` sparse points, those that share the most first."""
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
