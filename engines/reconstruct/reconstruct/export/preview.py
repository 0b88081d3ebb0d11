"""Renders the textured model on the CPU."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..texturing.raster import Corners, barycentric, corners_of, rasterise
from ..texturing.textured import Textured
from ..views import View

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Picture = NDArray[np.uint8]

#: Colours at the top and bottom of the background: blue green red.
_BACKGROUND = ((250, 249, 248), (228, 225, 223))

#: Length of the rows in which positions are passed to OpenCV.
_ROW = 4096


def render(model: Textured, texture: Picture, view: View) -> Picture:
    """Returns a picture (height / 2, width / 2, 3), blue green red. `view` is twice as large, for smooth edges."""
    across, down, depth = view.project(model.vertices)
    corners = corners_of(across, down, depth, model.faces)
    # The y axis of a picture points down, so front faces have the opposite orientation.
    front = np.flatnonzero(corners.doubled_area() < 0)
    face = rasterise(corners.only(front), view.width, view.height).face
    rows, columns = np.nonzero(face >= 0)
    numbers = front[face[rows, columns]]
    picture = _background(view.width, view.height)
    places = _places(model, corners, numbers, columns, rows) * (texture.shape[1], texture.shape[0])
    picture[rows, columns] = _look_up(texture, places - 0.5, _levels(model, corners, texture)[numbers])
    return cv2.resize(picture, (view.width // 2, view.height // 2), interpolation=cv2.INTER_AREA)


def _background(width: int, height: int) -> Picture:
    top, bottom = np.array(_BACKGROUND, np.float64)
    share = np.linspace(0, 1, height)[:, None]
    return np.repeat(np.round(top + (bottom - top) * share).astype(np.uint8)[:, None], width, 1)


def _places(model: Textured, corners: Corners, numbers: Numbers, columns: Numbers, rows: Numbers) -> Array:
    """Returns the texture coordinate of each pixel (k, 2), 0 to 1 from the top left."""
    flat = barycentric(corners, numbers, columns.astype(np.float64), rows.astype(np.float64))
    # Perspective correction.
    weights = flat * corners.nearness[numbers]
    weights /= weights.sum(1, keepdims=True)
    places = np.einsum("nc,ncd->nd", weights, model.points[model.point_faces[numbers]])
    places[:, 1] = 1 - places[:, 1]
    return places


def _levels(model: Textured, corners: Corners, texture: Picture) -> Numbers:
    """Returns the mipmap level of each triangle (m)."""
    first, second, third = (model.points[model.point_faces[:, at]] * (texture.shape[1], texture.shape[0]) for at in range(3))
    one, other = second - first, third - first
    texels = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    pixels = np.maximum(np.abs(corners.doubled_area()), 1e-9)
    return np.clip(np.round(np.log2(np.maximum(texels / pixels, 1)) / 2), 0, 12).astype(np.int64)


def _look_up(texture: Picture, places: Array, levels: Numbers) -> Picture:
    """Returns the colours (k, 3) at positions (k, 2) of the texture in pixels. `levels` (k): mipmap levels."""
    colours = np.empty((len(places), 3), np.uint8)
    levels = np.minimum(levels, int(np.log2(min(texture.shape[:2]))))
    for level in range(int(levels.max(initial=0)) + 1):
        mine = np.flatnonzero(levels == level)
        wanted = np.zeros((-(-len(mine) // _ROW) * _ROW, 2), np.float32)
        wanted[: len(mine)] = (places[mine] + 0.5) / 2**level - 0.5
        if len(mine):
            found = cv2.remap(texture, wanted.reshape(-1, _ROW, 2), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            colours[mine] = found.reshape(-1, 3)[: len(mine)]
        texture = _halved(texture)
    return colours


def _halved(texture: Picture) -> Picture:
    """Averages blocks of four pixels. An odd last row or column is dropped."""
    height, width = max(1, texture.shape[0] // 2), max(1, texture.shape[1] // 2)
    return cv2.resize(texture[: height * 2, : width * 2], (width, height), interpolation=cv2.INTER_AREA)
