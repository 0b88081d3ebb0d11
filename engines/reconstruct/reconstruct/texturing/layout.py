"""Layout of the texture.

It is divided into cells of 4 × 4 pixels, and no cell belongs to two charts: the first two levels of mip-maps mix none of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .charts import Charts
from .packing import pack

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Side of a cell, and padding around each chart, in pixels.
CELL = 4
PADDING = 2

#: Each triangle without a photograph gets a cell. Blocks have this many cells per side.
BLOCK = 16

#: Share of a texture that well packed charts use.
_FILL = 0.85
#: Charts that do not fit are scaled by this factor until they do,
_SHRINK = 0.96
#: or until this scale is reached.
_SMALLEST = 0.01


@dataclass(frozen=True)
class Layout:
    """Sizes in pixels. `scale`: of the charts relative to their photographs. `charts`, `blocks` (count, 2): top left corners."""

    width: int
    height: int
    scale: float
    charts: Numbers
    blocks: Numbers


def chart_sizes(charts: Charts, scale: float) -> Numbers:
    """Returns the sizes of the charts in cells (count, 2)."""
    return np.ceil(((charts.end - charts.begin) * scale + 1 + 2 * PADDING) / CELL).astype(np.int64)


def lay_out(charts: Charts, plain: int, limit: int) -> Layout:
    """Places all charts. They keep the size of the photographs if they fit. `plain`: number of triangles without a photograph. `limit`:
    maximum pixels of a side."""
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
        # A scale that is far too large is reduced in one step.
        scale *= min(_SHRINK, float(np.sqrt(most * most / area)))
    raise ValueError("too many charts for the texture")


def corners_in_texture(charts: Charts, layout: Layout) -> Array:
    """Returns the corners of triangles with a photograph (m, 3, 2), in pixels; (0, 0) is the centre of the first one."""
    chart = np.maximum(charts.chart, 0)
    inside = (charts.corners - charts.begin[chart][:, None]) * layout.scale
    return inside + PADDING + layout.charts[chart][:, None]
