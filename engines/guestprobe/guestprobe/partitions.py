"""Corrects how the pinned dissect.volume reads partition tables. Review it when the version changes."""

from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

from dissect.target.volumes.disk import DissectVolumeSystem
from dissect.util.stream import RangeStream
from dissect.volume.disk import Disk as PartitionedDisk
from dissect.volume.disk.partition import Partition
from dissect.volume.disk.schemes.gpt import GPT
from dissect.volume.disk.schemes.mbr import MBR
from dissect.volume.exceptions import DiskError

from .filesystem_types import detect_filesystem
from .partition_tables import find_gpt, read_mbr
from .signatures import detect_content

#: Entries of a partition table; 128 are usual. The library reads as many as the header claims.
_MOST_PARTITIONS = 1024

_SECTOR_SIZES = (512, 4096)

#: Types of an MBR entry that contains the logical partitions.
_EXTENDED = (0x05, 0x0F, 0x85)
_FIRST_LOGICAL = 5


@cache
def patch_partition_tables() -> None:
    GPT._partitions = _read_gpt(GPT._partitions)
    MBR._partitions = _limit(MBR._partitions)
    DissectVolumeSystem.__init__ = _open


def partition_uuid(partition: object) -> str | None:
    """Returns the PARTUUID as Linux forms it: the GUID of GPT, or disk signature and number of MBR."""
    table = getattr(partition, "disk", None)
    if isinstance(table, GPT):
        return str(partition.guid)
    if isinstance(table, MBR) and table.mbr.vol_no:
        return f"{table.mbr.vol_no:08x}-{partition_number(partition):02x}"
    return None


def partition_number(partition: object) -> int | None:
    """Returns the number that Linux gives a partition. Logical partitions of MBR count from 5."""
    table = getattr(partition, "disk", None)
    if not isinstance(table, MBR):
        return getattr(partition, "number", None)
    primary = {table.offset + it.sector_ofs * table.sector_size: slot for slot, it in enumerate(table.mbr.part, 1) if _is_primary(it)}
    if partition.offset in primary:
        return primary[partition.offset]
    logical = [it.offset for it in table.partitions if it.offset not in primary]
    return _FIRST_LOGICAL + logical.index(partition.offset)


def _is_primary(entry: Any) -> bool:
    return entry.type != 0 and entry.type not in _EXTENDED


def _read_gpt(of_library: Any) -> Any:
    """dissect.volume 3.18 leaves out the last sector of each partition, and adds the MBR partitions of a hybrid MBR, which are the same
    partitions a second time."""

    def partitions(table: GPT) -> Iterator[Partition]:
        if table.gpt.partition_table_count > _MOST_PARTITIONS:
            raise DiskError("The partition table has too many entries")
        for partition in of_library(table):
            if hasattr(partition.raw, "last_lba"):
                partition.size += table.sector_size
                yield partition

    return partitions


def _limit(of_library: Any) -> Any:
    """dissect.volume 3.18 follows a circle of extended partitions without end."""

    def partitions(table: MBR, mbr: Any, offset: int, num_start: int = 0, ebr_offset: int | None = None) -> Iterator[Partition]:
        seen = table.__dict__.setdefault("_seen", set())
        if offset in seen or len(seen) > _MOST_PARTITIONS:
            raise DiskError("The extended partitions form a circle")
        seen.add(offset)
        return of_library(table, mbr, offset, num_start, ebr_offset)

    return partitions


def _open(system: DissectVolumeSystem, fh: BinaryIO, *args: Any, **options: Any) -> None:
    """dissect.target 3.25.1 assumes sectors of 512 bytes."""
    system._disk = PartitionedDisk(fh, sector_size=_detect_sector_size(fh))
    super(DissectVolumeSystem, system).__init__(fh, *args, serial=system._disk.serial, **options)


def _detect_sector_size(fh: BinaryIO) -> int:
    """Returns the sector size in bytes. MBR does not state it, so it is the one with which more partitions have known contents."""
    start = fh.tell()
    entries = read_mbr(fh, start)
    size = find_gpt(fh, start) or max(_SECTOR_SIZES, key=lambda size: sum(_is_known(fh, start, size, entry) for entry in entries))
    fh.seek(start)
    return size


def _is_known(fh: BinaryIO, start: int, sector_size: int, entry: tuple[int, int, int]) -> bool:
    kind, first, count = entry
    partition = RangeStream(fh, start + first * sector_size, count * sector_size)
    try:
        if kind in _EXTENDED:
            return partition.read(512)[510:] == b"\x55\xaa"
        return detect_content(partition) is not None or detect_filesystem(partition) is not None
    except Exception:
        return False
