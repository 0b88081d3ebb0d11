"""Opens an image as a disk, with the parser of a given format. The stream has no path, so a parser cannot open related files."""

import io
from importlib import import_module

from dissect.target.container import Container

from .errors import ImageError
from .stream import ImageStream

#: Imported on demand, which saves time.
_CLASSES = {
    "qcow2": "QCow2Container",
    "vmdk": "VmdkContainer",
    "vdi": "VdiContainer",
    "vhdx": "VhdxContainer",
    "vhd": "VhdContainer",
    "raw": "RawContainer",
}


def open_container(stream: ImageStream, image_format: str) -> Container:
    """Raises ImageError when the parser fails."""
    try:
        module = import_module(f"dissect.target.containers.{image_format}")
        kind: type[Container] = getattr(module, _CLASSES[image_format])
        return kind(io.BufferedReader(stream, 1 << 16))
    except MemoryError:
        raise
    except Exception as error:
        raise ImageError("image_corrupt", f"is damaged: it cannot be read as {image_format} ({type(error).__name__})") from error
