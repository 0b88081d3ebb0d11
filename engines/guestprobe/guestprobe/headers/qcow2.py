"""QEMU's qcow2: https://www.qemu.org/docs/master/interop/qcow2.html"""

from ..errors import ImageError
from ..stream import ImageStream
from .header import Header, check_table, damaged, has_parent, unpack

FORMAT = "qcow2"

_EXTERNAL_DATA = 1 << 2


def recognizes(stream: ImageStream) -> bool:
    return stream.at(0, 4) == b"QFI\xfb"


def check(stream: ImageStream) -> Header:
    version, backing = unpack(">IQ", stream, 4)
    cluster_bits, size, encryption, entries, table = unpack(">IQIIQ", stream, 20)
    if version not in (2, 3):
        raise damaged(f"there is no version {version} of qcow2 that is known")
    if backing != 0:
        raise has_parent("is a layer on top of another image (a backing file)")
    if version == 3 and unpack(">Q", stream, 72)[0] & _EXTERNAL_DATA:
        raise ImageError("image_external_data", "keeps its data in another file; convert it into one image first")
    if encryption != 0:
        raise ImageError("image_encrypted", "is encrypted as a whole")
    if not 9 <= cluster_bits <= 21:
        raise damaged(f"its clusters would be of 2^{cluster_bits} bytes")
    check_table(stream, "cluster table", table, entries * 8)
    return Header(FORMAT, size)
