"""Triangles that no photograph shows: each has a cell of the texture, in which the colours of its vertices run into each other."""

import numpy as np
from numpy.typing import NDArray

from .layout import BLOCK, CELL, Layout

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Pixels of the shorter sides of the triangle in its cell, which begins in the middle of the cell's first pixel.
_SIDE = CELL - 1.5


def order_of(centres: Array) -> Numbers:
    """An order in which what is near in space (n, 3) is near: cells next to each other then have similar colours, as mip-maps need."""
    low = centres.min(0, initial=np.inf)
    span = np.maximum((centres - low).max(initial=0), 1e-20)
    steps = ((centres - low) / span * 1023).astype(np.int64)
    keys = np.zeros(len(centres), np.int64)
    for bit in range(10):
        for axis in range(3):
            keys |= (steps[:, axis] >> bit & 1) << (3 * bit + axis)
    return np.argsort(keys, kind="stable")


def cells(count: int, layout: Layout) -> Numbers:
    """Where the cells of `count` triangles begin, (count, 2) in pixels."""
    block, place = np.divmod(np.arange(count), BLOCK**2)
    row, column = np.divmod(place, BLOCK)
    return layout.blocks[block] + np.stack([column, row], 1) * CELL


def corners_in_texture(begins: Numbers) -> Array:
    """(count, 3, 2), in pixels with (0, 0) in the middle of the first one."""
    return begins[:, None] + np.array([[0, 0], [_SIDE, 0], [0, _SIDE]])


def paint(texture: NDArray[np.uint8], begins: Numbers, colours: Array) -> None:
    """Fills the cells. `colours` (count, 3, 3): of each corner of each triangle, 0..255."""
    weights = _weights()
    for row in range(CELL):
        for column in range(CELL):
            mixed = np.einsum("c,ncd->nd", weights[row, column], colours)
            texture[begins[:, 1] + row, begins[:, 0] + column] = np.clip(np.round(mixed), 0, 255)


def _weights() -> Array:
    """Of the three corners for each pixel of a cell, (CELL, CELL, 3). Beyond the long side the nearest of its points counts."""
    second, third = np.meshgrid(np.arange(CELL) / _SIDE, np.arange(CELL) / _SIDE)
    beyond = np.maximum(0, second + third - 1) / 2
    second, third = np.clip(second - beyond, 0, 1), np.clip(third - beyond, 0, 1)
    total = np.maximum(second + third, 1)
    return np.stack([1 - (second + third) / total, second / total, third / total], 2)
