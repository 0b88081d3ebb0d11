"""Writes a textured model as binary glTF 2.0: one mesh with normals, texture coordinates and the texture."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..texturing.textured import Textured

_NAME = "reconstructed_model"

#: Constants of glTF.
_FLOAT, _SHORT, _INT = 5126, 5123, 5125
_ARRAY, _INDICES = 34962, 34963
_REPEAT_NOT, _LINEAR, _MIPMAPS = 33071, 9729, 9987
_MAGIC, _JSON, _BINARY = 0x46546C67, 0x4E4F534A, 0x004E4942


class _Buffer:
    """The binary chunk, with its buffer views and accessors."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, data: bytes, **more: Any) -> int:
        """Adds bytes and returns the number of their buffer view."""
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data), **more})
        self.data += data + b"\0" * (-len(data) % 4)
        return len(self.views) - 1

    def accessor(self, values: NDArray[np.generic], target: int, kind: int, shape: str) -> int:
        """Adds numbers (count, width) and returns the number of their accessor."""
        view = self.view(np.ascontiguousarray(values).tobytes(), target=target)
        limits = {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        self.accessors.append({"bufferView": view, "componentType": kind, "count": len(values), "type": shape, **limits})
        return len(self.accessors) - 1


def write(path: Path, model: Textured, jpeg: bytes, generator: str) -> None:
    """Writes the file. `jpeg`: content of the texture. `generator`: name of the software, stored in the file."""
    buffer = _Buffer()
    primitive = _primitive(buffer, model)
    image = buffer.view(jpeg)
    document = {
        "asset": {"version": "2.0", "generator": generator},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": _NAME}],
        "meshes": [{"name": _NAME, "primitives": [primitive]}],
        "materials": [_material()],
        "textures": [{"sampler": 0, "source": 0}],
        "samplers": [{"magFilter": _LINEAR, "minFilter": _MIPMAPS, "wrapS": _REPEAT_NOT, "wrapT": _REPEAT_NOT}],
        "images": [{"name": "texture", "bufferView": image, "mimeType": "image/jpeg"}],
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data)}],
    }
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode("utf-8")
    text += b" " * (-len(text) % 4)
    with path.open("wb") as file:
        file.write(struct.pack("<III", _MAGIC, 2, 12 + 8 + len(text) + 8 + len(buffer.data)))
        file.write(struct.pack("<II", len(text), _JSON) + text)
        file.write(struct.pack("<II", len(buffer.data), _BINARY))
        file.write(buffer.data)


def _primitive(buffer: _Buffer, model: Textured) -> dict[str, Any]:
    """glTF has one vertex for each texture coordinate."""
    vertex = np.empty(len(model.points), np.int64)
    vertex[model.point_faces] = model.faces
    # In glTF, v starts at the top of the texture.
    points = np.stack([model.points[:, 0], 1 - model.points[:, 1]], 1)
    short = len(points) < 0xFFFF
    return {
        "attributes": {
            "POSITION": buffer.accessor(model.vertices[vertex].astype("<f4"), _ARRAY, _FLOAT, "VEC3"),
            "NORMAL": buffer.accessor(model.normals[vertex].astype("<f4"), _ARRAY, _FLOAT, "VEC3"),
            "TEXCOORD_0": buffer.accessor(points.astype("<f4"), _ARRAY, _FLOAT, "VEC2"),
        },
        "indices": buffer.accessor(
            model.point_faces.reshape(-1, 1).astype("<u2" if short else "<u4"),
            _INDICES,
            _SHORT if short else _INT,
            "SCALAR",
        ),
        "material": 0,
    }


def _material() -> dict[str, Any]:
    """Photographs contain their lighting, so the material is unlit. Viewers without the extension use the rest."""
    return {
        "name": "textured",
        # Open surfaces are visible from behind, too.
        "doubleSided": True,
        "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0, "roughnessFactor": 1},
        "extensions": {"KHR_materials_unlit": {}},
    }
