"""Settings of each quality."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Lengths in pixels are of the longer side of a picture."""

    #: Size of the photographs.
    image_px: int
    #: Maximum features per photograph.
    features: int
    #: Size of the photographs for depth maps.
    dense_px: int
    #: Number of neighbours of a photograph for its depth map.
    neighbours: int
    #: Depth of the Poisson octree: 2^depth cells per side.
    poisson_depth: int
    #: Maximum triangles of the model.
    faces: int
    #: Maximum side of the texture.
    texture_px: int


SETTINGS = {
    "low": Settings(1000, 4096, 640, 3, 8, 20_000, 2048),
    "medium": Settings(1600, 8192, 1000, 4, 9, 60_000, 4096),
    "high": Settings(2400, 12_000, 1600, 5, 10, 150_000, 8192),
}
