"""Merges points into voxels."""

import numpy as np
from numpy.typing import NDArray

from ..ply import Cloud
from ..views import Array

#: Bits of a cell number along each axis, counted from the middle.
_BITS = 21
_HALF = 1 << (_BITS - 1)

#: Minimum number of rows before they are merged, because merging sorts them.
_PENDING = 500_000


class Voxels:
    """Sums the points of each cell. Memory grows with the number of cells, not points."""

    def __init__(self, size: float) -> None:
        """`size`: side of a cell, in units of the model."""
        self._size = size
        #: Keys of cells, numbers of points, and sums of position, normal and colour (n, 9).
        self._merged = _Rows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 9)))
        self._pending: list[_Rows] = []

    def add(self, points: Array, normals: Array, colours: NDArray[np.uint8]) -> None:
        """Adds points with normals and colours, each (n, 3)."""
        keys, inside = _keys(points, self._size)
        rows = np.concatenate([points, normals, colours], 1)
        if not inside.all():
            keys, rows = keys[inside], rows[inside]
        self._pending.append(_Rows(keys, np.ones(len(keys), np.int64), rows).merged())
        if sum(len(rows.keys) for rows in self._pending) > max(_PENDING, len(self._merged.keys)):
            self._merge()

    def cloud(self, fewest: int) -> Cloud:
        """Returns the means of the cells with at least `fewest` points."""
        self._merge()
        kept = self._merged.counts >= fewest
        means = self._merged.sums[kept] / self._merged.counts[kept, None]
        normals = means[:, 3:6] / np.maximum(np.linalg.norm(means[:, 3:6], axis=1, keepdims=True), 1e-9)
        return Cloud(means[:, :3], normals, means[:, 6:].round().astype(np.uint8))

    def _merge(self) -> None:
        self._merged = _together([self._merged, *self._pending]).merged()
        self._pending = []


class _Rows:
    def __init__(self, keys: NDArray[np.int64], counts: NDArray[np.int64], sums: Array) -> None:
        self.keys = keys
        self.counts = counts
        self.sums = sums

    def merged(self) -> "_Rows":
        """Returns rows in which each key occurs once."""
        if len(self.keys) == 0:
            return self
        order = np.argsort(self.keys, kind="stable")
        keys = self.keys[order]
        first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        return _Rows(keys[first], np.add.reduceat(self.counts[order], first), np.add.reduceat(self.sums[order], first))


def _together(rows: list[_Rows]) -> _Rows:
    return _Rows(
        np.concatenate([each.keys for each in rows]),
        np.concatenate([each.counts for each in rows]),
        np.concatenate([each.sums for each in rows]),
    )


def _keys(points: Array, size: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Returns the cell number of each point, and whether it has one. Points farther out are outliers."""
    cells = np.floor(points / size)
    inside = (np.abs(cells) < _HALF).all(1)
    whole = np.where(inside[:, None], cells, 0).astype(np.int64) + _HALF
    return (whole[:, 0] << 2 * _BITS) | (whole[:, 1] << _BITS) | whole[:, 2], inside
