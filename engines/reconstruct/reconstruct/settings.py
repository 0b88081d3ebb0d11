"""What each quality stands for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Lengths in pixels are those of the longer side of a picture."""

    #: Photographs are made this small before anything else.
    image_px: int
    #: The most features that are looked for in a photograph.
    features: int
    #: Photographs are made this small for depth maps.
    dense_px: int
    #: How many other photographs each one is compared with for its depth map.
    neighbours: int
    #: Depth of the octree that the surface is made in: 2^depth cells along each side.
    poisson_depth: int
    #: The most triangles of the model.
    faces: int
    #: The most that the texture measures, a side.
    texture_px: int


SETTINGS = {
    "low": Settings(1000, 4096, 640, 3, 8, 20_000, 2048),
    "medium": Settings(1600, 8192, 1000, 4, 9, 60_000, 4096),
    "high": Settings(2400, 12_000, 1600, 5, 10, 150_000, 8192),
}
