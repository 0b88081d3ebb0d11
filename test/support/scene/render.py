"""`python3 render.py OUT [--views 12] [--width 800]`: renders photographs of the scene as JPEGs with a focal length in their EXIF data.

Also writes truth.json, with the true cameras, and truth.ply, the true surface. measure.py compares a reconstruction with them.
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

#: Width of the film that focal lengths in millimetres refer to.
_FILM_MM = 36

#: Each pixel is the mean of this many samples per side.
_SAMPLES = 2

#: Degrees between the first and the last camera of an arc, and the distance of the cameras.
_ARC, _DISTANCE = 132, 4.6

_LIGHT = np.array([0.4, -0.6, 0.7]) / np.linalg.norm([0.4, -0.6, 0.7])
_SKY = 0.86
#: Noise of the sensor; 1 is white.
_NOISE = 0.008


def main() -> None:
    parser = argparse.ArgumentParser(prog="render.py")
    parser.add_argument("out", type=Path)
    parser.add_argument("--views", type=int, default=12)
    parser.add_argument("--width", type=int, default=800, help="pixels; the height is three quarters of it")
    parser.add_argument("--around", action="store_true", help="all the way around, not only in front")
    parser.add_argument("--lenses", type=_lenses, default=[35], help="focal lengths in mm, as 35,24: used in turn")
    parser.add_argument("--turntable", action="store_true", help="the monument turns in front of a background that stays")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    surface = make_surface(with_ground=not options.turntable)
    views = cameras(options.views, options.width, options.around or options.turntable, options.lenses)
    background = _wallpaper(views[0]) if options.turntable else np.float32(_SKY)
    random = np.random.default_rng(7)
    names = [f"view_{number:02}.jpg" for number in range(len(views))]
    for name, camera in zip(names, views, strict=True):
        _save(options.out / name, _photograph(surface, camera, background, random), camera)
    _save_truth(options.out, surface, dict(zip(names, views, strict=True)))


def _lenses(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def cameras(count: int, width: int, around: bool, lenses: list[int]) -> list[Camera]:
    """Returns cameras on an arc around the monument, in turn higher and lower. `lenses`: focal lengths in mm."""
    height = width * 3 // 4
    angles = np.arange(count) * 360 / count if around else np.linspace(-_ARC / 2, _ARC / 2, count)
    placed = []
    for number, angle in enumerate(np.radians(angles)):
        position = np.array([_DISTANCE * np.sin(angle), -_DISTANCE * np.cos(angle), 1.9 + 0.3 * (number % 2)])
        focal = width * lenses[number % len(lenses)] / _FILM_MM
        placed.append(look_at(position, np.array([0, 0, 0.9]), width, height, focal))
    return placed


def _wallpaper(camera: Camera) -> NDArray[np.float32]:
    """Returns a background full of detail (height, width, 3)."""
    detail = np.random.default_rng(3).random((camera.height // 8, camera.width // 8, 3), np.float32)
    return cv2.resize(detail, (camera.width * _SAMPLES, camera.height * _SAMPLES), interpolation=cv2.INTER_CUBIC)


def _photograph(
    surface: Surface, camera: Camera, background: NDArray[np.float32] | np.float32, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Returns a picture (height, width, 3), red green blue."""
    fine = see(camera.scaled(_SAMPLES), surface.vertices, surface.faces)
    corners = surface.faces[fine.triangle]
    place = _interpolated(surface.places[corners], fine.weights) * (len(surface.texture) - 1)
    colour = cv2.remap(surface.texture, place[..., 0], place[..., 1], cv2.INTER_LINEAR)
    brightness = _interpolated(_brightness(surface)[corners][..., None], fine.weights)
    picture = np.where((fine.triangle >= 0)[..., None], colour * brightness, background)
    picture = cv2.resize(picture, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    picture += random.normal(0, _NOISE, (*picture.shape[:2], 1)).astype(np.float32)
    return (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)


def _interpolated(corners: NDArray[np.float64], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Interpolates between the corners of each pixel's triangle: (height, width, 3 corners, n) to (height, width, n)."""
    return np.einsum("hwcn,hwc->hwn", corners.astype(np.float32), weights)


def _brightness(surface: Surface) -> NDArray[np.float64]:
    """Returns the brightness of each vertex (n), lit from one side and equal for all cameras."""
    corners = surface.vertices[surface.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(surface.vertices)
    for corner in range(3):
        np.add.at(normals, surface.faces[:, corner], across)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return 0.45 + 0.55 * np.abs(normals @ _LIGHT)


def _save(path: Path, picture: NDArray[np.uint8], camera: Camera) -> None:
    focal = round(camera.focal / camera.width * _FILM_MM)
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[0x010F], exif[0x0110] = "Synthetic", f"Procedural {focal}"
    lens = exif.get_ifd(0x8769)
    lens[0x920A], lens[0xA405] = float(focal), focal
    image.save(path, quality=88, exif=exif)


def _save_truth(folder: Path, surface: Surface, views: dict[str, Camera]) -> None:
    first = next(iter(views.values()))
    truth = {
        "width": first.width,
        "height": first.height,
        "scene_size": surface.size,
        "mesh": "truth.ply",
        # Rotations go from the world to the camera, as rows.
        "cameras": [
            {
                "photo": name,
                "focal_length_px": camera.focal,
                "position": camera.position.tolist(),
                "rotation": camera.rotation.tolist(),
            }
            for name, camera in views.items()
        ],
    }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
    trimesh.Trimesh(surface.vertices, surface.faces, process=False).export(folder / "truth.ply")


if __name__ == "__main__":
    main()
