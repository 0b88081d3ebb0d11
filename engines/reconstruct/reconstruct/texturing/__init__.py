"""The stage `texture_mapping`: bakes a texture from the photographs."""

import os
import shutil
from pathlib import Path
from typing import Any

import cv2

from .. import notes, ply
from ..request import Request
from ..progress import Progress, part
from ..errors import ReconstructionError
from ..views import read_views
from . import baking, charts, choice, evidence, gains, layout, levelling, textured, wavefront

#: JPEG quality of the texture in the GLB file, 0 to 100.
_JPEG_QUALITY = 90


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Reads and deletes undistorted/ and mesh.ply. Writes the outputs `mesh`, `material` and `texture`, and a textured model for
    the next stage. Raises ReconstructionError `no_surface`."""
    cv2.setNumThreads(request.threads)
    mesh = ply.read_mesh(request.workspace / "mesh.ply")
    if len(mesh.faces) == 0:
        raise ReconstructionError("no_surface", "No surface was found to put a texture on. Take more photographs, from more sides.")
    texture, model, facts = _texture(request, mesh, progress)
    progress(0.85, "writing the model")
    _write(request, texture, model)
    shutil.rmtree(request.workspace / "undistorted")
    (request.workspace / "mesh.ply").unlink()
    return facts


def _texture(request: Request, mesh: ply.Mesh, progress: Progress) -> tuple[baking.Picture, textured.Textured, dict[str, Any]]:
    views, _ = read_views(request.workspace / "undistorted", request.settings.image_px)
    seen = evidence.collect(mesh, views, part(progress, 0, 0.35))
    progress(0.35, "comparing the photographs")
    gain = gains.estimate(mesh, seen)
    suspects = gains.suspects(mesh, seen, gain)
    progress(0.4, "choosing photographs")
    labels = choice.choose(mesh.faces, seen, suspects)
    progress(0.5, "levelling the seams")
    levels = levelling.level(mesh, labels, seen, gain)
    pieces = charts.cut(mesh.faces, mesh.vertices, labels, views)
    without = int((labels == choice.NONE).sum())
    places = layout.lay_out(pieces, without, request.settings.texture_px)
    texture, corners = baking.bake(mesh, views, pieces, places, levels, gain, part(progress, 0.55, 0.85))
    facts = {
        "vertices": len(mesh.vertices),
        "faces": len(mesh.faces),
        "faces_without_photograph": without,
        "charts": len(pieces),
        "width": places.width,
        "height": places.height,
        "scale": round(places.scale, 3),
        "warnings": notes.describe_unseen(without, len(mesh.faces)),
    }
    return texture, textured.assemble(mesh.vertices, mesh.faces, pieces.chart, corners, places), facts


def _write(request: Request, texture: baking.Picture, model: textured.Textured) -> None:
    mesh, material, picture = (request.output(role) for role in ("mesh", "material", "texture"))
    wavefront.write_mesh(mesh, model, _from(mesh, material))
    wavefront.write_material(material, _from(material, picture))
    model.save(request.workspace)
    # Low compression: more takes several times as long and saves a few percent.
    _save(picture, texture, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    _save(request.workspace / textured.TEXTURE, texture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])


def _from(file: Path, other: Path) -> str:
    """Returns the relative path from one file to another."""
    return Path(os.path.relpath(other, file.parent)).as_posix()


def _save(path: Path, texture: baking.Picture, options: list[int]) -> None:
    if not cv2.imwrite(str(path), texture, options):
        raise OSError("the texture could not be written")
