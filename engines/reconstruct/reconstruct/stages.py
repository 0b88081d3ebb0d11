"""The stages by name. A stage reads and writes the workspace, writes its outputs, and returns facts for its report."""

from collections.abc import Callable
from typing import Any

from . import export, features, matching, meshing, sparse, texturing
from .dense import stage as dense
from .request import Request
from .progress import Progress

Stage = Callable[[Request, Progress], dict[str, Any]]

#: In the order in which they run. darkroom runs `image_preparation` before them.
STAGES: dict[str, Stage] = {
    "feature_extraction": features.run,
    "feature_matching": matching.run,
    "sparse_reconstruction": sparse.run,
    "dense_reconstruction": dense.run,
    "mesh_generation": meshing.run,
    "texture_mapping": texturing.run,
    "model_export": export.run,
}
