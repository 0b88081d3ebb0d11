"""`python3 measure.py TRUTH METADATA MESH POINTS`: prints the errors of a reconstruction as JSON.

TRUTH is the truth.json that render.py wrote, with truth.ply beside it. METADATA, MESH and POINTS are the metadata, the OBJ and the PLY
of the reconstruction. It is aligned first, by the positions of its cameras. Distances are shares of the size of the monument. Only
surfaces count that at least three cameras see.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import trimesh
from alignment import Alignment, align, angle_between, rotation_of
from camera import Camera, see
from numpy.typing import NDArray
from samples import Samples, distances, nearest, sample

Array = NDArray[np.float64]

#: Samples of the true surface and of the reconstructed one.
_TRUE, _MADE = 400_000, 200_000

#: Minimum number of cameras that see a sample, and the cosine of the maximum angle of 75 degrees.
_CAMERAS, _STEEP = 3, 0.26

#: Width of the pictures that determine visibility, in pixels, and the relative depth difference that hides a sample.
_LOOK_UP, _HIDES = 600, 0.01

#: A sample is found if the reconstruction is this near, as a share of the size.
_FOUND = 0.01


def main() -> None:
    parser = argparse.ArgumentParser(prog="measure.py")
    for name in ("truth", "metadata", "mesh", "points"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    truth = json.loads(options.truth.read_text(encoding="utf-8"))
    metadata = json.loads(options.metadata.read_text(encoding="utf-8"))
    found, alignment = _cameras(truth, metadata)
    surface = trimesh.load_mesh(options.truth.parent / truth["mesh"], process=False)
    true = sample(surface, _TRUE)
    seen = _seen(truth, surface, true)
    mesh = sample(trimesh.load_mesh(options.mesh, process=False, skip_materials=True), _MADE).points
    cloud = trimesh.load(options.points, process=False).vertices
    size = truth["scene_size"]
    for name, points in (("mesh", mesh), ("cloud", cloud)):
        found[name] = _compared(alignment.apply(points), true, seen, size)
    print(json.dumps({**found, "completeness": found["mesh"]["completeness"]}, indent=1))


def _cameras(truth: dict[str, Any], metadata: dict[str, Any]) -> tuple[dict[str, Any], Alignment]:
    true = {camera["photo"]: camera for camera in truth["cameras"]}
    poses = [pose for pose in metadata["poses"] if pose["photo"] in true]
    expected = np.array([true[pose["photo"]]["position"] for pose in poses])
    positions = np.array([pose["position"] for pose in poses])
    alignment = align(positions, expected)
    errors = np.linalg.norm(alignment.apply(positions) - expected, axis=1) / truth["scene_size"]
    angles = [
        angle_between(alignment.rotation @ rotation_of(pose["rotation"]), np.array(true[pose["photo"]]["rotation"]).T) for pose in poses
    ]
    # Up of the model in the coordinates of the scene.
    upright = alignment.rotation @ [0, 1, 0]
    focals = [_focal(metadata["cameras"][pose["camera"]]) * truth["width"] / true[pose["photo"]]["focal_length_px"] for pose in poses]
    told = {
        "registered": len(poses),
        "focal_error": float(np.abs(np.array(focals) - 1).max()),
        "position_error": {"median": float(np.median(errors)), "max": float(errors.max())},
        "rotation_error_deg": {"median": float(np.median(angles)), "max": float(np.max(angles))},
        "up_error_deg": float(np.degrees(np.arccos(np.clip(upright[2], -1, 1)))),
    }
    return told, alignment


def _focal(camera: dict[str, Any]) -> float:
    """Returns the focal length as a share of the width."""
    return camera["focal_length_px"] / camera["width"]


def _seen(truth: dict[str, Any], surface: trimesh.Trimesh, samples: Samples) -> NDArray[np.bool_]:
    """Returns which samples of the true surface enough cameras see (n)."""
    votes = np.zeros(len(samples.points), np.int64)
    for told in truth["cameras"]:
        position, rotation = np.array(told["position"]), np.array(told["rotation"])
        camera = Camera(truth["width"], truth["height"], told["focal_length_px"], position, rotation)
        votes += _seen_by(camera.scaled(_LOOK_UP / camera.width), surface, samples)
    return votes >= _CAMERAS


def _seen_by(camera: Camera, surface: trimesh.Trimesh, samples: Samples) -> NDArray[np.bool_]:
    # At the edge of a hiding surface, the larger depth counts.
    depth = cv2.dilate(see(camera, np.asarray(surface.vertices), np.asarray(surface.faces)).depth, np.ones((3, 3), np.uint8))
    across, down, ahead = camera.project(samples.points).T
    inside = (ahead > 0) & (across >= 0) & (down >= 0) & (across < camera.width) & (down < camera.height)
    column, row = (np.where(inside, value, 0).astype(np.int64) for value in (across, down))
    towards = camera.position - samples.points
    steepness = np.abs((towards * samples.normals).sum(1)) / np.linalg.norm(towards, axis=1)
    return inside & (ahead < depth[row, column] * (1 + _HIDES)) & (steepness > _STEEP)


def _compared(points: Array, true: Samples, seen: NDArray[np.bool_], size: float) -> dict[str, float]:
    """Compares aligned points of a reconstruction (n, 3) with the truth: their distances, and the share of the truth that is near."""
    far, closest = distances(points, true)
    far = far[seen[closest]] / size
    _, back = nearest(true.points[seen], points, 1)
    return {
        "points": len(points),
        "median": float(np.median(far)),
        "p90": float(np.percentile(far, 90)),
        "completeness": float((back[:, 0] / size < _FOUND).mean()),
    }


if __name__ == "__main__":
    main()
