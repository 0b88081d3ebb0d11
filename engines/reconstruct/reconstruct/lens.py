"""What EXIF says about the lens of a photograph, and which photographs may share a camera because of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .photos import Photo

#: Diagonal of 35 mm film in mm: equivalent focal lengths refer to it.
_FILM_DIAGONAL = math.hypot(36, 24)

#: Plausible focal lengths as shares of the longer side of a photograph. COLMAP rejects cameras beyond the upper limit.
_SHORTEST, _LONGEST = 0.15, 10.0

#: Plausible crop factors: equivalent focal length by real focal length. 0.5 is medium format, 15 a tiny sensor.
_SMALLEST_CROP, _LARGEST_CROP = 0.3, 20.0


#: Focal lengths within this share are the same: EXIF rounds them.
_SAME = 0.01


@dataclass(frozen=True)
class Lens:
    """EXIF data. None: the field is missing. NaN: the field is not a number, such as 0/0."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    #: In mm.
    focal_length: float | None = None
    #: In mm, as on 35 mm film.
    equivalent: float | None = None
    #: Digital zoom; missing or 0 is 1.
    zoom: float | None = None

    @property
    def factor(self) -> float:
        """Returns the digital zoom."""
        return self.zoom if self.zoom is not None and math.isfinite(self.zoom) and self.zoom > 1 else 1.0


@dataclass(frozen=True)
class Focal:
    """`px`: the focal length; None if unknown. `dropped`: a value that EXIF has and that is implausible."""

    px: float | None = None
    dropped: str | None = None


def read_focal(lens: Lens, width: int, height: int, inferred_px: float | None = None) -> Focal:
    """Returns the focal length of a photograph of this size in pixels.

    `inferred_px`: derived from the real focal length and the known width of the camera's sensor, without digital zoom.
    """
    real, equivalent = lens.focal_length, lens.equivalent
    # 0 is EXIF for unknown.
    if equivalent is not None and equivalent != 0:
        px = equivalent / _FILM_DIAGONAL * math.hypot(width, height)
        if not _is_plausible(px, width, height):
            return Focal(dropped=f"{_format(equivalent)} as on 35 mm film")
        if real is not None and _is_positive(real) and not _SMALLEST_CROP <= equivalent / real / lens.factor <= _LARGEST_CROP:
            return Focal(dropped=f"{_format(equivalent)} as on 35 mm film, for a lens of {_format(real)}")
        return Focal(px)
    if real is not None and not _is_positive(real):
        return Focal(dropped=_format(real))
    if real is None or inferred_px is None:
        return Focal()
    px = inferred_px * lens.factor
    return Focal(px) if _is_plausible(px, width, height) else Focal(dropped=_format(real))


def agree_on_focal(focals: Sequence[float | None]) -> float | None:
    """Returns the focal length by EXIF of photographs that share a camera; None if it is unknown for one, or they differ."""
    known = [focal for focal in focals if focal is not None]
    if len(known) < len(focals) or not known or max(known) > min(known) * (1 + _SAME):
        return None
    return known[0]


def group_cameras(photos: Sequence["Photo"], focals: Sequence[Focal]) -> list[int]:
    """Returns the number of each photograph's camera.

    Photographs share a camera only if EXIF says so: the same make, model, lens, focal length, digital zoom and size.
    """
    numbers: dict[tuple[object, ...], int] = {}
    return [numbers.setdefault(_key(photo, focal), len(numbers)) for photo, focal in zip(photos, focals, strict=True)]


def _key(photo: "Photo", focal: Focal) -> tuple[object, ...]:
    lens = photo.lens
    if lens.make is None or lens.model is None or focal.px is None:
        return (photo.index,)
    # NaN does not equal itself.
    lengths = (repr(lens.focal_length), repr(lens.equivalent))
    return (lens.make, lens.model, lens.lens, *lengths, lens.factor, photo.width, photo.height)


def _is_positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _is_plausible(px: float, width: int, height: int) -> bool:
    return _SHORTEST <= px / max(width, height) <= _LONGEST


def _format(value: float) -> str:
    return f"{value:.6g} mm" if math.isfinite(value) else "not a number"
