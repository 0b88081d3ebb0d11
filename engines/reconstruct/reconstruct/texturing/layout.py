"""Where everything lies in the texture.

It is divided into cells of 4 × 4 pixels, and no cell belongs to two charts: the first two levels of mip-maps mix none of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .charts import Charts
from .packing import pack

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Pixels of the side of a cell, and pixels around each chart that no triangle reaches.
CELL = 4
PADDING = 2

#: Triangles without a photograph get a cell each, in square blocks of so many cells a side.
BLOCK = 16

#: How much of a texture is used, about, by charts that are packed well.
_FILL = 0.85
#: Charts that do not fit are made smaller by this, until they do.
_SHRINK = 0.96
#: … which a limit of four pixels would defeat.
_SMALLEST = 0.01


@dataclass(frozen=True)
class Layout:
    """In pixels. `scale`: of the charts against their photographs. `charts`, `blocks`: where each begins, (count, 2)."""

    width: int
    height: int
    scale: float
    charts: Numbers
    blocks: Numbers


def chart_sizes(charts: Charts, scale: float) -> Numbers:
    """In cells, (count, 2)."""
    return np.ceil(((charts.end - charts.begin) * scale + 1 + 2 * PADDING) / CELL).astype(np.int64)


def lay_out(charts: Charts, plain: int, limit: int) -> Layout:
    """`plain`: triangles without a photograph; `limit`: the most pixels of a side. Charts are as large as in the photographs where that
    fits."""
    most = limit // CELL
    blocks = np.full((-(-plain // BLOCK**2), 2), BLOCK)
    scale = 1.0
    while scale > _SMALLEST:
        sizes = np.concatenate([chart_sizes(charts, scale), blocks])
        area = sizes.prod(1).sum()
        if area <= most * most:
            width = min(most, max(int(np.sqrt(area / _FILL)), int(sizes[:, 0].max(initial=1))))
            places = pack(sizes, width, most)
            if places is not None:
                height = int((places + sizes)[:, 1].max(initial=1))
                places = places * CELL
                return Layout(width * CELL, height * CELL, scale, places[: len(charts)], places[len(charts) :])
        # What is far too much is brought near at once.
        scale *= min(_SHRINK, float(np.sqrt(most * most / area)))
    raise ValueError("too many charts for the texture")


def corners_in_texture(charts: Charts, layout: Layout) -> Array:
    """Where the corners of triangles lie, (m, 3, 2) in pixels with (0, 0) in the middle of the first one; of those with a photograph."""
    chart = np.maximum(charts.chart, 0)
    inside = (charts.corners - charts.begin[chart][:, None]) * layout.scale
    return inside + PADDING + layout.charts[chart][:, None]
