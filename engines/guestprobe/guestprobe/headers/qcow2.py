"""QEMU's qcow2: https://www.qemu.org/docs/master/interop/qcow2.html"""

from ..errors import ImageError
from ..stream import ImageStream
from .header import Header, check_table, damaged, has_parent, unpack, unsupported

FORMAT = "qcow2"

#: Incompatible features. Bit 0 (dirty) concerns reference counts, which are not read.
_CORRUPT, _EXTERNAL_DATA, _COMPRESSION_TYPE, _EXTENDED_L2 = 1 << 1, 1 << 2, 1 << 3, 1 << 4
_KNOWN = 0b11111
_ZLIB, _ZSTD = 0, 1


def recognizes(stream: ImageStream) -> bool:
    return stream.at(0, 4) == b"QFI\xfb"


def check(stream: ImageStream) -> Header:
    version, backing = unpack(">IQ", stream, 4)
    cluster_bits, size, encryption, entries, table = unpack(">IQIIQ", stream, 20)
    if version == 1:
        raise unsupported("is an image of the old format qcow (version 1)", "convert it with `qemu-img convert -O qcow2`")
    if version not in (2, 3):
        raise damaged(f"qcow2 has no version {version}")
    if backing != 0:
        raise has_parent("is a layer on top of another image (a backing file)")
    features = unpack(">Q", stream, 72)[0] if version == 3 else 0
    if features & _EXTERNAL_DATA:
        raise ImageError("image_external_data", "keeps its data in another file; convert it into one image first")
    _check_features(stream, features)
    if encryption != 0:
        raise ImageError("image_encrypted", "is encrypted")
    if not 9 <= cluster_bits <= 21:
        raise damaged(f"its cluster size is 2^{cluster_bits} bytes")
    check_table(stream, "cluster table", table, entries * 8)
    notes = ("The image is marked as corrupt: its contents may be wrong",) if features & _CORRUPT else ()
    return Header(FORMAT, size, notes)


def _check_features(stream: ImageStream, features: int) -> None:
    """Raises ImageError for features that change how data is stored and that the parser does not read."""
    remedy = "convert it with `qemu-img convert -O qcow2`"
    if features & _EXTENDED_L2:
        raise unsupported("uses extended L2 entries (subclusters)", remedy)
    if features & ~_KNOWN:
        bits = ", ".join(str(bit) for bit in range(64) if features & ~_KNOWN & 1 << bit)
        raise unsupported(f"uses features of a newer qcow2 (incompatible feature bits {bits})", remedy)
    if features & _COMPRESSION_TYPE:
        (kind,) = unpack(">B", stream, 104)
        if kind not in (_ZLIB, _ZSTD):
            raise unsupported(f"uses compression type {kind}, which is not known", remedy)
