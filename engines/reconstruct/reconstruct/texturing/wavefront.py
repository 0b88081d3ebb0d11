"""Writes a model as Wavefront OBJ with a material."""

from pathlib import Path

import numpy as np

from .textured import Textured

_MATERIAL = """newmtl textured
Ka 1 1 1
Kd 1 1 1
Ks 0 0 0
illum 1
map_Kd {texture}
"""


def write_mesh(path: Path, model: Textured, material: str) -> None:
    """Writes the OBJ file. `material`: path of the MTL file, relative to the mesh."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"mtllib {material}\no reconstructed_mesh\n")
        file.writelines("v %.6f %.6f %.6f\n" % row for row in map(tuple, model.vertices.tolist()))
        file.writelines("vt %.6f %.6f\n" % row for row in map(tuple, model.points.tolist()))
        file.writelines("vn %.4f %.4f %.4f\n" % row for row in map(tuple, model.normals.tolist()))
        file.write("usemtl textured\n")
        # v/vt/vn of each corner. A vertex and its normal have the same number.
        corners = np.stack([model.faces, model.point_faces, model.faces], 2).reshape(-1, 9) + 1
        file.writelines("f %d/%d/%d %d/%d/%d %d/%d/%d\n" % row for row in map(tuple, corners.tolist()))


def write_material(path: Path, texture: str) -> None:
    """Writes the MTL file. `texture`: path of the texture, relative to the material."""
    path.write_text(_MATERIAL.format(texture=texture), encoding="ascii")
