"""Levels the colours on both sides of a seam: the difference is spread over the surrounding triangles.

A node is a vertex as one photograph shows it: a vertex on a seam has several. Each gets a correction, so that those of a vertex agree
and neighbours in one photograph change alike (Lempitsky and Ivanov, "Seamless mosaicing of image-based texture maps", 2007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..ply import Mesh
from .choice import NONE
from .evidence import Evidence
from .gains import Gains
from .vertices import colours_of, edges_of

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Weight of equal corrections of neighbours, relative to that of equal colours at seams.
_ALIKE = 1.0
#: Weight of small corrections: it keeps parts without seams unchanged.
_STILL = 1e-3
_ROUNDS = 150
#: The solver stops when the squared residual falls to this share of the initial one.
_ENOUGH = 1e-4
#: Maximum correction (0..255). Larger differences show different objects.
_LARGEST = 60.0


@dataclass(frozen=True)
class Levels:
    """`node` (m, 3): the node of each corner. `colours`, `corrections` (count, 3): of each node, 0..255."""

    node: Numbers
    colours: Array
    corrections: Array


def level(mesh: Mesh, labels: Numbers, evidence: Evidence, gains: Gains) -> Levels:
    """Returns the corrections. `labels` (m): the photograph of each triangle. Triangles without one have the colours of their vertices."""
    kinds = len(evidence.colours) + 1
    keys, node = np.unique(mesh.faces * kinds + np.where(labels == NONE, kinds - 1, labels)[:, None], return_inverse=True)
    node = node.reshape(-1, 3)
    vertex, kind = keys // kinds, keys % kinds
    colours = colours_of(mesh, evidence, gains)[vertex]
    for number, of_photograph in enumerate(evidence.colours):
        rows = kind == number
        colours[rows] = gains.apply(of_photograph[vertex[rows]], number)
    # Nodes are sorted by vertex, so nodes of one vertex are adjacent.
    seam = np.flatnonzero(np.diff(vertex) == 0)
    corrections = _solve(colours, seam, seam + 1, edges_of(node))
    return Levels(node, colours, np.clip(corrections, -_LARGEST, _LARGEST))


def _solve(colours: Array, one: Numbers, other: Numbers, edges: Numbers) -> Array:
    """Solves least squares by conjugate gradients, per channel. `one` and `other` are the two sides of each seam."""
    first, second = np.concatenate([one, edges[:, 0]]), np.concatenate([other, edges[:, 1]])
    weights = np.concatenate([np.ones(len(one)), np.full(len(edges), _ALIKE)])[:, None]
    count = len(colours)

    def gather(values: Array) -> Array:
        """Sums values of pairs (pairs, 3) by node (count, 3)."""
        sums = [np.bincount(first, column, count) - np.bincount(second, column, count) for column in values.T]
        return np.stack(sums, 1)

    def times(values: Array) -> Array:
        return gather(weights * (values[first] - values[second])) + _STILL * values

    scale = _STILL + np.bincount(first, weights[:, 0], count) + np.bincount(second, weights[:, 0], count)
    jumps = np.zeros((len(first), 3))
    jumps[: len(one)] = np.clip(colours[other] - colours[one], -2 * _LARGEST, 2 * _LARGEST)
    rest = gather(jumps)
    found = np.zeros((count, 3))
    ready = rest / scale[:, None]
    way, length = ready, (rest * ready).sum(0)
    enough = np.maximum(_ENOUGH * length, 1e-9)
    for _ in range(_ROUNDS):
        if (length < enough).all():
            break
        pulled = times(way)
        step = length / np.maximum((way * pulled).sum(0), 1e-12)
        found += step * way
        rest = rest - step * pulled
        ready = rest / scale[:, None]
        previous, length = length, (rest * ready).sum(0)
        way = ready + length / np.maximum(previous, 1e-12) * way
    return found
