"""Recognizes volumes without a readable file system by their magic numbers. Names are those of blkid."""

import io
import struct
from typing import BinaryIO

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
    (4086, b"S1SUSPEND", "swsuspend"),
    # The second header of LUKS2, if the first was lost.
    *((0x4000 << position, b"SKUL\xba\xbe", LUKS) for position in range(9)),
    (0, b"SnAp", "DM_snapshot_cow"),
    (0, b"verity\0\0", "DM_verity_hash"),
    (0, b"integrt\0", "DM_integrity"),
    (0, b"dmvdo001", "vdo"),
    (528, b"!Stra0tis\x86\xff\x02^\x41rh", "stratis"),
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


#: Superblocks of Linux RAID at the end of a member: version 0.90 and 1.0.
_RAID = 0xA92B4EFC
_RAID_MIRROR = 1

#: Bytes at the beginning that decide whether a volume is blank.
_HEAD = 1 << 20


def is_blank(volume: BinaryIO) -> bool:
    volume.seek(0)
    return not volume.read(_HEAD).strip(b"\0")


def detect_content(volume: BinaryIO) -> str | None:
    """Returns the type of a volume without a readable file system; None when it has none of these magic numbers."""
    for offset, magic, kind in _MAGIC:
        volume.seek(offset)
        if volume.read(len(magic)) == magic:
            return kind
    volume.seek(_ZFS_AT)
    labels = volume.read(_ZFS_LENGTH)
    if any(labels[at : at + 8] in _ZFS for at in range(0, len(labels), 1024)):
        return "zfs_member"
    return "linux_raid_member" if _has_raid_at_end(volume) else None


def _has_raid_at_end(volume: BinaryIO) -> bool:
    """The members of a mirror of version 0.90 are whole file systems, which are read as such."""
    size = volume.seek(0, io.SEEK_END)
    for at, layout in (((size & ~0xFFFF) - 0x10000, "<II20xI"), ((size & ~0xFFF) - 0x2000, "<II64xI")):
        if at >= 0:
            volume.seek(at)
            block = volume.read(struct.calcsize(layout)).ljust(struct.calcsize(layout), b"\0")
            magic, version, level = struct.unpack(layout, block)
            if magic == _RAID and (version == 1 or level != _RAID_MIRROR):
                return True
    return False
