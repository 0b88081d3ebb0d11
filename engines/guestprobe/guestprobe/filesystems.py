"""Type, label, UUID and usage of file systems."""

from typing import TypedDict
from uuid import UUID

from .disk import MountableFilesystem
from .features.features import read_at


class FilesystemInfo(TypedDict):
    """Sizes in bytes; None when unknown."""

    type: str
    label: str | None
    uuid: str | None
    total: int | None
    used: int | None
    free: int | None


def read_info(mountable: MountableFilesystem) -> FilesystemInfo:
    """May raise any exception of a parser, for a damaged superblock."""
    fs = mountable.fs
    reader = {"ext": _ext, "xfs": _xfs, "btrfs": _btrfs, "fat": _fat, "ntfs": _ntfs}.get(fs.__type__)
    return reader(mountable) if reader else unknown(fs.__type__)


def unknown(kind: str) -> FilesystemInfo:
    """Returns the entry of a file system without further information."""
    return _info(kind)


def _info(kind: str, label: str = "", uuid: str | None = None, total: int | None = None, free: int | None = None) -> FilesystemInfo:
    used = None if total is None or free is None else max(0, total - free)
    return {"type": kind, "label": label.strip() or None, "uuid": uuid, "total": total, "used": used, "free": free}


def _ext(mountable: MountableFilesystem) -> FilesystemInfo:
    ext = mountable.fs.extfs
    block = ext.sb
    wide = bool(block.s_feature_incompat & 0x80)
    total = block.s_blocks_count_lo | (block.s_blocks_count_hi << 32 if wide else 0)
    free = block.s_free_blocks_count_lo | (block.s_free_blocks_count_hi << 32 if wide else 0)
    # ext4 has extents or flexible groups; ext3 has a journal.
    kind = "ext4" if block.s_feature_incompat & 0x240 else "ext3" if block.s_feature_compat & 4 else "ext2"
    label = _text(bytes(block.s_volume_name))
    return _info(kind, label, str(ext.uuid), total * ext.block_size, free * ext.block_size)


def _xfs(mountable: MountableFilesystem) -> FilesystemInfo:
    xfs = mountable.fs.xfs
    block = xfs.sb
    sizes = (block.sb_dblocks * block.sb_blocksize, block.sb_fdblocks * block.sb_blocksize)
    return _info("xfs", _text(bytes(block.sb_fname)), str(xfs.uuid), *sizes)


def _btrfs(mountable: MountableFilesystem) -> FilesystemInfo:
    btrfs = mountable.fs.btrfs
    total = btrfs.sb.total_bytes
    return _info("btrfs", btrfs.label, str(UUID(str(btrfs.uuid))), total, total - btrfs.sb.bytes_used)


def _fat(mountable: MountableFilesystem) -> FilesystemInfo:
    fat = mountable.fs.fatfs
    serial = fat.volume_id.rjust(8, "0").upper()
    label = "" if fat.volume_label == "NO NAME" else fat.volume_label
    return _info("vfat", label, f"{serial[:4]}-{serial[4:]}", fat.total_sectors * fat.sector_size)


def _ntfs(mountable: MountableFilesystem) -> FilesystemInfo:
    ntfs = mountable.fs.ntfs
    (sector,), (sectors,) = read_at(mountable.volume, "<H", 11), read_at(mountable.volume, "<Q", 40)
    size = sectors * sector // ntfs.cluster_size
    bitmap = ntfs.mft.get("$Bitmap").open().read(min(size // 8 + 1, 64 << 20))
    # Bits behind the last cluster are set.
    used = (int.from_bytes(bitmap, "little") & (1 << size) - 1).bit_count()
    sizes = (size * ntfs.cluster_size, max(0, size - used) * ntfs.cluster_size)
    return _info("ntfs", ntfs.volume_name or "", f"{ntfs.serial:016X}", *sizes)


def _text(padded: bytes) -> str:
    return padded.split(b"\0", 1)[0].decode("utf-8", "replace")
