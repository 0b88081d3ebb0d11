"""`python3 render.py OUT [--views 12] [--width 800]`: photographs of the scene, as JPEGs with a focal length in their EXIF, and the truth.

truth.json tells where the cameras stood; truth.ply is the surface itself. measure.py compares a reconstruction with them.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import trimesh
from camera import Camera, look_at, see
from numpy.typing import NDArray
from PIL import Image
from surface import Surface, make_surface

#: The lens: its focal length as that of a film 36 mm wide.
_FOCAL_MM, _FILM_MM = 35, 36

#: Each pixel is the mean of this many, a side.
_SAMPLES = 2

#: Degrees between the first and the last camera of an arc, and how far away they stand.
_ARC, _DISTANCE = 132, 4.6

_LIGHT = np.array([0.4, -0.6, 0.7]) / np.linalg.norm([0.4, -0.6, 0.7])
_SKY = 0.86
#: Of the sensor, with 1 for white.
_NOISE = 0.008


def main() -> None:
    parser = argparse.ArgumentParser(prog="render.py")
    parser.add_argument("out", type=Path)
    parser.add_argument("--views", type=int, default=12)
    parser.add_argument("--width", type=int, default=800, help="pixels; the height is three quarters of it")
    parser.add_argument("--around", action="store_true", help="all the way around, not only in front")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    surface = make_surface()
    views = cameras(options.views, options.width, options.around)
    random = np.random.default_rng(7)
    names = [f"view_{number:02}.jpg" for number in range(len(views))]
    for name, camera in zip(names, views, strict=True):
        _save(options.out / name, _photograph(surface, camera, random))
    _save_truth(options.out, surface, dict(zip(names, views, strict=True)))


def cameras(count: int, width: int, around: bool) -> list[Camera]:
    """On an arc around the monument, some higher and some lower."""
    height, focal = width * 3 // 4, width * _FOCAL_MM / _FILM_MM
    angles = np.arange(count) * 360 / count if around else np.linspace(-_ARC / 2, _ARC / 2, count)
    placed = []
    for number, angle in enumerate(np.radians(angles)):
        position = np.array([_DISTANCE * np.sin(angle), -_DISTANCE * np.cos(angle), 1.9 + 0.3 * (number % 2)])
        placed.append(look_at(position, np.array([0, 0, 0.9]), width, height, focal))
    return placed


def _photograph(surface: Surface, camera: Camera, random: np.random.Generator) -> NDArray[np.uint8]:
    """(height, width, 3): red green blue."""
    fine = see(camera.scaled(_SAMPLES), surface.vertices, surface.faces)
    corners = surface.faces[fine.triangle]
    place = _interpolated(surface.places[corners], fine.weights) * (len(surface.texture) - 1)
    colour = cv2.remap(surface.texture, place[..., 0], place[..., 1], cv2.INTER_LINEAR)
    brightness = _interpolated(_brightness(surface)[corners][..., None], fine.weights)
    picture = np.where((fine.triangle >= 0)[..., None], colour * brightness, np.float32(_SKY))
    picture = cv2.resize(picture, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    picture += random.normal(0, _NOISE, (*picture.shape[:2], 1)).astype(np.float32)
    return (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)


def _interpolated(corners: NDArray[np.float64], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is between the corners of the triangle that a pixel shows: (height, width, 3 corners, n) to (height, width, n)."""
    return np.einsum("hwcn,hwc->hwn", corners.astype(np.float32), weights)


def _brightness(surface: Surface) -> NDArray[np.float64]:
    """Of each vertex (n): lit from one side, the way it is from all cameras."""
    corners = surface.vertices[surface.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(surface.vertices)
    for corner in range(3):
        np.add.at(normals, surface.faces[:, corner], across)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return 0.45 + 0.55 * np.abs(normals @ _LIGHT)


def _save(path: Path, picture: NDArray[np.uint8]) -> None:
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[0x010F], exif[0x0110] = "Synthetic", "Procedural 35"
    camera = exif.get_ifd(0x8769)
    camera[0x920A], camera[0xA405] = float(_FOCAL_MM), _FOCAL_MM
    image.save(path, quality=88, exif=exif)


def _save_truth(folder: Path, surface: Surface, views: dict[str, Camera]) -> None:
    first = next(iter(views.values()))
    truth = {
        "width": first.width,
        "height": first.height,
        "focal_length_px": first.focal,
        "scene_size": surface.size,
        "mesh": "truth.ply",
        # Rotations are those from the world to the camera, as rows.
        "cameras": [
            {"photo": name, "position": camera.position.tolist(), "rotation": camera.rotation.tolist()} for name, camera in views.items()
        ],
    }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
    trimesh.Trimesh(surface.vertices, surface.faces, process=False).export(folder / "truth.ply")


if __name__ == "__main__":
    main()
