/** Properties of the items of HEIF files (ISO/IEC 23008-12, 6.5). */
import type { Av1Format } from './av1-sequence.ts';
import { type BoxReader, demand, type IsoBox, readBox } from './iso-box.ts';

export interface HeifProperty extends Stated {
  readonly type: string;
}

interface Stated {
  /** Bits per channel. */
  readonly depth?: number | undefined;
  readonly av1?: Av1Format;
}

/** Reads a property whose layout is known. @throws InvalidBox. */
export const readProperty = ({ type, content }: IsoBox): HeifProperty => ({
  type,
  ...readBox(type, () => readers[type]?.(content)),
});

/** Check a property, and return what it states. */
const readers: Readonly<Record<string, (box: BoxReader) => Stated | undefined>> = {
  av1C(box) {
    demand(box.number(1) === 0x81);
    const [profile = 0, flags = 0] = box.bytes(3);
    const depth = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12;
    const monochrome = (flags & 0x10) !== 0;
    const subsampling = [(flags & 0x08) !== 0, (flags & 0x04) !== 0] as const;
    return { depth, av1: { profile: profile >> 5, bits: depth, monochrome, subsampling } };
  },
  pixi(box) {
    demand(box.version() === 0);
    const depths = [...box.bytes(box.number(1))];
    demand(depths.length > 0 && depths.every((depth) => depth === depths[0]));
    return { depth: depths[0] };
  },
  ispe(box) {
    demand(box.version() === 0 && box.number(4) > 0 && box.number(4) > 0);
    return undefined;
  },
  auxC(box) {
    demand(box.version() === 0);
    box.text();
    return undefined;
  },
  colr(box) {
    const type = box.fourCharacters();
    if (/^(rICC|prof)$/.test(type)) demand(!box.isAtEnd);
    if (type !== 'nclx') return undefined;
    // Code points; the last byte has seven reserved bits.
    demand(((box.bytes(7)[6] ?? 0) & 0x7f) === 0);
    return undefined;
  },
  pasp: (box) => skip(box, 8),
  clap: (box) => skip(box, 32),
  irot(box) {
    demand(box.number(1) < 4);
    return undefined;
  },
  imir(box) {
    demand(box.number(1) < 2);
    return undefined;
  },
};

function skip(box: BoxReader, bytes: number): undefined {
  box.bytes(bytes);
}
