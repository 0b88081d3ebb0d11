"""Selects pairs of photographs to match when there are too many for exhaustive matching."""

import numpy as np
import pycolmap
from numpy.typing import NDArray

from .progress import Progress

#: Each photograph is matched with this many of the following ones, in the order of submission: they were often taken in this order.
_FOLLOWING = 6
#: And with this many similar ones.
_ALIKE = 12

#: Features of a photograph that are compared for similarity: the largest, which are visible from most viewpoints.
_FEATURES = 256
#: Ratio of Lowe's ratio test: the best match must be this much closer than the second best.
_RATIO = 0.8


def select_pairs(database: pycolmap.Database, progress: Progress) -> list[tuple[str, str]]:
    """Returns pairs of image names, each pair once."""
    images = sorted(database.read_all_images(), key=lambda image: image.name)
    features = [_large_features(database, image.image_id) for image in images]
    count = len(images)
    pairs = {(first, second) for first in range(count) for second in range(first + 1, min(count, first + 1 + _FOLLOWING))}
    similarity = _compute_similarity(features, progress)
    for first in range(count):
        for second in np.argsort(-similarity[first], kind="stable")[:_ALIKE].tolist():
            if similarity[first, second] > 0:
                pairs.add((min(first, second), max(first, second)))
    return [(images[first].name, images[second].name) for first, second in sorted(pairs)]


def _large_features(database: pycolmap.Database, image_id: int) -> NDArray[np.float32]:
    """Returns normalized descriptors (at most _FEATURES, 128)."""
    keypoints = database.read_keypoints(image_id)
    descriptors = database.read_descriptors(image_id).data
    if len(keypoints) == 0:
        return np.zeros((0, 128), np.float32)
    # A keypoint has x, y and an affine shape.
    area = np.abs(keypoints[:, 2] * keypoints[:, 5] - keypoints[:, 3] * keypoints[:, 4])
    largest = np.argsort(-area, kind="stable")[:_FEATURES]
    chosen = descriptors[largest].astype(np.float32)
    unit: NDArray[np.float32] = chosen / np.maximum(np.linalg.norm(chosen, axis=1, keepdims=True), 1e-6)
    return unit


def _compute_similarity(features: list[NDArray[np.float32]], progress: Progress) -> NDArray[np.int64]:
    """Returns the number of mutual matches of each pair of photographs (n, n); 0 on the diagonal."""
    count = len(features)
    similarity = np.zeros((count, count), np.int64)
    for first in range(count):
        progress(first / count, f"compared {first} of {count} photographs")
        for second in range(first + 1, count):
            similarity[first, second] = similarity[second, first] = _count_mutual_matches(features[first], features[second])
    return similarity


def _count_mutual_matches(first: NDArray[np.float32], second: NDArray[np.float32]) -> int:
    """Counts the features that are each other's best match and pass the ratio test."""
    if min(len(first), len(second)) < 2:
        return 0
    similarity = first @ second.T
    best = similarity.argmax(1)
    two = -np.partition(-similarity, 1, axis=1)[:, :2]
    # The cosine of small angles: 1 - cos grows with the square of the distance.
    clear = (1 - two[:, 0]) < _RATIO**2 * (1 - two[:, 1])
    mutual = similarity.argmax(0)[best] == np.arange(len(first))
    return int(np.count_nonzero(clear & mutual))
