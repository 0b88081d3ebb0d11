"""Opens an image as a disk. The format is named, never guessed, and the stream has no name that could lead elsewhere."""

import io
from importlib import import_module

from dissect.target.container import Container

from .errors import ImageError
from .stream import ImageStream

#: Loaded when they are needed: a parser that is not loaded costs no time.
_CLASSES = {
    "qcow2": "QCow2Container",
    "vmdk": "VmdkContainer",
    "vdi": "VdiContainer",
    "vhdx": "VhdxContainer",
    "vhd": "VhdContainer",
    "raw": "RawContainer",
}


def open_container(stream: ImageStream, image_format: str) -> Container:
    """Raises ImageError where the parser cannot make sense of it."""
    try:
        module = import_module(f"dissect.target.containers.{image_format}")
        kind: type[Container] = getattr(module, _CLASSES[image_format])
        return kind(io.BufferedReader(stream, 1 << 16))
    except MemoryError:
        raise
    except Exception as error:
        raise ImageError("image_corrupt", f"is damaged: it cannot be read as {image_format} ({type(error).__name__})") from error
