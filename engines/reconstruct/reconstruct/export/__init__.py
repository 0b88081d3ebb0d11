"""The stage `model_export`: writes the GLB file, the preview and the metadata."""

import json
from typing import Any

import cv2
import pycolmap

from ..request import Request
from ..progress import Progress
from ..texturing import textured
from . import glb, metadata, preview, viewpoint
from .cameras import Pose, read_poses

#: Pixels of the longer side of the preview.
_PREVIEW_PX = 1200

_GENERATOR = "darkroom reconstruct"


def run(request: Request, progress: Progress) -> dict[str, Any]:
    """Reads sparse/, photos/, report/ and the textured model. Writes the outputs `model`, `preview` and `metadata`."""
    cv2.setNumThreads(request.threads)
    model = textured.load(request.workspace)
    jpeg = (request.workspace / textured.TEXTURE).read_bytes()
    sparse = pycolmap.Reconstruction(request.workspace / "sparse")
    poses = read_poses(sparse)
    progress(0.1, "writing the model")
    glb.write(request.output("model"), model, jpeg, _GENERATOR)
    progress(0.3, "taking a picture of the model")
    _take_picture(request, model, poses)
    progress(0.9, "writing the metadata")
    description = metadata.describe(request, sparse, poses)
    request.output("metadata").write_text(json.dumps(description, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (request.workspace / textured.MODEL).unlink()
    (request.workspace / textured.TEXTURE).unlink()
    return {"model_bytes": request.output("model").stat().st_size}


def _take_picture(request: Request, model: textured.Textured, poses: list[Pose]) -> None:
    texture = cv2.imread(str(request.workspace / textured.TEXTURE), cv2.IMREAD_COLOR)
    if texture is None:
        raise ValueError("no texture")
    view = viewpoint.choose(model, poses, 2 * _PREVIEW_PX)
    if not cv2.imwrite(str(request.output("preview")), preview.render(model, texture, view)):
        raise OSError("the preview could not be written")
