"""Checks the header of an image before any parser reads it."""

from ..errors import ImageError
from ..stream import ImageStream
from . import qcow2, vdi, vhd, vhdx, vmdk
from .foreign import refuse_foreign
from .header import MAX_DISK, Header

#: In the order of detection. An image of none of these formats is raw.
_KINDS = (qcow2, vmdk, vdi, vhdx, vhd)

FORMATS = ("qcow2", "vmdk", "vdi", "vhdx", "vhd", "raw")

__all__ = ["FORMATS", "Header", "check"]


def check(stream: ImageStream, declared: str | None) -> Header:
    """Detects the format by content. `declared`: the expected format, if any.

    Raises ImageError when the file is in another format, is not one complete image, or claims an implausible size.
    """
    if stream.size == 0:
        raise ImageError("image_empty", "has no bytes")
    refuse_foreign(stream)
    kind = next((kind for kind in _KINDS if kind.recognizes(stream)), None)
    found = kind.FORMAT if kind else "raw"
    if declared is not None and declared != found:
        is_what = f"is a {found} image" if kind else "has no known header, so it would be raw"
        raise ImageError("image_format_mismatch", f"was declared as {declared}, but {is_what}")
    header = kind.check(stream) if kind else Header("raw", stream.size, is_flat=True)
    if header.disk_size > MAX_DISK:
        raise ImageError("image_too_large", f"claims to be a disk of {header.disk_size} bytes; at most {MAX_DISK} are accepted")
    return header
