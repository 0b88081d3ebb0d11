"""Detects features that stay at one place in most photographs, such as the background of a turntable or a watermark."""

import numpy as np
import pycolmap

#: A feature is stationary if it moves less than this from one photograph to another, in pixels.
STATIONARY_PX = 4.0

#: The background is static if half of the pairs have at least this share of stationary matches. Of a moving camera it is near 0.
_SHARE = 0.1

#: Pairs with fewer matches do not count.
_MATCHES = 15


def is_background_static(database: pycolmap.Database) -> bool:
    """Returns whether the camera stood still while something in front of it moved."""
    points = {image.image_id: database.read_keypoints(image.image_id)[:, :2] for image in database.read_all_images()}
    shares = []
    for pair, matches in zip(*database.read_all_matches(), strict=True):
        if len(matches) < _MATCHES:
            continue
        first, second = pycolmap.pair_id_to_image_pair(pair)
        moves = points[first][matches[:, 0]] - points[second][matches[:, 1]]
        shares.append((np.linalg.norm(moves, axis=1) < STATIONARY_PX).mean())
    return len(shares) > 0 and bool(np.median(shares) >= _SHARE)
