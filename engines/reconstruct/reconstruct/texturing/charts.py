"""Charts: each is a rectangle of one photograph with a connected set of triangles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..topology import components, neighbours
from ..views import View
from .choice import NONE

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Charts:
    """`chart` (m): the chart of each triangle, or NONE. `photograph`: of each chart. `begin`, `end` (count, 2): the rectangle of each
    chart in its photograph, in pixels. `corners` (m, 3, 2): the corners of the triangles in their photographs, in pixels."""

    chart: Numbers
    photograph: Numbers
    begin: Array
    end: Array
    corners: Array

    def __len__(self) -> int:
        return len(self.photograph)


def cut(faces: Numbers, vertices: Array, labels: Numbers, views: list[View]) -> Charts:
    """Puts connected triangles with the same photograph (`labels`, (m)) into one chart."""
    corners = np.zeros((len(faces), 3, 2))
    for number, view in enumerate(views):
        rows = np.flatnonzero(labels == number)
        across, down, _ = view.project(vertices)
        corners[rows] = np.stack([across, down], 1)[faces[rows]]
    chart, count = _numbers(faces, labels)
    textured = chart != NONE
    photograph = np.zeros(count, np.int64)
    photograph[chart[textured]] = labels[textured]
    begin, end = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    np.minimum.at(begin, chart[textured], corners[textured].min(1))
    np.maximum.at(end, chart[textured], corners[textured].max(1))
    return Charts(chart, photograph, begin, end, corners)


def _numbers(faces: Numbers, labels: Numbers) -> tuple[Numbers, int]:
    """Returns the chart of each triangle (m), NONE without a photograph, and the number of charts."""
    first, second = neighbours(faces)
    same = labels[first] == labels[second]
    piece = components(len(faces), first[same], second[same])
    chart = np.full(len(faces), NONE)
    textured = labels != NONE
    used, chart[textured] = np.unique(piece[textured], return_inverse=True)
    return chart, len(used)
