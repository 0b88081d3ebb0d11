"""Poisson's surface through a cloud of points, in a process of its own: COLMAP stops the interpreter for as long as it takes.

`python3 -m reconstruct.poisson POINTS SURFACE DEPTH TRIM` is that process.
"""

import ctypes
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pycolmap

from .progress import Progress

#: Seconds between two reports.
_PAUSE = 0.5

#: Seconds that it usually takes, by the depth of the octree: only for the progress, as COLMAP says nothing meanwhile.
_USUAL = {8: 4, 9: 13, 10: 50}

#: With more, its threads wait for each other by spinning: where others use the processor too, it took three times as long with two.
_THREADS = 1

#: Of Linux' <sys/prctl.h>.
_PR_SET_PDEATHSIG = 1

#: The exit code that tells of memory.
_OUT_OF_MEMORY = 3


def lay_surface(points: Path, surface: Path, depth: int, trim: float, progress: Progress) -> None:
    """Writes a PLY of triangles. Raises MemoryError, and RuntimeError for whatever else ends the process."""
    words = [str(points), str(surface), str(depth), str(trim)]
    process = subprocess.Popen([sys.executable, "-B", "-m", "reconstruct.poisson", *words], stdin=subprocess.DEVNULL, stdout=2)
    began = time.monotonic()
    while True:
        # Time stands in for progress: nearly two thirds are reached after the usual seconds.
        progress(1 - math.exp(-(time.monotonic() - began) / _USUAL[depth]), "laying a surface through the points")
        try:
            _judge(process.wait(_PAUSE))
            return
        except subprocess.TimeoutExpired:
            continue


def _judge(code: int) -> None:
    if code == _OUT_OF_MEMORY:
        raise MemoryError
    if code < 0:
        # Whoever ended it, such as a system without memory, meant all of us, and what follows is decided by how we end.
        os.kill(os.getpid(), -code)
    if code != 0:
        raise RuntimeError(f"the surface ended with exit code {code}")


def _end_with_parent() -> None:
    """Even when that is killed; on Linux, where alone darkroom can do the same for the parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> int:
    _end_with_parent()
    points, surface, depth, trim = sys.argv[1:]
    options = pycolmap.PoissonMeshingOptions()
    options.depth = int(depth)
    options.trim = float(trim)
    options.num_threads = _THREADS
    try:
        pycolmap.poisson_meshing(points, surface, options)
    except MemoryError:
        return _OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
