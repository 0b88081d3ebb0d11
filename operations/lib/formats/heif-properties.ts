/** Properties of the items of HEIF files (ISO/IEC 23008-12, 6.5). */
import type { Av1Format } from './av1-sequence.ts';
import { type BoxReader, type IsoBox, readBox } from './iso-box.ts';

export interface HeifProperty extends Stated {
  readonly type: string;
}

interface Stated {
  /** Bits per channel. */
  readonly depth?: number | undefined;
  readonly av1?: Av1Format;
  /** Primaries and transfer function, as code points of ITU-T H.273. */
  readonly codePoints?: readonly [primaries: number, transfer: number];
}

/** Reads a property whose layout is known. @throws InvalidBox. */
export const readProperty = ({ type, content }: IsoBox): HeifProperty => ({
  type,
  ...readBox(type, () => readers[type]?.(content)),
});

/** Check a property, and return what it states. */
const readers: Readonly<Record<string, (box: BoxReader) => Stated | undefined>> = {
  av1C(box) {
    box.demand(box.number(1) === 0x81);
    const [profile = 0, flags = 0] = box.bytes(3);
    const depth = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12;
    const monochrome = (flags & 0x10) !== 0;
    const subsampling = [(flags & 0x08) !== 0, (flags & 0x04) !== 0] as const;
    return { depth, av1: { profile: profile >> 5, bits: depth, monochrome, subsampling } };
  },
  pixi(box) {
    box.demand(box.version() === 0);
    const depths = [...box.bytes(box.number(1))];
    box.demand(depths.length > 0 && depths.every((depth) => depth === depths[0]));
    return { depth: depths[0] };
  },
  ispe(box) {
    box.demand(box.version() === 0 && box.number(4) > 0 && box.number(4) > 0);
    return undefined;
  },
  auxC(box) {
    box.demand(box.version() === 0);
    box.text();
    return undefined;
  },
  colr(box) {
    const type = box.fourCharacters();
    if (/^(rICC|prof)$/.test(type)) box.demand(!box.isAtEnd);
    if (type !== 'nclx') return undefined;
    const codePoints = [box.number(2), box.number(2)] as const;
    // The matrix, and a byte with seven reserved bits.
    box.demand(((box.bytes(3)[2] ?? 0) & 0x7f) === 0);
    return { codePoints };
  },
  pasp: (box) => skip(box, 8),
  clap: (box) => skip(box, 32),
  irot(box) {
    box.demand(box.number(1) < 4);
    return undefined;
  },
  imir(box) {
    box.demand(box.number(1) < 2);
    return undefined;
  },
};

function skip(box: BoxReader, bytes: number): undefined {
  box.bytes(bytes);
}
