"""Visibility of the triangles in the photographs."""

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

#: Size of the depth pictures that determine visibility, in pixels. It is finer than the triangles.
_DEPTH_PX = 800

#: A triangle may lie behind the visible surface by this share of the depth, because surfaces are not exact.
_SLACK = 0.01
#: A larger step, as a share of the depth, is an outline. Photographs are unreliable next to it.
_STEP = 0.03
#: Distance of pixels next to an outline, in pixels of the depth picture.
_NEXT = 2

#: Minimum cosine between the normal and the direction to the camera.
_OBLIQUE = 0.1


@dataclass(frozen=True)
class Evidence:
    """Evidence for m triangles, n vertices and k photographs."""

    #: (m, k): area of the triangle in the photograph in pixels², times the cosine of the viewing angle; 0 if it is not visible.
    scores: NDArray[np.float32]
    #: (m, k): whether the triangle is next to an outline.
    outlines: NDArray[np.bool_]
    #: (k, n, 3): slightly blurred colours of the vertices. Valid only where they are visible.
    colours: NDArray[np.uint8]


def coarseness(view: View) -> int:
    """Returns the number of photograph pixels per pixel of the depth picture."""
    return max(1, round(max(view.width, view.height) / _DEPTH_PX))


def coarse_size(view: View) -> tuple[int, int]:
    """Returns width and height of the depth picture of a photograph, in pixels."""
    step = coarseness(view)
    return -(-view.width // step), -(-view.height // step)


def coarse(corners: Corners, step: int) -> Corners:
    """Scales triangles to a picture that is `step` times smaller."""
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
    """Returns the cosine of the viewing angle (m): 1 if the triangle faces the camera, negative from behind."""
    first, second, third = (mesh.vertices[mesh.faces[:, at]] for at in range(3))
    normals = np.cross(second - first, third - first)
    ways = view.centre - (first + second + third) / 3
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(ways, axis=1)
    return (normals * ways).sum(1) / np.maximum(lengths, 1e-20)


def _in_front(corners: Corners, candidates: NDArray[np.int64], view: View) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Returns which candidates are not hidden, and which are next to an outline."""
    width, height = coarse_size(view)
    small = coarse(corners, coarseness(view))
    depth = rasterise(small, width, height).depth()
    around = np.ones((_NEXT * 2 + 1, _NEXT * 2 + 1), np.uint8)
    # The empty background is infinitely far away. OpenCV needs a finite number.
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
