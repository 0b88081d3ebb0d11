/** The label and metadata of LVM2 (text format). */

const SECTOR = 512;
const MIB = 2 ** 20;

/** Offset of the first extent. */
export const PE_START = MIB;
const EXTENT = MIB;

const AREA_AT = 4096;
const AREA_SIZE = PE_START - AREA_AT;
const TEXT_AT = 512;

export interface LogicalVolume {
  readonly name: string;
  /** Bytes, in whole extents of 1 MiB. */
  readonly size: number;
  /** Lines of its segment in place of those for a linear volume. */
  readonly segment?: string | undefined;
  /** Whether it has no extents on the disk. */
  readonly isVirtual?: boolean;
  /** Whether it is a part of another one. */
  readonly isHidden?: boolean;
}

/** Returns the first MiB of a disk of `total` bytes, on which the volumes follow one another. */
export function lvmHeader(group: string, total: number, volumes: readonly LogicalVolume[]): Buffer {
  const header = Buffer.alloc(PE_START);
  const text = Buffer.from(`${metadata(group, total, volumes)}\0`);
  label(total).copy(header, SECTOR);
  area(text).copy(header, AREA_AT);
  text.copy(header, AREA_AT + TEXT_AT);
  return header;
}

/** The second sector: the label, with the offsets of extents and metadata. */
function label(total: number): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector.write('LABELONE', 0);
  sector.writeBigUInt64LE(1n, 8);
  sector.writeUInt32LE(32, 20);
  sector.write('LVM2 001', 24);
  sector.write(uuid(0).replaceAll('-', ''), 32);
  const areas = [total, PE_START, 0, 0, 0, AREA_AT, AREA_SIZE, 0, 0];
  for (const [index, number] of areas.entries()) sector.writeBigUInt64LE(BigInt(number), 64 + 8 * index);
  sector.writeUInt32LE(checksum(sector.subarray(20)), 16);
  return sector;
}

function area(text: Buffer): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector.write(' LVM2 x[5A%r0N*>', 4);
  sector.writeUInt32LE(1, 20);
  for (const [index, number] of [AREA_AT, AREA_SIZE, TEXT_AT, text.length].entries()) {
    sector.writeBigUInt64LE(BigInt(number), 24 + 8 * index);
  }
  sector.writeUInt32LE(checksum(text), 56);
  sector.writeUInt32LE(checksum(sector.subarray(4)), 0);
  return sector;
}

function metadata(group: string, total: number, volumes: readonly LogicalVolume[]): string {
  const extents = volumes.map(({ size }) => size / EXTENT);
  const described = volumes.map(({ name, segment, isHidden }, index) => {
    const before = volumes.slice(0, index).filter(({ isVirtual }) => !isVirtual);
    const start = before.reduce((sum, { size }) => sum + size / EXTENT, 0);
    return `${name} {
id = "${uuid(index + 2)}"
status = ["READ", "WRITE"${isHidden ? '' : ', "VISIBLE"'}]
flags = []
segment_count = 1
segment1 {
start_extent = 0
extent_count = ${extents[index]}
${segment ?? `type = "striped"\nstripe_count = 1\nstripes = [\n"pv0", ${start}\n]`}
}
}`;
  });
  return `${group} {
id = "${uuid(1)}"
seqno = 1
format = "lvm2"
status = ["RESIZEABLE", "READ", "WRITE"]
flags = []
extent_size = ${EXTENT / SECTOR}
max_lv = 0
max_pv = 0
metadata_copies = 0
physical_volumes {
pv0 {
id = "${uuid(0)}"
device = "/dev/vda"
status = ["ALLOCATABLE"]
flags = []
dev_size = ${total / SECTOR}
pe_start = ${PE_START / SECTOR}
pe_count = ${Math.floor((total - PE_START) / EXTENT)}
}
}
logical_volumes {
${described.join('\n')}
}
}
contents = "Text Format Volume Group"
version = 1
description = ""
creation_host = "test"
creation_time = 1700000000
`;
}

/** Returns a UUID in the format of LVM. */
const uuid = (number: number): string => `${String(number).padStart(6, 'a')}-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa`;

/** CRC-32 with LVM's initial value, without the final inversion. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xf597a6cf;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return crc >>> 0;
}
