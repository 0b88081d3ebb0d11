"""`python3 -m guestprobe`: opens the image, sets resource limits, and continues inside the sandbox.

The arguments come as a JSON list on standard input, so that other users of the machine do not see them.
"""

import argparse
import json
import os
import stat
import sys

from . import inspection, limits, protocol, sandbox
from .errors import ImageError


def main() -> None:
    parser = argparse.ArgumentParser(prog="guestprobe")
    parser.add_argument("image")
    parser.add_argument("--sandbox", choices=["required", "off"], default="required")
    inspection.add_options(parser)
    options = parser.parse_args(json.load(sys.stdin))
    try:
        image = open_image(options.image)
        limits.impose()
        if options.sandbox == "required":
            sandbox.enter(image, [sandbox.DISK, *inspection.to_arguments(options)])
        inspection.inspect_file(image, options)
    except ImageError as error:
        protocol.error(error.code, error.predicate)


def open_image(path: str) -> int:
    """Opens the image read-only and returns the file descriptor. Does not follow symbolic links, and does not block on a FIFO."""
    try:
        image = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise ImageError("image_not_a_file", f"cannot be opened as a file ({error.strerror})") from error
    if not stat.S_ISREG(os.fstat(image).st_mode):
        raise ImageError("image_not_a_file", "is not a regular file")
    return image


if __name__ == "__main__":
    main()
