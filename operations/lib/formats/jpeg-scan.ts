/** Finds damage in the scans of sequential JPEG data, which libvips does not report. */

import { readSegments } from './jpeg.ts';
import { EntropyReader, type HuffmanTable, readHuffmanTables } from './jpeg-huffman.ts';

interface Component {
  readonly horizontal: number;
  readonly vertical: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: ReadonlyMap<number, Component>;
}

/** A component in a scan. */
interface ScanComponent extends Component {
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

const [SOF0, SOF1, DHT, RST0, SOS, DRI, APP0] = [0xc0, 0xc1, 0xc4, 0xd0, 0xda, 0xdd, 0xe0];

/**
 * Follows the Huffman codes of all scans. They must end with the data, and restart markers must be where they belong.
 *
 * @param bytes - A JPEG file.
 * @param tables - Tables of a TIFF file, which the data may lack.
 * @returns null for undamaged data, and for progressive and arithmetic JPEG, whose damage libvips reports.
 */
export function findScanDamage(bytes: Buffer, tables?: Buffer): 'truncated' | 'contents' | null {
  const huffman = new Map<number, HuffmanTable>();
  let frame: Frame | null = null;
  let interval = 0;
  if (hasGap(bytes) || (tables && hasGap(tables))) return 'contents';
  for (const { marker, content } of tables ? readSegments(tables) : [])
    if (marker === DHT) readHuffmanTables(content, huffman);
  for (const { marker, at, content } of readSegments(bytes, { allScans: true })) {
    if (marker === DHT) readHuffmanTables(content, huffman);
    else if (marker === DRI && content.length >= 2) interval = content.readUInt16BE(0);
    else if (marker === SOF0 || marker === SOF1) frame = readComponents(content);
    else if (marker === SOS) {
      const components = frame && readScan(content, frame, huffman);
      if (!frame || !components) return null;
      const damage = followScan(bytes, at + 4 + content.length, frame, components, interval);
      if (damage) return damage;
    }
  }
  return null;
}

/**
 * Whether a table or a frame header in front of the first scan has another length than it says: its rest follows. Bytes behind
 * other segments, such as metadata, change nothing.
 */
function hasGap(bytes: Buffer): boolean {
  let [end, isMetadata] = [2, true];
  for (const { marker, at, content } of readSegments(bytes)) {
    if (!isMetadata && bytes.subarray(end, at).some((byte) => byte !== 0 && byte !== 0xff)) return true;
    [end, isMetadata] = [at + 4 + content.length, marker >= APP0];
  }
  return false;
}

function readComponents(content: Buffer): Frame | null {
  if (content.length < 6) return null;
  const [height, width, count] = [content.readUInt16BE(1), content.readUInt16BE(3), content.readUInt8(5)];
  if (width === 0 || height === 0 || content.length < 6 + 3 * count) return null;
  const components = new Map<number, Component>();
  for (let at = 6; at < 6 + 3 * count; at += 3) {
    const factors = content.readUInt8(at + 1);
    components.set(content.readUInt8(at), { horizontal: factors >> 4, vertical: factors & 15 });
  }
  return { width, height, components };
}

/** @returns null when a component or table is missing; libvips refuses that. */
function readScan(
  content: Buffer,
  { components }: Frame,
  huffman: ReadonlyMap<number, HuffmanTable>,
): ScanComponent[] | null {
  const count = content[0] ?? 0;
  const found: ScanComponent[] = [];
  for (let at = 1; at < 1 + 2 * count; at += 2) {
    const [component, selectors = 0] = [components.get(content[at] ?? 0), content[at + 1]];
    const [dc, ac] = [huffman.get(selectors >> 4), huffman.get(16 + (selectors & 15))];
    if (!component || !dc || !ac) return null;
    found.push({ ...component, dc, ac });
  }
  return found;
}

function followScan(
  bytes: Buffer,
  start: number,
  { width, height, components: all }: Frame,
  components: readonly ScanComponent[],
  interval: number,
): 'truncated' | 'contents' | null {
  const [across, down] = [
    Math.max(...[...all.values()].map(({ horizontal }) => horizontal)),
    Math.max(...[...all.values()].map(({ vertical }) => vertical)),
  ];
  // A single component is stored in blocks, several in units of the same area (A.2.2 and A.2.3).
  const [single] = components.length === 1 ? components : [];
  const [unitWidth, unitHeight] = single
    ? [(8 * across) / single.horizontal, (8 * down) / single.vertical]
    : [8 * across, 8 * down];
  const units = Math.ceil(width / unitWidth) * Math.ceil(height / unitHeight);
  const blocks = single
    ? [single]
    : components.flatMap((component) =>
        Array<ScanComponent>(component.horizontal * component.vertical).fill(component),
      );
  let reader = new EntropyReader(bytes, start);
  for (let unit = 0; unit < units; unit++) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      const { at } = reader.findMarker();
      const isExpected = bytes[at + 1] === RST0 + ((unit / interval - 1) & 7);
      if (!isExpected) return at >= bytes.length ? 'truncated' : 'contents';
      reader = new EntropyReader(bytes, at + 2);
    }
    for (const { dc, ac } of blocks) {
      if (!reader.skipBlock(dc, ac)) return reader.isExhausted ? 'truncated' : 'contents';
      if (reader.isExhausted) return reader.findMarker().at >= bytes.length ? 'truncated' : 'contents';
    }
  }
  const { at, skipsData } = reader.findMarker();
  // Data that is left over belongs to units that were lost. Without an end marker, the last byte may be the half of it.
  return !skipsData || (at >= bytes.length && bytes.at(-1) === 0xff) ? null : 'contents';
}
