"""`python3 -m guestprobe.inspection DISK`: the inspection itself, which runs inside the sandbox."""

import argparse
import os

from . import headers, limits, protocol
from .errors import CpuTimeExceeded, ImageError
from .stream import ImageStream


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=headers.FORMATS, help="refuse what is in another format")
    parser.add_argument("--profile", action="store_true", help="the short report, for security and inventory")
    parser.add_argument("--packages", action="store_true", help="name each package, not only their number")
    parser.add_argument("--services", action="store_true", help="name each service that is started")


def to_arguments(options: argparse.Namespace) -> list[str]:
    """Converts the options back to command line arguments."""
    words = ["--format", options.format] if options.format else []
    return words + [f"--{name}" for name in ("profile", "packages", "services") if getattr(options, name)]


def inspect_file(image: int, options: argparse.Namespace) -> None:
    """Prints the result or the error. `image`: a file descriptor."""
    limits.raise_on_cpu_limit()
    try:
        protocol.result(_inspect(image, options))
    except ImageError as error:
        protocol.error(error.code, error.predicate)
    except CpuTimeExceeded:
        protocol.error("engine_limit", f"takes more than {limits.SECONDS} seconds of processor time to inspect")
    except MemoryError:
        protocol.error("engine_limit", f"takes more than {limits.MEMORY >> 20} MiB of memory to inspect")
    except Exception as error:
        # The parsers raise arbitrary exceptions for damaged images.
        protocol.error("image_corrupt", f"is damaged: its contents cannot be read ({type(error).__name__})")


def _inspect(image: int, options: argparse.Namespace) -> dict[str, object]:
    stream = ImageStream(image)
    protocol.progress(0.05, "reading the header")
    header = headers.check(stream, options.format)
    # Imports the parsers, which takes most of the time.
    from . import report

    return report.make(stream, header, options)


def main() -> None:
    parser = argparse.ArgumentParser(prog="guestprobe.inspection")
    parser.add_argument("disk")
    add_options(parser)
    options = parser.parse_args()
    inspect_file(os.open(options.disk, os.O_RDONLY), options)


if __name__ == "__main__":
    main()
