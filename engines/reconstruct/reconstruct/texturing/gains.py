"""How much brighter and otherwise tinted each photograph is than the others, and what in it differs from all others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..ply import Mesh
from .evidence import Evidence

#: Added to colours before their logarithm, so that what is nearly black does not count too much.
_LIFT = 8.0
#: The strongest gain, as a logarithm: twice as bright.
_STRONGEST = 0.7
#: Colours that gains are found from, and colours that are worked on at a time: triangles times photographs.
_SAMPLE = 2_000_000
_CHUNK = 500_000
#: … and triangles that are enough in any case.
_TRIANGLES = 20_000
_ROUNDS = 6
#: Distance of colours (0..255) that is no reason to suspect a photograph.
_TOLERANCE = 35.0
#: … and how many times the usual distance of the triangle.
_UNUSUAL = 2.5


@dataclass(frozen=True)
class Gains:
    """Logarithms (k, 3) by photograph and channel: blue green red."""

    logarithms: NDArray[np.float64]

    def apply(self, colours: NDArray[np.generic], number: int) -> NDArray[np.float64]:
        """Colours (…, 3) of the photograph `number` as they would be in a usual one. May leave 0..255."""
        return (colours.astype(np.float64) + _LIFT) * np.exp(self.logarithms[number]) - _LIFT

    def table(self, number: int) -> NDArray[np.uint8]:
        """The same for each value, as OpenCV looks it up: (1, 256, 3)."""
        return np.clip(np.round(self.apply(np.repeat(np.arange(256)[:, None], 3, 1), number)), 0, 255).astype(np.uint8)[None]


def estimate(mesh: Mesh, evidence: Evidence) -> Gains:
    """By what the same triangles look like in several photographs."""
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
    """(m, k): where a photograph shows something else than the others do: who walked by, a reflection, the sky behind an outline."""
    found = np.zeros(evidence.scores.shape, np.bool_)
    chunk = max(1, _CHUNK // max(1, len(evidence.colours)))
    for begin in range(0, len(mesh.faces), chunk):
        faces = np.arange(begin, min(begin + chunk, len(mesh.faces)))
        colours = np.exp(_logarithms(mesh, evidence, faces) + gains.logarithms)
        distances = np.linalg.norm(colours - _median(colours, 1)[:, None], axis=2)
        usual = np.nan_to_num(_median(distances[..., None], 1))[:, 0]
        with np.errstate(invalid="ignore"):
            far = distances > np.maximum(_TOLERANCE, _UNUSUAL * usual)[:, None]
        # Of two opinions none is the odd one out.
        far &= (~np.isnan(distances)).sum(1)[:, None] >= 3
        found[faces] = far
    return found


def _logarithms(mesh: Mesh, evidence: Evidence, faces: NDArray[np.int64]) -> NDArray[np.float32]:
    """Of the colours of triangles: (faces, k, 3); NaN where the photograph does not show it."""
    corners = mesh.faces[faces]
    colours = np.empty((len(faces), len(evidence.colours), 3), np.float32)
    for number, of_photograph in enumerate(evidence.colours):
        colours[:, number] = of_photograph[corners].mean(1)
    colours = np.log(colours + np.float32(_LIFT))
    colours[evidence.scores[faces] <= 0] = np.nan
    return colours


def _median(values: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    """Of what is not NaN; NaN where all is."""
    ordered = np.sort(values, axis=axis)
    count = np.maximum((~np.isnan(values)).sum(axis, keepdims=True), 1)
    lower = np.take_along_axis(ordered, (count - 1) // 2, axis)
    upper = np.take_along_axis(ordered, count // 2, axis)
    return ((lower + upper) / 2).squeeze(axis)
