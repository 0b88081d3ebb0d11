"""Progress of COLMAP, parsed from the lines that it writes to standard error. It has no other way to report progress."""

import fcntl
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Bytes of the pipe: COLMAP holds the interpreter lock at times, and must not block on a full pipe then.
_PIPE_BYTES = 1 << 20


@contextmanager
def watch_stderr(on_line: Callable[[str], None]) -> Iterator[None]:
    """Calls `on_line` with each line of standard error, in another thread, and forwards the line."""
    reading, writing = os.pipe()
    _widen(writing)
    original = os.dup(2)
    os.dup2(writing, 2)
    os.close(writing)
    thread = threading.Thread(target=_read, args=(reading, original, on_line), daemon=True)
    thread.start()
    try:
        yield
    finally:
        # Closes the last write end, which ends the thread.
        os.dup2(original, 2)
        thread.join()
        os.close(original)


def parse_count(what: str, on_count: Callable[[int, int], None]) -> Callable[[str], None]:
    """Returns a line handler that parses lines like `Processed file [3/11]` and calls `on_count(3, 11)`."""
    pattern = re.compile(re.escape(what) + r" \[(\d+)/(\d+)\]")

    def listen(line: str) -> None:
        if found := pattern.search(line):
            on_count(int(found[1]), int(found[2]))

    return listen


def _widen(pipe: int) -> None:
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        # The system allows less. The default of 64 KiB has been enough.
        pass


def _read(reading: int, original: int, on_line: Callable[[str], None]) -> None:
    with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            os.write(original, line.encode())
            on_line(line)
