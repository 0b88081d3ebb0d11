"""The stage `mesh_generation`: builds a surface through the dense points."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
from numpy.typing import NDArray

from . import colmap_log
from .unobserved import find_unsupported_vertices
from .request import Request
from .ply import Mesh, read_mesh, read_points, write_mesh
from .poisson import lay_surface
from .progress import Progress, part
from .errors import ReconstructionError
from .topology import components, neighbours
from .views import read_views

#: A mesh with fewer triangles is no surface.
_FEWEST = 100

#: A connected piece smaller than this share of the largest is debris.
_DEBRIS = 0.02

#: Parts of the surface on coarser octree levels are deleted. The level is the same for all qualities, so that gaps of the same
#: width are closed.
_COARSEST = 6.0

_SIMPLIFIED = re.compile(r"(\d+)% complete \((\d+) faces")


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Writes mesh.ply. Raises ReconstructionError `no_surface`."""
    points = request.workspace / "points.ply"
    surface = _surface(request, points, part(progress, 0, 0.6))
    if len(surface.faces) >= _FEWEST:
        surface = _remove_debris(_remove_unsupported(request, surface, points))
    if len(surface.faces) < _FEWEST:
        raise ReconstructionError(
            "no_surface",
            "No surface could be laid through the points that were found. Take more photographs of the object, from all sides that matter.",
        )
    _simplify(request, surface, part(progress, 0.6, 1))
    points.unlink()
    mesh = read_mesh(request.workspace / "mesh.ply")
    return {"vertices": len(mesh.vertices), "faces": len(mesh.faces)}


def _surface(request: Request, points: Path, progress: Progress) -> Mesh:
    """Returns the Poisson surface, without parts far from any point."""
    depth = request.settings.poisson_depth
    path = request.workspace / "surface.ply"
    lay_surface(points, path, depth, _COARSEST, progress)
    surface = read_mesh(path)
    path.unlink()
    return surface


def _remove_unsupported(request: Request, mesh: Mesh, points: Path) -> Mesh:
    """Deletes triangles with an unsupported corner."""
    views, _ = read_views(request.workspace / "undistorted", request.settings.dense_px)
    wrong = find_unsupported_vertices(mesh, read_points(points), views)
    return _with_faces(mesh, mesh.faces[~wrong[mesh.faces].any(1)])


def _remove_debris(mesh: Mesh) -> Mesh:
    """Keeps only the large connected pieces."""
    if len(mesh.faces) == 0:
        return mesh
    piece = components(len(mesh.faces), *neighbours(mesh.faces))
    sizes = np.bincount(piece)
    return _with_faces(mesh, mesh.faces[sizes[piece] >= _DEBRIS * sizes.max()])


def _with_faces(mesh: Mesh, faces: NDArray[np.int64]) -> Mesh:
    """Returns a mesh with these triangles (n, 3) and the vertices that they use."""
    used, numbers = np.unique(faces, return_inverse=True)
    return Mesh(mesh.vertices[used], numbers.reshape(-1, 3), mesh.colours[used])


def _simplify(request: Request, surface: Mesh, progress: Progress) -> None:
    """Simplifies the mesh to the maximum number of triangles of the quality."""
    whole = request.workspace / "whole.ply"
    write_mesh(whole, surface)
    ratio = request.settings.faces / len(surface.faces)
    if ratio >= 1:
        shutil.move(whole, request.workspace / "mesh.ply")
        return
    options = pycolmap.MeshSimplificationOptions()
    options.target_face_ratio = ratio
    options.num_threads = request.threads

    def on_line(line: str) -> None:
        if found := _SIMPLIFIED.search(line):
            progress(int(found[1]) / 100, f"simplified to {found[2]} triangles")

    with colmap_log.watch_stderr(on_line):
        pycolmap.simplify_mesh(whole, request.workspace / "mesh.ply", options)
    whole.unlink()
