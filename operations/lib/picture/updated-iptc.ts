/** Selects IPTC data (IIM 4.2), which JPEG files hold in image resources of Photoshop. */
import { isKept, type Kept, type Subject } from './metadata-choice.ts';

const SIGNATURE = Buffer.from('Photoshop 3.0\0', 'latin1');
const IPTC_MARKER = 0xed;

/** Numbers of resources (Adobe Photoshop File Formats Specification). The others describe the file, or positions in the original picture. */
const IPTC = 1028;
const COPYRIGHT = [1034, 1035];

/** A dataset begins with this byte. */
const TAG_MARKER = 0x1c;

/** Record 1: the character set, and record 2: the version. They describe the other datasets. */
const STRUCTURE = ['1:90', '2:0'];
/** Image type and orientation, and a preview. */
const OUTDATED = ['2:130', '2:131', '2:200', '2:201', '2:202'];

const subjects: Readonly<Record<string, Subject>> = {
  '2:26': 'location',
  '2:27': 'location',
  '2:55': 'capture-date',
  '2:60': 'capture-date',
  '2:62': 'capture-date',
  '2:63': 'capture-date',
  '2:80': 'copyright',
  '2:85': 'copyright',
  '2:90': 'location',
  '2:92': 'location',
  '2:95': 'location',
  '2:100': 'location',
  '2:101': 'location',
  '2:110': 'copyright',
  '2:115': 'copyright',
  '2:116': 'copyright',
  '2:118': 'copyright',
};

/** Bytes of a segment of JPEG. */
const MAX_SEGMENT = 65_533;

/**
 * @param iptc - As sharp returns it: resources of Photoshop, or the datasets alone, as in TIFF.
 * @returns a segment of JPEG; null if nothing is kept, or if it would be too large.
 */
export function updateIptc(iptc: Buffer, kept: Kept): Buffer | null {
  const isWrapped = iptc.subarray(0, SIGNATURE.length).equals(SIGNATURE);
  const resources = isWrapped
    ? [...readResources(iptc.subarray(SIGNATURE.length))]
    : [{ id: IPTC, data: iptc }];
  const written = resources.flatMap(({ id, data }) => {
    if (id === IPTC) return selectDatasets(data, kept);
    return COPYRIGHT.includes(id) && isKept(kept, 'iptc', 'copyright') ? [writeResource(id, data)] : [];
  });
  const content = Buffer.concat([SIGNATURE, ...written]);
  if (written.length === 0 || content.length > MAX_SEGMENT) return null;
  const head = Buffer.from([0xff, IPTC_MARKER, 0, 0]);
  head.writeUInt16BE(2 + content.length, 2);
  return Buffer.concat([head, content]);
}

function selectDatasets(data: Buffer, kept: Kept): Buffer[] {
  const datasets = [...readDatasets(data)].filter(
    ({ id }) =>
      STRUCTURE.includes(id) ||
      (id.startsWith('2:') && !OUTDATED.includes(id) && isKept(kept, 'iptc', subjects[id])),
  );
  if (datasets.every(({ id }) => STRUCTURE.includes(id))) return [];
  return [writeResource(IPTC, Buffer.concat(datasets.map(({ bytes }) => bytes)))];
}

/** Yields the datasets up to the first that is cut off or is none. */
function* readDatasets(data: Buffer): Generator<{ id: string; bytes: Buffer }> {
  for (let at = 0; at + 5 <= data.length && data[at] === TAG_MARKER; ) {
    const length = data.readUInt16BE(at + 3);
    // An extended dataset, of more than 32 KiB.
    const end = at + 5 + length;
    if (length >= 0x80_00 || end > data.length) return;
    yield { id: `${data[at + 1]}:${data[at + 2]}`, bytes: data.subarray(at, end) };
    at = end;
  }
}

function writeResource(id: number, data: Buffer): Buffer {
  // Its signature, number, an empty name, and length.
  const head = Buffer.from('8BIM\0\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt16BE(id, 4);
  head.writeUInt32BE(data.length, 8);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** Yields the resources up to the first that is cut off or is none. */
function* readResources(bytes: Buffer): Generator<{ id: number; data: Buffer }> {
  for (let at = 0; at + 12 <= bytes.length; ) {
    if (bytes.toString('latin1', at, at + 4) !== '8BIM') return;
    // The name and the data are padded to an even length.
    const size = at + 6 + 2 * Math.floor((2 + bytes.readUInt8(at + 6)) / 2);
    if (size + 4 > bytes.length) return;
    const length = bytes.readUInt32BE(size);
    const end = size + 4 + length;
    if (end > bytes.length) return;
    yield { id: bytes.readUInt16BE(at + 4), data: bytes.subarray(size + 4, end) };
    at = end + (length % 2);
  }
}
