"""Attempts to estimate the cameras, with different assumptions about which photographs share one, and their comparison."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cameras import Known

#: Share of the most photographs that an attempt must place to be compared by its errors.
_COMPARABLE = 0.75

#: An attempt is consistent if its mean reprojection error is within this factor, and these pixels, of the lowest.
_FACTOR, _SLACK_PX = 1.1, 0.02

#: A higher mean reprojection error, in pixels, is a reason to try other assumptions.
_HIGH_ERROR_PX = 0.7

#: A recovered focal length that differs more from that of EXIF is doubtful.
_TOLERANCE = 0.15


#: Focal lengths of one lens are recovered within this share.
_SAME_LENS = 0.03


@dataclass(frozen=True)
class Recovered:
    """The camera of a placed photograph. `file`: of the photograph. `expected`: by EXIF. Focal lengths are in pixels."""

    file: str
    camera: int
    width: int
    height: int
    focal: float
    expected: float | None

    @property
    def differs(self) -> bool:
        """Returns whether the focal length differs clearly from that of EXIF."""
        return self.expected is not None and abs(math.log(self.focal / self.expected)) > math.log(1 + _TOLERANCE)


@dataclass(frozen=True)
class Attempt:
    """`known`: the cameras that were assumed, by file. `error`: mean reprojection error of the largest model in pixels. `models`: the
    reconstructions of COLMAP, the largest first."""

    known: Mapping[str, "Known"]
    error: float
    recovered: Sequence[Recovered]
    models: Sequence[Any] = field(default=(), repr=False)

    @property
    def photos(self) -> int:
        return len(self.known)

    @property
    def registered(self) -> int:
        return len(self.recovered)

    @property
    def cameras(self) -> int:
        return len({each.camera for each in self.recovered})

    @property
    def differing(self) -> int:
        return sum(each.differs for each in self.recovered)

    @property
    def is_sound(self) -> bool:
        """Returns whether nothing in the result speaks against the assumptions."""
        unknown = [each for each in self.recovered if each.expected is None]
        lone = sum(len(each) == 1 for each in find_lenses(unknown, _SAME_LENS))
        is_scattered = lone > 1 and lone > self.registered / 4
        is_complete = self.registered > 0 and self.registered == self.photos
        return is_complete and self.differing == 0 and self.error <= _HIGH_ERROR_PX and not is_scattered


def choose(attempts: Sequence[Attempt]) -> Attempt:
    """Returns the best attempt: consistent, then with the most photographs, agreeing with EXIF, and with the fewest cameras."""
    most = max(each.registered for each in attempts)
    comparable = [each for each in attempts if each.registered >= _COMPARABLE * most]
    limit = min(each.error for each in comparable) * _FACTOR + _SLACK_PX
    consistent = [each for each in comparable if each.error <= limit]
    return max(consistent, key=lambda each: (each.registered, -each.differing, -each.cameras, -each.error))


def find_lenses(recovered: Sequence[Recovered], tolerance: float) -> list[list[Recovered]]:
    """Groups photographs of one size whose focal lengths follow each other within this share."""
    groups: list[list[Recovered]] = []
    for each in sorted(recovered, key=lambda each: (each.width, each.height, each.focal)):
        last = groups[-1][-1] if groups else None
        is_same = last is not None and (last.width, last.height) == (each.width, each.height)
        if last is not None and is_same and each.focal <= last.focal * (1 + tolerance):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups
