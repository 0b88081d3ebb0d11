"""Packs rectangles into a texture without overlap."""

import cv2
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def pack(sizes: Numbers, width: int, height: int) -> Numbers | None:
    """Returns the top left corner of each rectangle (count, 2: width, height), or None if they do not fit into `width` × `height`.

    The tallest come first, each where its top will be lowest above what is already there.
    """
    if len(sizes) and (sizes.max(0) > (width, height)).any():
        return None
    places = np.zeros_like(sizes)
    skyline = np.zeros((1, width), np.float32)
    for number in np.lexsort((-sizes[:, 0], -sizes[:, 1])):
        wide, tall = (int(size) for size in sizes[number])
        # The maximum height of the next `wide` columns, for each possible first column.
        support = cv2.dilate(skyline, np.ones((1, wide), np.uint8), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
        column = int(support[0, : width - wide + 1].argmin())
        row = int(support[0, column])
        if row + tall > height:
            return None
        places[number] = column, row
        skyline[0, column : column + wide] = row + tall
    return places
