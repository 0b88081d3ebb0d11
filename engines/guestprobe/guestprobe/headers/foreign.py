"""Files that are recognized and not read: compressed images, archives, and disk formats without a parser."""

from ..errors import ImageError
from ..stream import ImageStream

_DECOMPRESS = "decompress it first"
_CONVERT = "convert it first, for example with `qemu-img convert -O qcow2`"

#: Offset and magic number of each format, what the file is, and what to do.
_FORMATS = (
    (0, b"\x1f\x8b\x08", "is compressed with gzip", _DECOMPRESS),
    (0, b"\xfd7zXZ\0", "is compressed with xz", _DECOMPRESS),
    (0, b"\x28\xb5\x2f\xfd", "is compressed with Zstandard", _DECOMPRESS),
    (0, b"BZh", "is compressed with bzip2", _DECOMPRESS),
    (0, b"\x04\x22\x4d\x18", "is compressed with LZ4", _DECOMPRESS),
    (0, b"LZIP", "is compressed with lzip", _DECOMPRESS),
    (0, b"\x89LZO\0\r\n\x1a\n", "is compressed with lzop", _DECOMPRESS),
    (0, b"PK\x03\x04", "is a ZIP archive", "extract the disk image first"),
    (0, b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", "extract the disk image first"),
    (0, b"Rar!\x1a\x07", "is a RAR archive", "extract the disk image first"),
    (0, b"MSWIM\0\0\0", "is a Windows image archive (WIM)", "apply it to a disk first"),
    (0, b"QED\0", "is a QED image", _CONVERT),
    (0, b"WithoutFreeSpace", "is a Parallels image", _CONVERT),
    (0, b"WithouFreSpacExt", "is a Parallels image", _CONVERT),
    (0, b"Bochs Virtual HD Image", "is a Bochs image", _CONVERT),
    (0, b"EVF\t\r\n\xff\0", "is an EnCase image (E01)", "export it as a raw image first"),
    (0, b"\x3a\xff\x26\xed", "is an Android sparse image", "convert it first with `simg2img`"),
    (0, b"VMA\0", "is a Proxmox backup (VMA)", "extract the disk image first with `vma extract`"),
)

_TAR_MAGIC = (257, b"ustar")
#: A DMG has its description in the last 512 bytes.
_DMG = b"koly"


def refuse_foreign(stream: ImageStream) -> None:
    """Raises ImageError for a file in a format that is known and not read."""
    for offset, magic, what, remedy in _FORMATS:
        if stream.at(offset, len(magic)) == magic:
            raise ImageError("image_unsupported", f"{what}; {remedy}")
    if stream.at(_TAR_MAGIC[0], 5) == _TAR_MAGIC[1]:
        _refuse_tar(stream)
    if stream.at(stream.size - 512, 4) == _DMG:
        raise ImageError("image_unsupported", f"is an Apple disk image (DMG); {_CONVERT}")


def _refuse_tar(stream: ImageStream) -> None:
    name = stream.at(0, 100).split(b"\0", 1)[0].lower()
    if name.endswith(b".ovf"):
        raise ImageError("image_unsupported", "is an OVA archive; extract it with `tar` and submit the disk image inside")
    raise ImageError("image_unsupported", "is a tar archive; extract the disk image first")
