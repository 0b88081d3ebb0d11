"""Poisson surface reconstruction in a child process, because COLMAP blocks the interpreter meanwhile.

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

#: Typical seconds by the depth of the octree, to estimate the progress: COLMAP reports none.
_USUAL = {8: 4, 9: 13, 10: 50}

#: More threads wait for each other by spinning: on a busy machine two threads took three times as long.
_THREADS = 1

#: From <sys/prctl.h> of Linux.
_PR_SET_PDEATHSIG = 1

#: Exit code for a lack of memory.
_OUT_OF_MEMORY = 3


def lay_surface(points: Path, surface: Path, depth: int, trim: float, progress: Progress) -> None:
    """Writes a PLY file of triangles. Raises MemoryError, or RuntimeError if the process fails otherwise."""
    words = [str(points), str(surface), str(depth), str(trim)]
    process = subprocess.Popen([sys.executable, "-B", "-m", "reconstruct.poisson", *words], stdin=subprocess.DEVNULL, stdout=2)
    began = time.monotonic()
    while True:
        # Progress is estimated from time: nearly two thirds after the typical seconds.
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
        # Ends this process by the same signal, so that darkroom sees why.
        os.kill(os.getpid(), -code)
    if code != 0:
        raise RuntimeError(f"the surface ended with exit code {code}")


def _end_with_parent() -> None:
    """Ends this process when its parent ends, even if that is killed. Linux only."""
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
