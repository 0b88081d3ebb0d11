"""The stage `model_export`: the model as one file, a picture of it, and how it came about."""

import json
from typing import Any

import cv2
import pycolmap

from ..order import Order
from ..progress import Progress
from ..texturing import textured
from . import glb, metadata, preview, viewpoint
from .cameras import Pose, read_poses

#: Pixels of the longer side of the picture.
_PREVIEW_PX = 1200

_GENERATOR = "darkroom reconstruct"


def run(order: Order, progress: Progress) -> dict[str, Any]:
    """Reads sparse/, photos/, report/ and the textured model. Writes the outputs `model`, `preview` and `metadata`."""
    cv2.setNumThreads(order.threads)
    model = textured.load(order.workspace)
    jpeg = (order.workspace / textured.TEXTURE).read_bytes()
    sparse = pycolmap.Reconstruction(order.workspace / "sparse")
    poses = read_poses(sparse)
    progress(0.1, "writing the model")
    glb.write(order.output("model"), model, jpeg, _GENERATOR)
    progress(0.3, "taking a picture of the model")
    _take_picture(order, model, poses)
    progress(0.9, "writing the metadata")
    told = metadata.describe(order, sparse, poses)
    order.output("metadata").write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (order.workspace / textured.MODEL).unlink()
    (order.workspace / textured.TEXTURE).unlink()
    return {"model_bytes": order.output("model").stat().st_size}


def _take_picture(order: Order, model: textured.Textured, poses: list[Pose]) -> None:
    texture = cv2.imread(str(order.workspace / textured.TEXTURE), cv2.IMREAD_COLOR)
    if texture is None:
        raise ValueError("no texture")
    view = viewpoint.choose(model, poses, 2 * _PREVIEW_PX)
    if not cv2.imwrite(str(order.output("preview")), preview.render(model, texture, view)):
        raise OSError("the preview could not be written")
