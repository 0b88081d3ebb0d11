"""What COLMAP writes to standard error while it works: the only way to see how far it is."""

import fcntl
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Bytes that may wait to be read: COLMAP holds the interpreter at times, and must not wait for our reading then.
_WAITING = 1 << 20


@contextmanager
def watched(told: Callable[[str], None]) -> Iterator[None]:
    """Tells each line that is written to standard error meanwhile, from another thread, and passes it on."""
    reading, writing = os.pipe()
    _widen(writing)
    original = os.dup(2)
    os.dup2(writing, 2)
    os.close(writing)
    thread = threading.Thread(target=_read, args=(reading, original, told), daemon=True)
    thread.start()
    try:
        yield
    finally:
        # This closes the last writing end, which ends the thread.
        os.dup2(original, 2)
        thread.join()
        os.close(original)


def counted(what: str, told: Callable[[int, int], None]) -> Callable[[str], None]:
    """A listener for lines like `Processed file [3/11]`: tells how many are done, of how many."""
    pattern = re.compile(re.escape(what) + r" \[(\d+)/(\d+)\]")

    def listen(line: str) -> None:
        if found := pattern.search(line):
            told(int(found[1]), int(found[2]))

    return listen


def _widen(pipe: int) -> None:
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _WAITING)
    except OSError:
        # The system allows less; the usual 64 KiB have been enough.
        pass


def _read(reading: int, original: int, told: Callable[[str], None]) -> None:
    with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            os.write(original, line.encode())
            told(line)
