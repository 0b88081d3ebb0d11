"""Marks at the beginning of volumes that hold no file system."""

from dissect.target.volume import Volume

LUKS, BITLOCKER = "crypto_LUKS", "BitLocker"
ENCRYPTED = (LUKS, BITLOCKER)

_LVM = "LVM2_member"


def detect_content(volume: Volume) -> str | None:
    """None: nothing of these."""
    volume.seek(0)
    head = volume.read(4096)
    if head.startswith(b"LUKS\xba\xbe"):
        return LUKS
    if head[3:11] == b"-FVE-FS-":
        return BITLOCKER
    if head[4086:4096] in (b"SWAPSPACE2", b"SWAP-SPACE"):
        return "swap"
    if any(head[at : at + 8] == b"LABELONE" for at in range(0, 2048, 512)):
        return _LVM
    return None
