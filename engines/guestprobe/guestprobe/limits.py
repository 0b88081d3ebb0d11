"""Resource limits of one inspection. Benign images need far less."""

import resource
import signal
from types import FrameType

from .errors import CpuTimeExceeded

#: Bytes of address space. Benign images take 150 MB.
MEMORY = 1024 * 1024 * 1024
#: Seconds of CPU time until CpuTimeExceeded, and further seconds until the process is killed.
SECONDS, GRACE = 60, 5
#: Bytes of any file that is written: only an rpm database, for SQLite.
FILE = 256 * 1024 * 1024


def impose() -> None:
    """Sets the limits for this process and its children. Skips limits that the system does not support."""
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
    """Raises CpuTimeExceeded in the running code when the soft limit is reached."""

    def cpu_time_exceeded(_signal: int, _frame: FrameType | None) -> None:
        raise CpuTimeExceeded

    signal.signal(signal.SIGXCPU, cpu_time_exceeded)
