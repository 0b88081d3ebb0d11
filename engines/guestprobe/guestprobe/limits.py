"""What one inspection may use. Images are hostile; none of the honest ones tried came near."""

import resource
import signal
from types import FrameType

from .errors import CpuTimeExceeded

#: Bytes of address space. Honest images take 150 MB.
MEMORY = 1024 * 1024 * 1024
#: Seconds of processor time, and how many more until the process is killed if it does not notice.
SECONDS, GRACE = 60, 5
#: Bytes of any file that is written: only an rpm database, to have SQLite read it.
FILE = 256 * 1024 * 1024


def impose() -> None:
    """For this process and all that it starts or becomes. Where the system cannot limit something, that is left out."""
    _limit(resource.RLIMIT_AS, MEMORY, MEMORY)
    _limit(resource.RLIMIT_CPU, SECONDS, SECONDS + GRACE)
    _limit(resource.RLIMIT_FSIZE, FILE, FILE)
    _limit(resource.RLIMIT_NOFILE, 256, 256)
    _limit(resource.RLIMIT_CORE, 0, 0)


def _limit(which: int, soft: int, hard: int) -> None:
    try:
        _, most = resource.getrlimit(which)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(which, (soft, hard))
    except (OSError, ValueError):
        pass


def raise_on_cpu_limit() -> None:
    """Has the interpreter raise CpuTimeExceeded, wherever it is, when the soft limit is reached."""

    def cpu_time_exceeded(_signal: int, _frame: FrameType | None) -> None:
        raise CpuTimeExceeded

    signal.signal(signal.SIGXCPU, cpu_time_exceeded)
