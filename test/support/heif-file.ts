/** Writes HEIF files box by box, for tests: items and references that no encoder makes. */

const u8 = (...values: number[]): Buffer => Buffer.from(values);

const u16 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => u8((value >> 8) & 255, value & 255)));

const u32 = (...values: number[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    }),
  );

/** @param size - What the box says; default: its size. */
function box(type: string, content: Buffer, size = content.length + 8): Buffer {
  return Buffer.concat([u32(size), Buffer.from(type, 'latin1'), content]);
}

const fullBox = (type: string, content: Buffer): Buffer => box(type, Buffer.concat([u32(0), content]));

export interface HeifItem {
  /** Such as `av01`, `hvc1`, `grid`, or `iden`. */
  readonly type: string;
  readonly data: Buffer;
  /** Ids of the items that it refers to; the first item has id 1. */
  readonly from?: readonly number[];
  /** Type of the reference. Default `dimg`: it is made of them. */
  readonly reference?: string;
  readonly isHidden?: boolean;
  /** From 1, in the list of properties. */
  readonly properties: readonly number[];
  /** Parts of its data; each is all of it. Default 1. */
  readonly extents?: number;
}

/** The data of a grid item. Output size in pixels. */
export const gridData = (rows: number, columns: number, width: number, height: number): Buffer =>
  Buffer.concat([u8(0, 1, rows - 1, columns - 1), u32(width, height)]);

/** A size property. Pixels. */
export const sizeProperty = (width: number, height: number): Buffer => fullBox('ispe', u32(width, height));

export const otherProperty = box;

/**
 * @param brand - `avif` or `heic`.
 * @param options - `primary`: id of the picture that is shown. Default: the first one. `alternatives`: ids of which a reader shows one. `major`:
 * another major brand.
 */
export function buildHeif(
  brand: string,
  items: readonly HeifItem[],
  properties: readonly Buffer[],
  {
    primary = 1,
    alternatives,
    major = brand,
  }: { primary?: number; alternatives?: number[]; major?: string } = {},
): Buffer {
  const ftyp = box('ftyp', Buffer.concat([Buffer.from(major), u32(0), Buffer.from(`mif1${brand}miaf`)]));
  const build = (dataAt: number): Buffer => {
    let at = dataAt;
    const places = items.map(({ data, extents = 1 }, index) => {
      const place = Buffer.concat(Array(extents).fill(u32(at, data.length)));
      at += data.length;
      return Buffer.concat([u16(index + 1, 0, extents), place]);
    });
    const infos = items.map(({ type, isHidden }, index) =>
      box(
        'infe',
        Buffer.concat([u32((2 << 24) | (isHidden ? 1 : 0)), u16(index + 1, 0), Buffer.from(`${type}\0`)]),
      ),
    );
    const references = items.flatMap(({ from, reference = 'dimg' }, index) =>
      from ? [box(reference, u16(index + 1, from.length, ...from))] : [],
    );
    const associations = items.map(({ properties: used }, index) =>
      Buffer.concat([u16(index + 1), u8(used.length, ...used)]),
    );
    const meta = Buffer.concat([
      fullBox('hdlr', Buffer.concat([u32(0), Buffer.from('pict'), u32(0, 0, 0), u8(0)])),
      fullBox('pitm', u16(primary)),
      fullBox('iloc', Buffer.concat([u8(0x44, 0), u16(items.length), ...places])),
      fullBox('iinf', Buffer.concat([u16(items.length), ...infos])),
      ...(references.length > 0 ? [fullBox('iref', Buffer.concat(references))] : []),
      box(
        'iprp',
        Buffer.concat([
          box('ipco', Buffer.concat([...properties])),
          fullBox('ipma', Buffer.concat([u32(items.length), ...associations])),
        ]),
      ),
      ...(alternatives ? [box('grpl', fullBox('altr', u32(100, alternatives.length, ...alternatives)))] : []),
    ]);
    return fullBox('meta', meta);
  };
  const head = ftyp.length + build(0).length + 8;
  const data = Buffer.concat(items.map((item) => item.data));
  return Buffer.concat([ftyp, build(head), box('mdat', data)]);
}

/** Returns what an encoder made of a picture: the data of its first item, and the box that configures the decoder. */
export function readCodedPicture(file: Buffer, type: 'av1C' | 'hvcC'): { data: Buffer; config: Buffer } {
  const at = file.indexOf(type, 0, 'latin1') - 4;
  const mdat = file.indexOf('mdat', 0, 'latin1');
  return {
    config: file.subarray(at, at + file.readUInt32BE(at)),
    data: file.subarray(mdat + 4, mdat - 4 + file.readUInt32BE(mdat - 4)),
  };
}
