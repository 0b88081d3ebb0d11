"""What each photograph shows of each triangle."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ply import Mesh
from ..progress import Progress
from ..views import View
from .raster import Corners, corners_of, rasterise

#: Points of a triangle, as weights of its corners, that must all be visible.
_SAMPLES = np.array([[1 / 3, 1 / 3, 1 / 3], [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]])

#: Hiding is found out in pictures of this size: finer than any triangle needs.
_DEPTH_PX = 800

#: Shares of the depth. So much may a triangle lie behind what is in front: surfaces are not exact.
_SLACK = 0.01
#: Larger steps in depth are an outline: what is next to it may show the wrong thing.
_STEP = 0.03
#: Pixels of the depth picture that are next to an outline.
_NEXT = 2

#: A triangle that is seen more obliquely than this (cosine) is not seen.
_OBLIQUE = 0.1


@dataclass(frozen=True)
class Evidence:
    """Of m triangles, n vertices and k photographs."""

    #: (m, k): the area that the triangle has in the photograph, pixels² weighted by how directly it is seen; 0 where it is not.
    scores: NDArray[np.float32]
    #: (m, k): next to an outline.
    outlines: NDArray[np.bool_]
    #: (k, n, 3): colours of the vertices, blurred a little; of some use where they are visible only.
    colours: NDArray[np.uint8]


def coarseness(view: View) -> int:
    """How many pixels of a photograph are one in pictures of its depth."""
    return max(1, round(max(view.width, view.height) / _DEPTH_PX))


def coarse_size(view: View) -> tuple[int, int]:
    """Width and height of a photograph's depth picture, in pixels."""
    step = coarseness(view)
    return -(-view.width // step), -(-view.height // step)


def coarse(corners: Corners, step: int) -> Corners:
    """The same triangles in a picture that is `step` times smaller."""
    return Corners((corners.across + 0.5) / step - 0.5, (corners.down + 0.5) / step - 0.5, corners.nearness)


def collect(mesh: Mesh, views: list[View], progress: Progress) -> Evidence:
    evidence = Evidence(
        scores=np.zeros((len(mesh.faces), len(views)), np.float32),
        outlines=np.zeros((len(mesh.faces), len(views)), np.bool_),
        colours=np.zeros((len(views), len(mesh.vertices), 3), np.uint8),
    )
    for number, view in enumerate(views):
        progress(number / len(views), f"looking at photograph {number + 1} of {len(views)}")
        _look(mesh, view, evidence, number)
    return evidence


def _look(mesh: Mesh, view: View, evidence: Evidence, number: int) -> None:
    across, down, depth = view.project(mesh.vertices)
    corners = corners_of(across, down, depth, mesh.faces)
    margin = 2
    inside = (depth > 1e-6) & (across >= margin) & (down >= margin)
    inside &= (across <= view.width - 1 - margin) & (down <= view.height - 1 - margin)
    direct = _directness(mesh, view)
    candidates = np.flatnonzero(inside[mesh.faces].all(1) & (direct > _OBLIQUE))
    visible, outline = _in_front(corners, candidates, view)
    seen = candidates[visible]
    evidence.scores[seen, number] = np.abs(corners.only(seen).doubled_area()) / 2 * direct[seen]
    evidence.outlines[candidates[outline], number] = True
    blur = coarseness(view) * 2 + 1
    picture = cv2.blur(view.picture(), (blur, blur))
    column = np.clip(np.round(across), 0, view.width - 1).astype(np.int64)
    row = np.clip(np.round(down), 0, view.height - 1).astype(np.int64)
    evidence.colours[number] = picture[row, column]


def _directness(mesh: Mesh, view: View) -> NDArray[np.float64]:
    """(m): 1 for a triangle that faces the camera, 0 seen from its edge, negative from behind."""
    first, second, third = (mesh.vertices[mesh.faces[:, at]] for at in range(3))
    normals = np.cross(second - first, third - first)
    ways = view.centre - (first + second + third) / 3
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(ways, axis=1)
    return (normals * ways).sum(1) / np.maximum(lengths, 1e-20)


def _in_front(corners: Corners, candidates: NDArray[np.int64], view: View) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which candidates are not hidden, and which are next to an outline."""
    width, height = coarse_size(view)
    small = coarse(corners, coarseness(view))
    depth = rasterise(small, width, height).depth()
    around = np.ones((_NEXT * 2 + 1, _NEXT * 2 + 1), np.uint8)
    # Where there is nothing is far behind everything, and a number for OpenCV's sake.
    filled = np.minimum(depth, np.float32(1e30))
    nearest, farthest = cv2.erode(filled, around), cv2.dilate(filled, around)
    chosen = small.only(candidates)
    visible = np.ones(len(candidates), np.bool_)
    outline = np.zeros(len(candidates), np.bool_)
    for weights in _SAMPLES:
        column = np.clip(np.round(chosen.across @ weights), 0, width - 1).astype(np.int64)
        row = np.clip(np.round(chosen.down @ weights), 0, height - 1).astype(np.int64)
        own = 1 / (chosen.nearness @ weights)
        visible &= own <= depth[row, column] * (1 + _SLACK)
        outline |= (own > nearest[row, column] * (1 + _STEP)) | (farthest[row, column] > own * (1 + _STEP))
    return visible, outline
