"""Opens the logical volumes of LVM. Names those that cannot be read, which dissect.target 3.25.1 leaves out without a word."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from dissect.target.volume import Volume
from dissect.target.volumes.lvm import LvmVolumeSystem
from dissect.volume.dm.thin import ThinDevice
from dissect.volume.lvm.metadata import LogicalVolume

from .notes import Notes

_READ = ("linear", "striped", "mirror", "thin", "raid1")
#: Volumes that hold no file system of their own.
_INTERNAL = ("snapshot", "thin-pool", "cache-pool", "vdo-pool")


def patch_logical_volumes(notes: Notes) -> None:
    LvmVolumeSystem._volumes = _enumerate(notes)
    ThinDevice._read = _read_thin


def mapper_name(lv: LogicalVolume) -> str:
    """Returns the name below /dev/mapper, in which hyphens are doubled."""
    return f"{lv.vg.name.replace('-', '--')}-{lv.name.replace('-', '--')}"


def mapper_uuid(lv: LogicalVolume) -> str:
    """Returns the UUID that the device mapper shows, as in /dev/disk/by-id/dm-uuid-…"""
    return f"LVM-{lv.vg.id}{lv.id}".replace("-", "").replace("LVM", "LVM-", 1)


def _enumerate(notes: Notes) -> Callable[[LvmVolumeSystem], Iterator[Volume]]:
    def volumes(system: LvmVolumeSystem) -> Iterator[Volume]:
        for lv in system.lvm.volume_group.lv:
            if not lv.is_visible or lv.type in _INTERNAL:
                continue
            reason = _reason_not_read(lv)
            stream = None if reason else notes.attempt(f"The logical volume {mapper_name(lv)}", lambda lv=lv: _open(lv), None)
            if reason:
                notes.add(f"The logical volume {mapper_name(lv)} was not read: {reason}")
                notes.fail(f"the logical volume {mapper_name(lv)} was not read")
            if stream is not None:
                yield Volume(stream, 1, None, stream.size, None, mapper_name(lv), raw=lv, disk=system.disk, vs=system)

    return volumes


def _reason_not_read(lv: LogicalVolume) -> str | None:
    for segment in lv.segments:
        if segment.type not in _READ:
            return f"it is of type {segment.type}"
        if getattr(segment, "stripe_count", 1) not in (None, 0, 1) and segment.type == "striped":
            return f"it is striped over {segment.stripe_count} physical volumes"
        if getattr(segment, "external_origin", None):
            return f"a part of it is in {segment.external_origin}, outside of its thin pool"
        for name, _ in getattr(segment, "stripes", None) or ():
            if name in lv.vg.physical_volumes and lv.vg.physical_volumes[name].dev is None:
                return f"a part of it is on another disk (physical volume {name})"
    return None


def _open(lv: LogicalVolume) -> BinaryIO:
    if lv.type == "raid1":
        raid: Any = lv.segments[0]
        # All images are the same.
        return lv.vg.logical_volumes[raid.raids[0][1]].open()
    return lv.open()


def _read_thin(device: ThinDevice, offset: int, length: int) -> bytes:
    """dissect.volume 3.18 returns only zeros for a read in which one block was never written."""
    pieces = []
    for at in range(offset, offset + length, device.block_size):
        size = min(device.block_size, offset + length - at)
        mapped = device.pool.metadata.data_mapping.lookup([device.device_id, at // device.block_size])
        if mapped is None:
            pieces.append(bytes(size))
        else:
            # The number of the block is above 24 bits of time.
            device.pool.data_fh.seek((int.from_bytes(mapped, "little") >> 24) * device.block_size)
            pieces.append(device.pool.data_fh.read(size))
    return b"".join(pieces)
