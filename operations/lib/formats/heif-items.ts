/** Items of HEIF files: pictures and what belongs to them (ISO/IEC 14496-12, 8.11). */
import { type HeifProperty, readProperty } from './heif-properties.ts';
import { type BoxReader, readBox } from './iso-box.ts';

export interface HeifItems {
  readonly primary: number;
  /** Such as `av01`, by item. */
  readonly types: ReadonlyMap<number, string>;
  /** By item. */
  readonly properties: ReadonlyMap<number, readonly HeifProperty[]>;
  /** Where the data of an item begins, in bytes from the start of the file; items whose data is elsewhere are absent. */
  readonly places: ReadonlyMap<number, number>;
  /** Where the data of all items ends, in bytes from the start of the file. */
  readonly end: number;
  readonly references: readonly HeifReference[];
  /** Items that are not shown on their own, as the file says. */
  readonly hidden: ReadonlySet<number>;
  /** Groups of items of which a reader shows one. */
  readonly alternatives: readonly (readonly number[])[];
}

/** A reference from a picture to others, such as `thmb` from a thumbnail to its picture. */
interface HeifReference {
  readonly type: string;
  readonly from: number;
  readonly to: readonly number[];
}

interface Draft {
  primary: number;
  end: number;
  readonly types: Map<number, string>;
  readonly properties: Map<number, HeifProperty[]>;
  readonly places: Map<number, number>;
  readonly references: HeifReference[];
  readonly hidden: Set<number>;
  readonly alternatives: number[][];
}

/** Boxes of which a file has at most one. */
const UNIQUE = /^(hdlr|iloc|pitm|idat|iprp|iinf|iref|grpl)$/;

/**
 * Reads the box `meta`. A strict reader accepts what libavif accepts, which browsers use.
 *
 * @param meta - Its content, behind version and flags.
 * @throws InvalidBox.
 */
export function readItems(meta: BoxReader): HeifItems {
  const items: Draft = {
    primary: 0,
    end: 0,
    types: new Map(),
    properties: new Map(),
    places: new Map(),
    references: [],
    hidden: new Set(),
    alternatives: [],
  };
  const seen = new Set<string>();
  readBox('meta', () => {
    for (const { type, content } of meta.boxes()) {
      meta.demand((seen.size === 0) === (type === 'hdlr') && !(UNIQUE.test(type) && seen.has(type)));
      seen.add(type);
      readBox(type, () => readers[type]?.(content, items));
    }
    meta.demand(seen.size > 0);
  });
  return items;
}

const readers: Readonly<Record<string, (box: BoxReader, items: Draft) => void>> = {
  hdlr(box) {
    box.demand(box.version() === 0 && box.number(4) === 0 && box.fourCharacters() === 'pict');
    box.bytes(12);
    box.text();
  },
  pitm(box, items) {
    items.primary = readId(box, box.version() === 0 ? 2 : 4);
  },
  iloc: readLocations,
  iinf(box, { types, hidden }) {
    const version = box.version();
    box.demand(version <= 1);
    for (let left = box.number(version === 0 ? 2 : 4); left > 0; left--) {
      const { type, content } = box.box();
      box.demand(type === 'infe');
      const item = readBox(type, () => readItemInfo(content));
      box.demand(!types.has(item.id));
      types.set(item.id, item.type);
      if (item.isHidden) hidden.add(item.id);
    }
  },
  iref(box, { references }) {
    const version = box.version();
    if (version > 1) return;
    const bytes = version === 0 ? 2 : 4;
    for (const { type, content } of box.boxes()) {
      const from = readId(content, bytes);
      const count = content.number(2);
      references.push({ type, from, to: Array.from({ length: count }, () => readId(content, bytes)) });
    }
  },
  grpl(box, { alternatives }) {
    for (const { type, content } of box.boxes()) {
      if (type !== 'altr') continue;
      content.version();
      content.bytes(4);
      const count = content.number(4);
      const ids: number[] = [];
      while (ids.length < count) ids.push(content.number(4));
      alternatives.push(ids);
    }
  },
  iprp(box, items) {
    const container = box.box();
    box.demand(container.type === 'ipco');
    const properties = readBox('ipco', () => [...container.content.boxes()].map(readProperty));
    for (const { type, content } of box.boxes()) {
      box.demand(type === 'ipma');
      readBox(type, () => readAssociations(content, properties, items));
    }
  },
};

function readId(box: BoxReader, bytes: number): number {
  const id = box.number(bytes);
  box.demand(id !== 0);
  return id;
}

function readItemInfo(box: BoxReader): { id: number; type: string; isHidden: boolean } {
  const { version, flags } = box.versionAndFlags();
  box.demand(version === 2 || version === 3);
  const id = readId(box, version === 2 ? 2 : 4);
  box.bytes(2);
  const type = box.fourCharacters();
  box.text();
  if (type === 'mime') box.text();
  return { id, type, isHidden: (flags & 1) === 1 };
}

function readLocations(box: BoxReader, items: Draft): void {
  const version = box.version();
  box.demand(version <= 2);
  const nibbles = box.number(2);
  const size = (shift: number) => (nibbles >> shift) & 15;
  const [offset, length, base, index] = [size(12), size(8), size(4), version === 0 ? 0 : size(0)];
  box.demand([offset, length, base, index].every((bytes) => bytes === 0 || bytes === 4 || bytes === 8));
  const bytes = version < 2 ? 2 : 4;
  const located = new Set<number>();
  for (let left = box.number(bytes); left > 0; left--) {
    const id = readId(box, bytes);
    box.demand(!located.has(id));
    located.add(id);
    // It follows 12 reserved bits. 0: bytes of the file.
    const method = version === 0 ? 0 : box.number(2);
    box.demand(method < 16);
    box.bytes(2);
    const start = box.number(base);
    for (let extent = 0, extents = box.number(2); extent < extents; extent++) {
      box.bytes(index);
      const at = start + box.number(offset);
      const bytesOfExtent = box.number(length);
      if (method !== 0) continue;
      if (extent === 0) items.places.set(id, at);
      items.end = Math.max(items.end, at + bytesOfExtent);
    }
  }
}

/** A reader that does not know these must not show the picture. */
const ESSENTIAL = /^(clap|irot|imir|a1op|lsel)$/;

function readAssociations(box: BoxReader, all: readonly HeifProperty[], { properties }: Draft): void {
  const head = box.number(4);
  const [idBytes, bytes] = [head >>> 24 === 0 ? 2 : 4, (head & 1) + 1];
  const essential = 2 ** (8 * bytes - 1);
  let before = 0;
  for (let left = box.number(4); left > 0; left--) {
    const id = readId(box, idBytes);
    box.demand(id > before && !properties.has(id));
    before = id;
    const used: HeifProperty[] = [];
    for (let count = box.number(1); count > 0; count--) {
      const value = box.number(bytes);
      const property = all[(value % essential) - 1];
      const isEssential = value >= essential;
      // 0: no property.
      box.demand(property ? isEssential || !ESSENTIAL.test(property.type) : value === 0);
      if (property) used.push(property);
    }
    properties.set(id, used);
  }
}
