"""Makes the colours of both sides of a seam the same: what photographs differ in is spread over the triangles around.

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

#: How much it matters that neighbours change alike, against that a seam vanishes.
_ALIKE = 1.0
#: Keeps corrections from drifting off where no seam holds them.
_STILL = 1e-3
_ROUNDS = 150
#: Done when what is left of the (squared) differences is this share of what there was.
_ENOUGH = 1e-4
#: Colour values (0..255): a larger correction comes from seeing different things, not the same one differently.
_LARGEST = 60.0


@dataclass(frozen=True)
class Levels:
    """`node` (m, 3): the node of each corner of each triangle. Of each node: the colour it has (count, 3), 0..255, and its correction."""

    node: Numbers
    colours: Array
    corrections: Array


def level(mesh: Mesh, labels: Numbers, evidence: Evidence, gains: Gains) -> Levels:
    """`labels` (m): the photograph of each triangle. Those without one are of a kind of their own, with the colours of the vertices."""
    kinds = len(evidence.colours) + 1
    keys, node = np.unique(mesh.faces * kinds + np.where(labels == NONE, kinds - 1, labels)[:, None], return_inverse=True)
    node = node.reshape(-1, 3)
    vertex, kind = keys // kinds, keys % kinds
    colours = colours_of(mesh, evidence, gains)[vertex]
    for number, of_photograph in enumerate(evidence.colours):
        rows = kind == number
        colours[rows] = gains.apply(of_photograph[vertex[rows]], number)
    # Nodes are sorted by vertex: those of one follow each other.
    seam = np.flatnonzero(np.diff(vertex) == 0)
    corrections = _solve(colours, seam, seam + 1, edges_of(node))
    return Levels(node, colours, np.clip(corrections, -_LARGEST, _LARGEST))


def _solve(colours: Array, one: Numbers, other: Numbers, edges: Numbers) -> Array:
    """Least squares by conjugate gradients, each channel for itself. `one` and `other` are the two sides of each seam."""
    first, second = np.concatenate([one, edges[:, 0]]), np.concatenate([other, edges[:, 1]])
    weights = np.concatenate([np.ones(len(one)), np.full(len(edges), _ALIKE)])[:, None]
    count = len(colours)

    def gather(values: Array) -> Array:
        """To each node what comes to it from its pairs: (pairs, 3) to (count, 3)."""
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
