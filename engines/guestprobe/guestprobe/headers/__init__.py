"""What the header of an image says, checked before any parser sees it."""

from ..errors import ImageError
from ..stream import ImageStream
from . import qcow2, vdi, vhd, vhdx, vmdk
from .header import MAX_DISK, Header

#: In the order in which they are asked; raw is what is left.
_KINDS = (qcow2, vmdk, vdi, vhdx, vhd)

FORMATS = ("qcow2", "vmdk", "vdi", "vhdx", "vhd", "raw")

__all__ = ["FORMATS", "Header", "check"]


def check(stream: ImageStream, declared: str | None) -> Header:
    """The format by content, which must be the declared one if there is one. Raises ImageError for all that is not one whole,
    plain image of a sane size."""
    if stream.size == 0:
        raise ImageError("image_empty", "has no bytes")
    kind = next((kind for kind in _KINDS if kind.recognizes(stream)), None)
    found = kind.FORMAT if kind else "raw"
    if declared is not None and declared != found:
        is_what = f"is a {found} image" if kind else "has the header of none of the formats that are known, so it would be raw"
        raise ImageError("image_format_mismatch", f"was announced as {declared}, and {is_what}")
    header = kind.check(stream) if kind else Header("raw", stream.size)
    if header.disk_size > MAX_DISK:
        raise ImageError("image_too_large", f"claims to be a disk of {header.disk_size} bytes; at most {MAX_DISK} are accepted")
    return header
