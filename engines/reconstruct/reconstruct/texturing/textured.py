"""A mesh with a texture, as it is between the stages."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .layout import Layout

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

MODEL = "textured.npz"
#: The texture again, as small as it is in the finished model.
TEXTURE = "texture.jpg"


@dataclass(frozen=True)
class Textured:
    """Vertices (n, 3) and their normals (n, 3) of length 1; points of the texture (t, 2), 0..1, across from the left and up from the
    bottom; triangles (m, 3) as numbers of vertices, and the same triangles as numbers of points of the texture."""

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
    """`corners` (m, 3, 2): where the triangles' corners are in the texture, in pixels. Those of a chart share theirs where they meet."""
    alone = chart < 0
    group = np.where(alone, chart.max(initial=0) + 1 + np.cumsum(alone), chart)
    _, first, numbers = np.unique(group[:, None] * len(vertices) + faces, return_index=True, return_inverse=True)
    points = (corners.reshape(-1, 2)[first] + 0.5) / (layout.width, layout.height)
    points[:, 1] = 1 - points[:, 1]
    return Textured(vertices, _normals(vertices, faces), points, faces, numbers.reshape(-1, 3))


def _normals(vertices: Array, faces: Numbers) -> Array:
    """Of vertices: the mean of the triangles around, by their areas."""
    first, second, third = (vertices[faces[:, at]] for at in range(3))
    areas = np.cross(second - first, third - first)
    sums = np.stack([np.bincount(faces.ravel(), np.repeat(column, 3), len(vertices)) for column in areas.T], 1)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    # A vertex that has no area around it points up.
    return np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), np.array([0.0, 1.0, 0.0]))
