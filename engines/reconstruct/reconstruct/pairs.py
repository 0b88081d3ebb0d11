"""Which photographs are matched with each other when there are too many to match each with all others."""

import numpy as np
import pycolmap
from numpy.typing import NDArray

from .progress import Progress

#: How many photographs after it, in the order in which they were given, each one is matched with: they were often taken in this order.
_FOLLOWING = 6
#: And how many of those that look alike.
_ALIKE = 12

#: How many features of a photograph are compared to tell whether it looks alike: the largest, which are seen from everywhere.
_FEATURES = 256
#: A feature has found its like when the second best is this much less alike, as in Lowe's test.
_RATIO = 0.8


def likely_pairs(database: pycolmap.Database, progress: Progress) -> list[tuple[str, str]]:
    """Pairs of names of images, each once."""
    images = sorted(database.read_all_images(), key=lambda image: image.name)
    features = [_large_features(database, image.image_id) for image in images]
    count = len(images)
    pairs = {(first, second) for first in range(count) for second in range(first + 1, min(count, first + 1 + _FOLLOWING))}
    likeness = _likeness(features, progress)
    for first in range(count):
        for second in np.argsort(-likeness[first], kind="stable")[:_ALIKE].tolist():
            if likeness[first, second] > 0:
                pairs.add((min(first, second), max(first, second)))
    return [(images[first].name, images[second].name) for first, second in sorted(pairs)]


def _large_features(database: pycolmap.Database, image_id: int) -> NDArray[np.float32]:
    """Descriptors of length 1 (at most _FEATURES, 128)."""
    keypoints = database.read_keypoints(image_id)
    descriptors = database.read_descriptors(image_id).data
    if len(keypoints) == 0:
        return np.zeros((0, 128), np.float32)
    # A keypoint: x, y, and the affine shape of what it covers.
    area = np.abs(keypoints[:, 2] * keypoints[:, 5] - keypoints[:, 3] * keypoints[:, 4])
    largest = np.argsort(-area, kind="stable")[:_FEATURES]
    chosen = descriptors[largest].astype(np.float32)
    unit: NDArray[np.float32] = chosen / np.maximum(np.linalg.norm(chosen, axis=1, keepdims=True), 1e-6)
    return unit


def _likeness(features: list[NDArray[np.float32]], progress: Progress) -> NDArray[np.int64]:
    """How many features of each photograph have their like in each other one (n, n), both ways; 0 with itself."""
    count = len(features)
    likeness = np.zeros((count, count), np.int64)
    for first in range(count):
        progress(first / count, f"compared {first} of {count} photographs")
        for second in range(first + 1, count):
            likeness[first, second] = likeness[second, first] = _alike(features[first], features[second])
    return likeness


def _alike(first: NDArray[np.float32], second: NDArray[np.float32]) -> int:
    """How many features are each other's best, clearly."""
    if min(len(first), len(second)) < 2:
        return 0
    likeness = first @ second.T
    best = likeness.argmax(1)
    two = -np.partition(-likeness, 1, axis=1)[:, :2]
    # The cosine of small angles: 1 - cos grows with the square of the distance.
    clear = (1 - two[:, 0]) < _RATIO**2 * (1 - two[:, 1])
    mutual = likeness.argmax(0)[best] == np.arange(len(first))
    return int(np.count_nonzero(clear & mutual))
