"""The stage `mesh_generation`: a surface through the dense points."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
from numpy.typing import NDArray

from . import colmap_log
from .guesses import wrong_guesses
from .order import Order
from .ply import Mesh, read_mesh, read_points, write_mesh
from .poisson import lay_surface
from .progress import Progress, part
from .refusal import Refusal
from .topology import components, neighbours
from .views import read_views

#: With fewer triangles it is no surface.
_FEWEST = 100

#: A piece that is smaller than this share of the largest is debris.
_DEBRIS = 0.02

#: The level of the octree that points must reach for the surface there to be kept: what is coarser is guessed too far. The same
#: for all qualities, so that gaps of the same width are closed.
_COARSEST = 6.0

_SIMPLIFIED = re.compile(r"(\d+)% complete \((\d+) faces")


def run(order: Order, progress: Progress) -> dict[str, Any]:
    """Writes mesh.ply. Raises Refusal `no_surface`."""
    points = order.workspace / "points.ply"
    surface = _surface(order, points, part(progress, 0, 0.6))
    if len(surface.faces) >= _FEWEST:
        surface = _without_debris(_without_guesses(order, surface, points))
    if len(surface.faces) < _FEWEST:
        raise Refusal(
            "no_surface",
            "No surface could be laid through the points that were found. Take more photographs of the object, from all sides that matter.",
        )
    _simplify(order, surface, part(progress, 0.6, 1))
    points.unlink()
    mesh = read_mesh(order.workspace / "mesh.ply")
    return {"vertices": len(mesh.vertices), "faces": len(mesh.faces)}


def _surface(order: Order, points: Path, progress: Progress) -> Mesh:
    """Poisson's: through all points, by their normals, and without what it guessed where there were none."""
    depth = order.settings.poisson_depth
    path = order.workspace / "surface.ply"
    lay_surface(points, path, depth, _COARSEST, progress)
    surface = read_mesh(path)
    path.unlink()
    return surface


def _without_guesses(order: Order, mesh: Mesh, points: Path) -> Mesh:
    """Only triangles none of whose corners is a wrong guess."""
    views, _ = read_views(order.workspace / "undistorted", order.settings.dense_px)
    wrong = wrong_guesses(mesh, read_points(points), views)
    return _with_faces(mesh, mesh.faces[~wrong[mesh.faces].any(1)])


def _without_debris(mesh: Mesh) -> Mesh:
    """Only the large connected pieces."""
    if len(mesh.faces) == 0:
        return mesh
    piece = components(len(mesh.faces), *neighbours(mesh.faces))
    sizes = np.bincount(piece)
    return _with_faces(mesh, mesh.faces[sizes[piece] >= _DEBRIS * sizes.max()])


def _with_faces(mesh: Mesh, faces: NDArray[np.int64]) -> Mesh:
    """These triangles (n, 3) of a mesh alone, and the vertices that they need."""
    used, numbers = np.unique(faces, return_inverse=True)
    return Mesh(mesh.vertices[used], numbers.reshape(-1, 3), mesh.colours[used])


def _simplify(order: Order, surface: Mesh, progress: Progress) -> None:
    """To as many triangles as the quality allows."""
    whole = order.workspace / "whole.ply"
    write_mesh(whole, surface)
    ratio = order.settings.faces / len(surface.faces)
    if ratio >= 1:
        shutil.move(whole, order.workspace / "mesh.ply")
        return
    options = pycolmap.MeshSimplificationOptions()
    options.target_face_ratio = ratio
    options.num_threads = order.threads

    def told(line: str) -> None:
        if found := _SIMPLIFIED.search(line):
            progress(int(found[1]) / 100, f"simplified to {found[2]} triangles")

    with colmap_log.watched(told):
        pycolmap.simplify_mesh(whole, order.workspace / "mesh.ply", options)
    whole.unlink()
