"""Chooses a photograph for each triangle: one that shows it well, preferably that of its neighbours."""

import numpy as np
from numpy.typing import NDArray

from ..topology import components, neighbours
from .evidence import Evidence

Costs = NDArray[np.float32]
Numbers = NDArray[np.int64]

#: The label of triangles that no photograph shows.
NONE = -1

#: Costs. A photograph that shows a triangle e (2.72) times smaller than the best costs 1. A border between photographs costs:
_BORDER = 1.0
#: Costs of a triangle next to an outline, of a suspect triangle, and of one near suspect triangles.
_OUTLINE, _SUSPECT, _NEAR_SUSPECT = 1.0, 8.0, 4.0
#: Cost of a photograph that does not show the triangle.
_IMPOSSIBLE = 1000.0

_ROUNDS, _ROUNDS_OF_PIECES = 20, 10


def choose(faces: Numbers, evidence: Evidence, suspects: NDArray[np.bool_]) -> Numbers:
    """Returns the number of a photograph, or NONE, for each triangle of `faces` (m, 3)."""
    pairs = neighbours(faces)
    near = _table(len(faces), *pairs)
    costs = _costs(evidence, suspects, near)
    seen = costs.min(1) < _IMPOSSIBLE
    labels = _start(costs, near)
    random = np.random.default_rng(0)
    for _ in range(_ROUNDS):
        labels = _improve_triangles(labels, costs, near, seen, random)
    for _ in range(_ROUNDS_OF_PIECES):
        labels = _improve_pieces(np.where(seen, labels, NONE), costs, pairs, random)
    rows = np.arange(len(faces))
    return np.where(seen & (costs[rows, np.maximum(labels, 0)] < _IMPOSSIBLE), labels, NONE)


def _costs(evidence: Evidence, suspects: NDArray[np.bool_], near: Numbers) -> Costs:
    """Returns the cost of each photograph for each triangle (m, k)."""
    scores = evidence.scores
    best = np.maximum(scores.max(1, keepdims=True), 1e-9)
    with np.errstate(divide="ignore"):
        costs = -np.log(scores / best)
    costs += np.float32(_OUTLINE) * evidence.outlines
    # Obstacles such as people are found in patches. The triangles between the patches show the obstacle, too.
    spread = suspects.astype(np.float32)
    for _ in range(4):
        spread = np.minimum(1, (spread + spread[near[:, 0]] + spread[near[:, 1]] + spread[near[:, 2]]) / 3)
    costs += np.float32(_NEAR_SUSPECT) * spread + np.float32(_SUSPECT) * suspects
    costs[scores <= 0] = _IMPOSSIBLE
    return costs


def _start(costs: Costs, near: Numbers) -> Numbers:
    """Returns the best photograph for the neighbourhood of each triangle."""
    smooth = np.minimum(costs, 6)
    for _ in range(6):
        smooth = (smooth + smooth[near[:, 0]] + smooth[near[:, 1]] + smooth[near[:, 2]]) / 4
    return np.where(costs < _IMPOSSIBLE, smooth, _IMPOSSIBLE + smooth).argmin(1)


def _improve_triangles(
    labels: Numbers, costs: Costs, near: Numbers, seen: NDArray[np.bool_], random: np.random.Generator
) -> Numbers:
    """Gives random triangles the best photograph next to their neighbours. Only half change, so that neighbours do not swap."""
    rows = np.flatnonzero(random.random(len(labels)) < 0.5)
    totals = costs[rows]
    for side in range(3):
        other = near[rows, side]
        counted = (other != rows) & seen[other]
        totals[np.flatnonzero(counted), labels[other[counted]]] -= _BORDER
    changed = labels.copy()
    changed[rows] = totals.argmin(1)
    return changed


def _improve_pieces(labels: Numbers, costs: Costs, pairs: tuple[Numbers, Numbers], random: np.random.Generator) -> Numbers:
    """Gives random connected pieces of one photograph the best photograph next to their neighbours."""
    first, second = pairs
    same = labels[first] == labels[second]
    piece = components(len(labels), first[same], second[same])
    count, photographs = piece.max() + 1, costs.shape[1]
    order = np.argsort(piece, kind="stable")
    begins = np.searchsorted(piece[order], np.arange(count))
    totals = np.add.reduceat(costs[order], begins, axis=0)
    for one, other in ((first[~same], second[~same]), (second[~same], first[~same])):
        counted = labels[other] != NONE
        cells = piece[one[counted]] * photographs + labels[other[counted]]
        totals -= np.float32(_BORDER) * np.bincount(cells, minlength=count * photographs).reshape(count, photographs)
    old = labels[order[begins]]
    free = (old != NONE) & (random.random(count) < 0.5)
    return np.where(free, totals.argmin(1), old)[piece]


def _table(count: int, first: Numbers, second: Numbers) -> Numbers:
    """Returns up to three neighbours of each triangle (count, 3), padded with the triangle itself."""
    one, other = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.argsort(one, kind="stable")
    one, other = one[order], other[order]
    place = np.arange(len(one)) - np.searchsorted(one, one)
    table = np.repeat(np.arange(count)[:, None], 3, 1)
    table[one[place < 3], place[place < 3]] = other[place < 3]
    return table
