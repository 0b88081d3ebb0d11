"""A textured mesh, stored between stages."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .layout import Layout

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

MODEL = "textured.npz"
#: The texture as a JPEG, as in the GLB file.
TEXTURE = "texture.jpg"


@dataclass(frozen=True)
class Textured:
    """`vertices` (n, 3) with unit `normals` (n, 3). `points` (t, 2): texture coordinates, 0..1 from the left and from the bottom.
    `faces`, `point_faces` (m, 3): triangles as numbers of vertices and of texture coordinates."""

    vertices: Array
    normals: Array
    points: Array
    faces: Numbers
    point_faces: Numbers

    def save(self, workspace: Path) -> None:
        np.savez(workspace / MODEL, **{name: getattr(self, name) for name in self.__dataclass_fields__})


def load(workspace: Path) -> Textured:
    with np.load(workspace / MODEL) as values:
        return Textured(**{name: values[name] for name in Textured.__dataclass_fields__})


def assemble(vertices: Array, faces: Numbers, chart: Numbers, corners: Array, layout: Layout) -> Textured:
    """Triangles of a chart share texture coordinates. `corners` (m, 3, 2): corners of the triangles in the texture, in pixels."""
    alone = chart < 0
    group = np.where(alone, chart.max(initial=0) + 1 + np.cumsum(alone), chart)
    _, first, numbers = np.unique(group[:, None] * len(vertices) + faces, return_index=True, return_inverse=True)
    points = (corners.reshape(-1, 2)[first] + 0.5) / (layout.width, layout.height)
    points[:, 1] = 1 - points[:, 1]
    return Textured(vertices, _normals(vertices, faces), points, faces, numbers.reshape(-1, 3))


def _normals(vertices: Array, faces: Numbers) -> Array:
    """Returns vertex normals: the mean of the adjacent triangles, weighted by area."""
    first, second, third = (vertices[faces[:, at]] for at in range(3))
    areas = np.cross(second - first, third - first)
    sums = np.stack([np.bincount(faces.ravel(), np.repeat(column, 3), len(vertices)) for column in areas.T], 1)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    # The normal of a vertex without adjacent area points up.
    return np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), np.array([0.0, 1.0, 0.0]))
