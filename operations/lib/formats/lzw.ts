/** Follows LZW data without decoding it, to find damage: GIF (GIF89a, appendix F) and TIFF (TIFF 6.0, section 13). */

interface LzwVariant {
  /** Whether codes begin at the highest bit of a byte, as in TIFF. */
  readonly highestFirst: boolean;
  /** Bits of a symbol: 8 in TIFF. */
  readonly symbolBits: number;
  /** Codes that TIFF grows earlier than GIF: 1 or 0. */
  readonly early: 0 | 1;
}

const MAX_BITS = 12;

/**
 * Counts the symbols that the data decodes to. Stops at the end code, at the end of the data, or after `limit` symbols.
 *
 * @returns null at a code that has no meaning, which only damaged data has.
 */
export function countLzwSymbols(
  data: Uint8Array,
  { highestFirst, symbolBits, early }: LzwVariant,
  limit = Number.POSITIVE_INFINITY,
): number | null {
  const clear = 1 << symbolBits;
  const lengths = new Uint32Array(1 << MAX_BITS).fill(1, 0, clear);
  let [next, bits, previous, count] = [clear + 2, symbolBits + 1, 0, 0];
  let [buffer, available] = [0, 0];
  for (let at = 0; count < limit; ) {
    while (available < bits && at < data.length) {
      const byte = data[at++] ?? 0;
      buffer = highestFirst ? ((buffer << 8) | byte) & 0xff_ffff : buffer | (byte << available);
      available += 8;
    }
    if (available < bits) return count;
    available -= bits;
    const code = (highestFirst ? buffer >>> available : buffer) & ((1 << bits) - 1);
    if (!highestFirst) buffer >>>= bits;
    if (code === clear + 1) return count;
    if (code === clear) {
      [next, bits, previous] = [clear + 2, symbolBits + 1, 0];
      continue;
    }
    // The first code after a clear code is a symbol; a later one is known, or the one that is defined now.
    if (previous === 0 ? code > clear : code > next || (code === next && next > 4095)) return null;
    if (previous > 0 && next < 4096) {
      lengths[next++] = previous + 1;
      if (next + early === 1 << bits && bits < MAX_BITS) bits++;
    }
    previous = lengths[code] ?? 0;
    count += previous;
  }
  return count;
}
