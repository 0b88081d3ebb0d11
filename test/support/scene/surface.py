"""The scene: a bumpy monument on uneven ground. It is computed, so its pictures are free of rights. Up is z."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Side of the texture, in pixels.
TEXTURE = 2048

#: Number of stains per side of the texture, at each scale.
_STAINS = (8, 32, 90, 256, 512)

#: Grid points per side of the monument and of the ground.
_MONUMENT, _GROUND = 180, 60


@dataclass
class Surface:
    """Vertices (n, 3), triangles (m, 3), texture coordinates (n, 2: right, down, 0..1), texture (height, width, 3)."""

    vertices: Array
    faces: NDArray[np.int64]
    places: Array
    texture: NDArray[np.float32]
    #: Diagonal of the bounding box of the monument. Errors are relative to it.
    size: float


def make_surface(with_ground: bool = True) -> Surface:
    monument, ground = _grid(_monument, _MONUMENT), _grid(_ground, _GROUND)
    vertices = np.concatenate([monument[0], ground[0]])
    faces = np.concatenate([monument[1], ground[1] + len(monument[0])]) if with_ground else monument[1]
    # The monument uses the upper half of the texture, the ground the lower half.
    places = np.concatenate([monument[2] * [0.98, 0.45], ground[2] * [0.98, 0.48] + [0, 0.5]]) + 0.005
    size = float(np.linalg.norm(np.ptp(monument[0], axis=0)))
    return Surface(vertices, faces, places, _texture(), size)


def _monument(u: Array, v: Array) -> Array:
    """Returns a sphere with four buttresses and bumps. `u` goes around, `v` down."""
    around, down = u * 2 * np.pi, v * np.pi
    bumps = _noise(256, (6, 14, 30), 5)
    # Mirrored, so that the bumps are continuous at u = 0.
    folded = np.minimum(u, 1 - u) * 2
    bump = cv2.remap(bumps, (folded * 255).astype(np.float32), (v * 255).astype(np.float32), cv2.INTER_LINEAR).astype(np.float64)
    # No bumps at the poles, where all of `u` is one point.
    swell = np.sin(down) ** 2
    radius = 1 + (0.5 * (bump - 0.5) + 0.15 * np.cos(4 * around)) * swell
    across = radius * np.sin(down)
    return np.stack([across * np.cos(around), across * np.sin(around), 0.85 + radius * np.cos(down)], 2)


def _ground(u: Array, v: Array) -> Array:
    return np.stack([(u - 0.5) * 8, (v - 0.5) * 8, 0.08 * np.sin(9 * u) * np.cos(7 * v)], 2)


def _grid(shape: Callable[[Array, Array], Array], count: int) -> tuple[Array, NDArray[np.int64], Array]:
    """Returns points, triangles and texture coordinates of a surface over the unit square."""
    u, v = np.meshgrid(np.linspace(0, 1, count), np.linspace(0, 1, count))
    number = np.arange(count * count).reshape(count, count)
    upper = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:]], 2).reshape(-1, 3)
    lower = np.stack([number[:-1, :-1], number[1:, 1:], number[1:, :-1]], 2).reshape(-1, 3)
    return shape(u, v).reshape(-1, 3), np.concatenate([upper, lower]), np.stack([u, v], 2).reshape(-1, 2)


def _texture() -> NDArray[np.float32]:
    """Returns sandstone above, gravel and moss below (TEXTURE, TEXTURE, 3), with features of all sizes."""
    light, hue = _contrast(_noise(TEXTURE, _STAINS, 1), 2.8), _contrast(_noise(TEXTURE, _STAINS, 2), 2.0)
    stone = _mixed(hue, (0.80, 0.58, 0.38), (1.0, 0.93, 0.80))
    gravel = _mixed(hue, (0.42, 0.50, 0.30), (0.85, 0.84, 0.86))
    upper = np.arange(TEXTURE)[:, None, None] < TEXTURE * 0.475
    return (np.where(upper, stone, gravel) * (0.12 + 0.88 * light[..., None])).astype(np.float32)


def _contrast(values: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    return np.clip((values - 0.5) * factor + 0.5, 0, 1)


def _mixed(share: NDArray[np.float32], first: tuple[float, ...], second: tuple[float, ...]) -> NDArray[np.float32]:
    """Interpolates between two colours: shares (height, width) to (height, width, 3)."""
    return (np.array(first) * (1 - share[..., None]) + np.array(second) * share[..., None]).astype(np.float32)


def _noise(side: int, octaves: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    """Returns smooth random values (side, side) around 0.5. `octaves`: stains per side at each scale."""
    random = np.random.default_rng(seed)
    layers = [cv2.resize(random.random((count, count), np.float32), (side, side), interpolation=cv2.INTER_CUBIC) for count in octaves]
    return np.mean(layers, 0, dtype=np.float32)
