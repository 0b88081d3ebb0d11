"""Triangles without a photograph: each has a cell of the texture with the interpolated colours of its vertices."""

import numpy as np
from numpy.typing import NDArray

from .layout import BLOCK, CELL, Layout

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Pixels of the shorter sides of a triangle in its cell. It starts at the centre of the cell's first pixel.
_SIDE = CELL - 1.5


def order_of(centres: Array) -> Numbers:
    """Returns an order that keeps points (n, 3) near in space near each other: mipmaps need similar colours in adjacent cells."""
    low = centres.min(0, initial=np.inf)
    span = np.maximum((centres - low).max(initial=0), 1e-20)
    steps = ((centres - low) / span * 1023).astype(np.int64)
    keys = np.zeros(len(centres), np.int64)
    for bit in range(10):
        for axis in range(3):
            keys |= (steps[:, axis] >> bit & 1) << (3 * bit + axis)
    return np.argsort(keys, kind="stable")


def cells(count: int, layout: Layout) -> Numbers:
    """Returns the top left corners of `count` cells (count, 2) in pixels."""
    block, place = np.divmod(np.arange(count), BLOCK**2)
    row, column = np.divmod(place, BLOCK)
    return layout.blocks[block] + np.stack([column, row], 1) * CELL


def corners_in_texture(begins: Numbers) -> Array:
    """Returns the corners of the triangles (count, 3, 2), in pixels; (0, 0) is the centre of the first one."""
    return begins[:, None] + np.array([[0, 0], [_SIDE, 0], [0, _SIDE]])


def paint(texture: NDArray[np.uint8], begins: Numbers, colours: Array) -> None:
    """Paints the cells. `colours` (count, 3, 3): of the corners of each triangle, 0..255."""
    weights = _weights()
    for row in range(CELL):
        for column in range(CELL):
            mixed = np.einsum("c,ncd->nd", weights[row, column], colours)
            texture[begins[:, 1] + row, begins[:, 0] + column] = np.clip(np.round(mixed), 0, 255)


def _weights() -> Array:
    """Returns the weights of the three corners for each pixel of a cell (CELL, CELL, 3), clamped to the triangle."""
    second, third = np.meshgrid(np.arange(CELL) / _SIDE, np.arange(CELL) / _SIDE)
    beyond = np.maximum(0, second + third - 1) / 2
    second, third = np.clip(second - beyond, 0, 1), np.clip(third - beyond, 0, 1)
    total = np.maximum(second + third, 1)
    return np.stack([1 - (second + third) / total, second / total, third / total], 2)
