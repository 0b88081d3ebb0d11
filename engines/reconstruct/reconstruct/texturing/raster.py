"""Rasterizes triangles: the nearest one in each pixel, and its depth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Pixels and rows of triangles that are processed at a time. Each takes about 40 bytes.
_MOST_PIXELS = 2_000_000
_MOST_ROWS = 400_000

#: Triangles below twice this area, in pixels², are not drawn.
_THIN = 1e-6


@dataclass(frozen=True)
class Raster:
    """`face` (height, width): number of the nearest triangle, or -1. `nearness`: 1/depth, or 0."""

    face: NDArray[np.int32]
    nearness: NDArray[np.float32]

    def depth(self) -> NDArray[np.float32]:
        """Returns depths (height, width), infinite where there is no triangle."""
        with np.errstate(divide="ignore"):
            return np.float32(1) / self.nearness


@dataclass(frozen=True)
class Corners:
    """Corners of triangles in a picture, (m, 3) each: in pixels, (0, 0) is the centre of the first one. `nearness`: 1/depth."""

    across: Array
    down: Array
    nearness: Array

    def doubled_area(self) -> Array:
        """Returns twice the area (m) in pixels², negative for triangles of the other orientation."""
        x, y = self.across, self.down
        return (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])

    def gradient(self, values: Array) -> tuple[Array, Array]:
        """Returns the change of values (m, 3) at the corners per pixel across and down, (m) each. The triangles must have an area."""
        x, y = self.across, self.down
        first, second = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
        area = self.doubled_area()
        across = (first * (y[:, 2] - y[:, 0]) - second * (y[:, 1] - y[:, 0])) / area
        down = (second * (x[:, 1] - x[:, 0]) - first * (x[:, 2] - x[:, 0])) / area
        return across, down

    def only(self, which: NDArray[np.generic]) -> "Corners":
        return Corners(self.across[which], self.down[which], self.nearness[which])


def corners_of(across: Array, down: Array, depth: Array, faces: Numbers) -> Corners:
    """Returns the corners of triangles (m, 3: numbers of points). Points behind the camera get a nearness of 0."""
    nearness = np.where(depth > 1e-6, 1 / np.maximum(depth, 1e-6), 0)
    return Corners(across[faces], down[faces], nearness[faces])


def rasterise(corners: Corners, width: int, height: int) -> Raster:
    """Draws triangles by the centres of pixels. Triangles that reach behind the camera are skipped."""
    keys = np.zeros(width * height, np.uint64)
    drawn = np.flatnonzero((corners.nearness > 0).all(1) & (np.abs(corners.doubled_area()) > _THIN))
    top = np.maximum(np.ceil(corners.down[drawn].min(1)), 0)
    bottom = np.minimum(np.floor(corners.down[drawn].max(1)), height - 1)
    wide = np.minimum(np.floor(corners.across[drawn].max(1)), width - 1) - np.maximum(np.ceil(corners.across[drawn].min(1)), 0) + 1
    tall = bottom - top + 1
    inside = (wide > 0) & (tall > 0)
    drawn, top, wide, tall = drawn[inside], top[inside], wide[inside], tall[inside]
    for piece in _pieces(wide * tall, tall):
        _draw(keys, width, drawn[piece], corners.only(drawn[piece]), top[piece], tall[piece].astype(np.int64))
    face = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64) - 1
    nearness = (keys >> np.uint64(32)).astype(np.uint32).view(np.float32)
    return Raster(face.astype(np.int32).reshape(height, width), nearness.reshape(height, width))


def barycentric(corners: Corners, face: Numbers, across: Array, down: Array) -> Array:
    """Returns the weights (k, 3) of the corners of triangles `face` (k) at points (k), without perspective."""
    x, y = corners.across[face], corners.down[face]
    right, below = across - x[:, 0], down - y[:, 0]
    area = corners.doubled_area()[face]
    second = (right * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * below) / area
    third = ((x[:, 1] - x[:, 0]) * below - right * (y[:, 1] - y[:, 0])) / area
    return np.stack([1 - second - third, second, third], 1)


def _pieces(pixels: Array, rows: Array) -> list[slice]:
    """Splits the triangles into pieces of limited pixels and rows."""
    share = np.cumsum(np.maximum(pixels / _MOST_PIXELS, rows / _MOST_ROWS)).astype(np.int64)
    borders = [0, *(np.flatnonzero(np.diff(share)) + 1).tolist(), len(share)]
    return [slice(begin, end) for begin, end in zip(borders, borders[1:], strict=False) if end > begin]


def _draw(keys: NDArray[np.uint64], width: int, numbers: Numbers, corners: Corners, top: Array, tall: Numbers) -> None:
    """Draws row by row: each triangle covers one span of a row."""
    face, step = _expand(tall)
    down = top[face] + step
    left, right = _spans(corners, face, down)
    begin = np.maximum(np.ceil(left), 0)
    lengths = np.maximum(np.minimum(np.floor(right), width - 1) - begin + 1, 0)
    across_slope, down_slope = corners.gradient(corners.nearness)
    start = corners.nearness[face, 0] + across_slope[face] * (begin - corners.across[face, 0])
    start += down_slope[face] * (down - corners.down[face, 0])
    row, offset = _expand(lengths.astype(np.int64))
    nearness = start[row] + across_slope[face][row] * offset
    # Positive floats sort like their bits, so the nearest triangle has the largest key. Rounding must not make one negative.
    bits = np.maximum(nearness, 1e-30).astype(np.float32).view(np.uint32).astype(np.uint64)
    key = bits << np.uint64(32) | (numbers[face] + 1).astype(np.uint64)[row]
    first = (down * width + begin).astype(np.int64)
    np.maximum.at(keys, first[row] + offset, key)


def _spans(corners: Corners, face: Numbers, down: Array) -> tuple[Array, Array]:
    """Returns the first and last position of a triangle on a row, (k) each."""
    left, right = np.full(len(face), np.inf), np.full(len(face), -np.inf)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        above, below = corners.down[:, one], corners.down[:, other]
        slope = (corners.across[:, other] - corners.across[:, one]) / np.where(above == below, 1, below - above)
        crosses = ((down - above[face]) * (down - below[face]) <= 0) & (above != below)[face]
        at = corners.across[face, one] + (down - above[face]) * slope[face]
        left = np.where(crosses, np.minimum(left, at), left)
        right = np.where(crosses, np.maximum(right, at), right)
    return np.where(np.isfinite(left), left, 0), np.where(np.isfinite(right), right, -1)


def _expand(lengths: Numbers) -> tuple[Numbers, Numbers]:
    """Returns for lengths 2, 3 the rows 0 0 1 1 1 and the steps 0 1 0 1 2."""
    row = np.repeat(np.arange(len(lengths)), lengths)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
