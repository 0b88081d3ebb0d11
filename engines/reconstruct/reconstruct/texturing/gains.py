"""Differences in brightness and tint between photographs, and parts that differ from all other photographs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..ply import Mesh
from .evidence import Evidence

#: Added to colours before the logarithm, to limit the weight of dark colours.
_LIFT = 8.0
#: Logarithm of the maximum gain: twice as bright.
_STRONGEST = 0.7
#: Maximum number of colours (triangles times photographs) to estimate gains from, and to process at a time.
_SAMPLE = 2_000_000
_CHUNK = 500_000
#: Maximum number of triangles to estimate gains from.
_TRIANGLES = 20_000
_ROUNDS = 6
#: A photograph is suspect if its colour (0..255) differs by more than this from that of the others,
_TOLERANCE = 35.0
#: and by more than this multiple of the median difference.
_UNUSUAL = 2.5


@dataclass(frozen=True)
class Gains:
    """Logarithms of the gains by photograph and channel (k, 3): blue green red."""

    logarithms: NDArray[np.float64]

    def apply(self, colours: NDArray[np.generic], number: int) -> NDArray[np.float64]:
        """Corrects colours (…, 3) of the photograph `number`. The result may exceed 0..255."""
        return (colours.astype(np.float64) + _LIFT) * np.exp(self.logarithms[number]) - _LIFT

    def table(self, number: int) -> NDArray[np.uint8]:
        """Returns the corrected colours of all values as a lookup table of OpenCV (1, 256, 3)."""
        return np.clip(np.round(self.apply(np.repeat(np.arange(256)[:, None], 3, 1), number)), 0, 255).astype(np.uint8)[None]


def estimate(mesh: Mesh, evidence: Evidence) -> Gains:
    """Estimates gains from triangles that several photographs show."""
    faces = np.flatnonzero((evidence.scores > 0).sum(1) >= 2)
    most = min(_TRIANGLES, _SAMPLE // max(1, len(evidence.colours)))
    if len(faces) > most:
        faces = np.random.default_rng(0).choice(faces, most, replace=False)
    colours = _logarithms(mesh, evidence, faces)
    gains = np.zeros((colours.shape[1], 3))
    for _ in range(_ROUNDS if len(faces) else 0):
        usual = _median(colours + gains, 1)
        gains += np.nan_to_num(_median((usual[:, None] - colours - gains).transpose(1, 0, 2), 1))
        gains = np.clip(gains, -_STRONGEST, _STRONGEST)
        gains -= gains.mean(0)
    return Gains(gains)


def suspects(mesh: Mesh, evidence: Evidence, gains: Gains) -> NDArray[np.bool_]:
    """Returns where a photograph differs from the others (m, k): passers-by, reflections, sky next to an outline."""
    found = np.zeros(evidence.scores.shape, np.bool_)
    chunk = max(1, _CHUNK // max(1, len(evidence.colours)))
    for begin in range(0, len(mesh.faces), chunk):
        faces = np.arange(begin, min(begin + chunk, len(mesh.faces)))
        colours = np.exp(_logarithms(mesh, evidence, faces) + gains.logarithms)
        distances = np.linalg.norm(colours - _median(colours, 1)[:, None], axis=2)
        usual = np.nan_to_num(_median(distances[..., None], 1))[:, 0]
        with np.errstate(invalid="ignore"):
            far = distances > np.maximum(_TOLERANCE, _UNUSUAL * usual)[:, None]
        # With two photographs it is unknown which one is wrong.
        far &= (~np.isnan(distances)).sum(1)[:, None] >= 3
        found[faces] = far
    return found


def _logarithms(mesh: Mesh, evidence: Evidence, faces: NDArray[np.int64]) -> NDArray[np.float32]:
    """Returns logarithms of the colours of triangles (faces, k, 3), NaN if the photograph does not show the triangle."""
    corners = mesh.faces[faces]
    colours = np.empty((len(faces), len(evidence.colours), 3), np.float32)
    for number, of_photograph in enumerate(evidence.colours):
        colours[:, number] = of_photograph[corners].mean(1)
    colours = np.log(colours + np.float32(_LIFT))
    colours[evidence.scores[faces] <= 0] = np.nan
    return colours


def _median(values: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    """Returns the median without NaN; NaN if all values are NaN."""
    ordered = np.sort(values, axis=axis)
    count = np.maximum((~np.isnan(values)).sum(axis, keepdims=True), 1)
    lower = np.take_along_axis(ordered, (count - 1) // 2, axis)
    upper = np.take_along_axis(ordered, count // 2, axis)
    return ((lower + upper) / 2).squeeze(axis)
