"""Connectivity of the triangles of a mesh."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def neighbours(faces: Numbers) -> tuple[Numbers, Numbers]:
    """Returns pairs of triangles that share an edge, as two lists of rows of `faces` (m, 3)."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
    keys = edges[:, 0] * (faces.max(initial=0) + 1) + edges[:, 1]
    order = np.argsort(keys, kind="stable")
    owners = np.tile(np.arange(len(faces)), 3)[order]
    same = np.flatnonzero(np.diff(keys[order]) == 0)
    return owners[same], owners[same + 1]


def components(count: int, first: Numbers, second: Numbers) -> Numbers:
    """Labels connected components (count): 0, 1, …. `first[i]` and `second[i]` are connected."""
    labels = np.arange(count)
    while True:
        lower = labels.copy()
        np.minimum.at(lower, first, labels[second])
        np.minimum.at(lower, second, labels[first])
        # Labels of labels are followed too, so long chains take few rounds.
        np.minimum.at(lower, labels[first], lower[first])
        np.minimum.at(lower, labels[second], lower[second])
        lower = lower[lower]
        lower = lower[lower]
        if np.array_equal(lower, labels):
            return np.unique(labels, return_inverse=True)[1]
        labels = lower
