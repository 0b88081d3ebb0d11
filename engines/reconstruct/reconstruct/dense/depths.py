"""Depth maps in files, with a cache in memory."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from ..views import View
from .rectified import Map

#: Depth maps in memory: those that one view is compared with, and a few more.
_IN_MEMORY = 24


class Depths:
    """Stores the depth map of each view (height, width), 0 where unknown."""

    def __init__(self, folder: Path) -> None:
        """`folder`: an empty folder, which the caller deletes."""
        self._folder = folder
        self._pixels: list[float] = []
        self.of = lru_cache(_IN_MEMORY)(self._read)

    def put(self, view: View, depth: Map) -> None:
        np.save(self._path(view), depth)
        known = depth[depth > 0]
        if len(known) > 0:
            self._pixels.append(float(np.median(known)) / view.focal[0])

    def typical_pixel(self) -> float:
        """Returns the median size of a pixel on the surface, in units of the model; 1 if unknown."""
        return float(np.median(self._pixels)) if self._pixels else 1.0

    def _read(self, view: View) -> Map:
        depth: Map = np.load(self._path(view))
        return depth

    def _path(self, view: View) -> Path:
        return self._folder / f"{view.name}.npy"
