"""The sandbox: no network, no other processes, and no files but Python, this package and the image, all read-only."""

import os
import shutil
import sys
from pathlib import Path

from .errors import ImageError

#: Path of the image inside the sandbox.
DISK = "/disk"

#: Bytes of memory that files in /tmp may take.
SCRATCH = 256 * 1024 * 1024

#: The user `nobody`.
NOBODY = "65534"


def enter(image: int, arguments: list[str]) -> None:
    """Replaces this process by the sandboxed inspection of an open file. Raises ImageError when bubblewrap is missing."""
    command = sandboxed_python(image)
    os.execv(command[0], [*command, "-m", "guestprobe.inspection", *arguments])


def sandboxed_python(image: int) -> list[str]:
    """Returns the command line of Python inside the sandbox; append its arguments."""
    program = shutil.which("bwrap")
    if program is None:
        raise ImageError("engine_failed", "cannot be inspected: bubblewrap, the sandbox, is not installed on the worker")
    # By descriptor: the path could lead to another file by now.
    os.set_inheritable(image, True)
    return [program, *_sandbox_options(image), *_code(), "--", os.path.realpath(sys.executable), "-B", "-s"]


def _sandbox_options(image: int) -> list[str]:
    return [
        *("--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *("--uid", NOBODY, "--gid", NOBODY, "--hostname", "guestprobe"),
        *_system(),
        *("--ro-bind", f"/proc/self/fd/{image}", DISK),
        # No /proc: it would allow reopening the image for writing.
        *("--dev", "/dev", "--size", str(SCRATCH), "--tmpfs", "/tmp", "--chdir", "/tmp"),
    ]


def _system() -> list[str]:
    """Returns options for the parts of the system that Python needs."""
    words = ["--ro-bind", "/usr", "/usr", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    for path in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            words += ["--ro-bind", path, path]
    if not sys.base_prefix.startswith("/usr"):
        words += ["--ro-bind", sys.base_prefix, sys.base_prefix]
    return words


def _code() -> list[str]:
    """Returns options for this package and its dependencies, at neutral paths."""
    ours = Path(__file__).resolve().parent.parent
    folders = [str(ours), *_installed(ours)]
    words: list[str] = []
    for number, folder in enumerate(folders):
        words += ["--ro-bind", folder, f"/code/{number}"]
    path = os.pathsep.join(f"/code/{number}" for number in range(len(folders)))
    return [*words, "--setenv", "PYTHONPATH", path, "--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/tmp"]


def _installed(ours: Path) -> list[str]:
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [path for path in given if path and os.path.isdir(path) and Path(path).resolve() != ours]
