"""Recognizes volumes without a readable file system by their magic numbers. Names are those of blkid."""

from dissect.target.volume import Volume

LUKS, BITLOCKER = "crypto_LUKS", "BitLocker"
ENCRYPTED = (LUKS, BITLOCKER)

#: Volumes whose contents are read as other volumes.
CONTAINERS = ("LVM2_member", "linux_raid_member")
#: Volumes without files of an installed system.
FILELESS = ("swap", "ext4_journal")

_BCACHEFS = b"\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef"
#: Early bcachefs has the magic number of bcache.
_BCACHE = b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"

#: Offset, magic number, type.
_MAGIC = (
    (0, b"LUKS\xba\xbe", LUKS),
    (3, b"-FVE-FS-", BITLOCKER),
    (4086, b"SWAPSPACE2", "swap"),
    (4086, b"SWAP-SPACE", "swap"),
    *((512 * sector, b"LABELONE", "LVM2_member") for sector in range(4)),
    (4096, b"\xfc\x4e\x2b\xa9", "linux_raid_member"),
    (0, b"\xfc\x4e\x2b\xa9", "linux_raid_member"),
    (4096 + 24, _BCACHEFS, "bcachefs"),
    (4096 + 24, _BCACHE, "bcache"),
    (1024, b"\x10\x20\xf5\xf2", "f2fs"),
    (1024, b"\xe2\xe1\xf5\xe0", "erofs"),
    (1030, b"\x34\x34", "nilfs2"),
    (0x8000, b"JFS1", "jfs"),
    (0x8001, b"CD001", "iso9660"),
    (0x10034, b"ReIsEr", "reiserfs"),
    (0x2034, b"ReIsEr", "reiserfs"),
    (0x10000, b"ReIsEr4", "reiser4"),
    (0x10000 + 1372, b"\x19\x01\x54\x19", "ufs"),
    (0x2000 + 1372, b"\x19\x54\x01\x00", "ufs"),
    (0x10000 + 1372, b"\x19\x54\x01\x00", "ufs"),
    (0x2000 + 1372, b"\x19\x01\x54\x19", "ufs"),
    (1024, b"H+\x00\x04", "hfsplus"),
    (1024, b"HX\x00\x05", "hfsplus"),
    (32, b"NXSB", "apfs"),
    (3, b"ReFS\0", "ReFS"),
    (0x200000, b"\x0d\xd0\x01\xc0", "VMFS_volume_member"),
    (0x100000, b"\x0d\xd0\x01\xc0", "VMFS_volume_member"),
    (0, b"\x45\x3d\xcd\x28", "cramfs"),
    (0, b"-rom1fs-", "romfs"),
)

#: ZFS keeps 128 uberblocks in each label, from 128 KiB on; the first slots may be unused.
_ZFS_AT, _ZFS_LENGTH = 0x20000, 0x20000
_ZFS = (b"\x0c\xb1\xba\x00\x00\x00\x00\x00", b"\x00\x00\x00\x00\x00\xba\xb1\x0c")


def detect_content(volume: Volume) -> str | None:
    """Returns the type of a volume without a readable file system; None when it has none of these magic numbers."""
    for offset, magic, kind in _MAGIC:
        volume.seek(offset)
        if volume.read(len(magic)) == magic:
            return kind
    volume.seek(_ZFS_AT)
    labels = volume.read(_ZFS_LENGTH)
    if any(labels[at : at + 8] in _ZFS for at in range(0, len(labels), 1024)):
        return "zfs_member"
    return None
