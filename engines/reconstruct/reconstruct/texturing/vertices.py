"""Colours of vertices, from photographs or else from their neighbours, for triangles without a photograph."""

import numpy as np
from numpy.typing import NDArray

from ..ply import Mesh
from .evidence import Evidence
from .gains import Gains

Array = NDArray[np.float64]
Known = NDArray[np.bool_]

#: Rounds of smoothing of interpolated colours, and the maximum number of rings of vertices that they spread over.
_EVENED = 30
_RINGS = 1000


def edges_of(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the edges (e, 2) of triangles (m, 3), each once, the smaller number first."""
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), 1)
    span = int(corners.max(initial=0)) + 1
    keys = np.unique(pairs[:, 0] * span + pairs[:, 1])
    return np.stack([keys // span, keys % span], 1)


def colours_of(mesh: Mesh, evidence: Evidence, gains: Gains) -> Array:
    """Returns the colours of the vertices (n, 3): blue green red, 0..255."""
    sums, weights = np.zeros((len(mesh.vertices), 3)), np.zeros(len(mesh.vertices))
    for number, colours in enumerate(evidence.colours):
        seen = np.flatnonzero(evidence.scores[:, number])
        scores = np.repeat(evidence.scores[seen, number], 3)
        weight = np.bincount(mesh.faces[seen].ravel(), scores, len(weights))
        sums += weight[:, None] * gains.apply(colours, number)
        weights += weight
    known = weights > 0
    usual = sums.sum(0) / max(weights.sum(), 1e-9)
    colours = np.where(known[:, None], sums / np.where(known, weights, 1)[:, None], usual)
    return _spread(colours, known, edges_of(mesh.faces))


def _spread(colours: Array, known: Known, edges: NDArray[np.int64]) -> Array:
    """Spreads colours to unknown vertices ring by ring, then smooths them."""
    edges = edges[~known[edges].all(1)]
    inwards = np.concatenate([edges, edges[:, ::-1]])
    inwards = inwards[~known[inwards[:, 1]]]
    reached = known.copy()
    for _ in range(_RINGS):
        means, counts = _means(colours, inwards[reached[inwards[:, 0]]])
        new = (counts > 0) & ~reached
        if not new.any():
            break
        colours = np.where(new[:, None], means, colours)
        reached |= new
    for _ in range(_EVENED):
        means, counts = _means(colours, inwards)
        colours = np.where((counts > 0)[:, None], means, colours)
    return colours


def _means(colours: Array, pairs: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64]]:
    """Returns the mean colour of the sources of each vertex, and their number. `pairs`: (from, to)."""
    counts = np.bincount(pairs[:, 1], minlength=len(colours))
    sums = [np.bincount(pairs[:, 1], channel[pairs[:, 0]], len(colours)) for channel in colours.T]
    return np.stack(sums, 1) / np.maximum(counts, 1)[:, None], counts
