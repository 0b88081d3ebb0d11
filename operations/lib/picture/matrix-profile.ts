/** Builds ICC profiles (ICC.1:2022, version 4) of RGB colours that a file describes by chromaticities and a curve. */

/** x and y of CIE 1931. */
export type Chromaticity = readonly [number, number];

export interface Primaries {
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
  readonly white: Chromaticity;
}

/**
 * A curve from encoded to linear values, by its parameters (ICC.1:2022, 10.18): `[g]` for x^g, `[g, a, b]` for (a x + b)^g,
 * `[g, a, b, c, d]` for (a x + b)^g from d on and c x below.
 */
export type Curve =
  | readonly [number]
  | readonly [number, number, number]
  | readonly [number, number, number, number, number];

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const D50: Vector = [0.9642, 1, 0.8249];

/** To the cone responses of Bradford. */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** @returns null if the chromaticities span no triangle around the white point. */
export function buildMatrixProfile(primaries: Primaries, curve: Curve): Buffer | null {
  const columns = adaptToD50(primaries);
  if (!columns) return null;
  const [red, green, blue] = columns.map(encodeXyz);
  const trc = encodeCurve(curve);
  const tags: [string, Buffer | undefined][] = [
    ['desc', encodeText('RGB')],
    ['cprt', encodeText('CC0')],
    ['wtpt', encodeXyz(D50)],
    ['rXYZ', red],
    ['gXYZ', green],
    ['bXYZ', blue],
    ['rTRC', trc],
    ['gTRC', trc],
    ['bTRC', trc],
  ];
  return assemble(tags.map(([name, data = Buffer.alloc(0)]) => [name, data]));
}

/** Returns the XYZ of red, green and blue, relative to D50. */
function adaptToD50({ red, green, blue, white }: Primaries): readonly Vector[] | null {
  if (white[1] <= 0) return null;
  const whitePoint = toXyz(white).map((value) => value / white[1]) as unknown as Vector;
  const [r, g, b] = [toXyz(red), toXyz(green), toXyz(blue)];
  const inverse = invert(transpose([r, g, b]));
  if (!inverse) return null;
  const amounts = multiply(inverse, whitePoint);
  if (amounts.some((amount) => !(amount > 0))) return null;
  const source = multiply(BRADFORD, whitePoint);
  const target = multiply(BRADFORD, D50);
  const back = invert(BRADFORD);
  if (!back) return null;
  return [r, g, b].map((column, index) => {
    const cones = multiply(
      BRADFORD,
      column.map((value) => value * (amounts[index] ?? 0)) as unknown as Vector,
    );
    return multiply(
      back,
      cones.map((cone, at) => (cone * (target[at] ?? 0)) / (source[at] ?? 1)) as unknown as Vector,
    );
  });
}

const toXyz = ([x, y]: Chromaticity): Vector => [x, y, 1 - x - y];

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const multiply = (m: Matrix, v: Vector): Vector => [dot(m[0], v), dot(m[1], v), dot(m[2], v)];
const transpose = ([a, b, c]: Matrix): Matrix => [
  [a[0], b[0], c[0]],
  [a[1], b[1], c[1]],
  [a[2], b[2], c[2]],
];

function invert(matrix: Matrix): Matrix | null {
  const [a, b, c] = matrix;
  const determinant = dot(a, cross(b, c));
  if (Math.abs(determinant) < 1e-9) return null;
  const scale = (v: Vector): Vector => [v[0] / determinant, v[1] / determinant, v[2] / determinant];
  return transpose([scale(cross(b, c)), scale(cross(c, a)), scale(cross(a, b))]);
}

function encodeFixed(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), index * 4);
  return bytes;
}

const encodeXyz = (values: Vector): Buffer =>
  Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), encodeFixed(values)]);

function encodeCurve(curve: Curve): Buffer {
  const type = { 1: 0, 3: 1, 5: 3 }[curve.length];
  return Buffer.concat([
    Buffer.from('para\0\0\0\0', 'latin1'),
    Buffer.from([0, type, 0, 0]),
    encodeFixed(curve),
  ]);
}

function encodeText(text: string): Buffer {
  const words = Buffer.from(text, 'utf16le').swap16();
  const head = Buffer.from('mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\0\0\0\0\x1c', 'latin1');
  head.writeUInt32BE(words.length, 20);
  return Buffer.concat([head, words]);
}

function assemble(tags: readonly (readonly [string, Buffer])[]): Buffer {
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x04_30_00_00, 8);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  header.writeUInt16BE(2026, 24);
  header.writeUInt16BE(1, 26);
  header.writeUInt16BE(1, 28);
  header.write('acsp', 36, 'latin1');
  encodeFixed(D50).copy(header, 68);
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length, 0);
  const bodies: Buffer[] = [];
  let at = header.length + table.length;
  for (const [index, [name, data]] of tags.entries()) {
    table.write(name, 4 + index * 12, 'latin1');
    table.writeUInt32BE(at, 8 + index * 12);
    table.writeUInt32BE(data.length, 12 + index * 12);
    const padded = Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
    bodies.push(padded);
    at += padded.length;
  }
  header.writeUInt32BE(at, 0);
  return Buffer.concat([header, table, ...bodies]);
}
