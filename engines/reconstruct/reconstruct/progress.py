"""Progress of a stage."""

import threading
import time
from collections.abc import Callable

from . import protocol

#: Takes the fraction (0..1) of the stage, and a short description of the current work.
Progress = Callable[[float, str], None]

#: Seconds between two reports.
_PAUSE = 0.2


def part(progress: Progress, begin: float, end: float) -> Progress:
    """Returns the progress of a part that goes from `begin` to `end` of the whole."""
    return lambda fraction, phrase: progress(begin + (end - begin) * fraction, phrase)


class Reporter:
    """A Progress that prints lines, monotonic and at a limited rate. It is thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reached = 0.0
        self._last = -_PAUSE

    def __call__(self, fraction: float, phrase: str) -> None:
        with self._lock:
            self._reached = max(self._reached, min(1.0, fraction))
            now = time.monotonic()
            if now - self._last >= _PAUSE:
                self._last = now
                protocol.progress(round(self._reached, 3), phrase)
