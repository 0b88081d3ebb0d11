/** What a ZIP of very many entries ends with, which client-zip leaves out (APPNOTE 6.3.10, sections 4.3.14 to 4.3.16). */

const PLAIN_LENGTH = 22;
const RECORD_LENGTH = 56;
const LOCATOR_LENGTH = 20;

/** Bytes. */
export const ZIP64_END_LENGTH = RECORD_LENGTH + LOCATOR_LENGTH;

/** The ZIP64 end record and its locator, which belong before this plain end record. */
export function zip64End(plain: Uint8Array, entries: number): Uint8Array {
  if (plain.length !== PLAIN_LENGTH) throw new Error('This is not the end record of a ZIP');
  const old = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const [size, offset] = [old.getUint32(12, true), old.getUint32(16, true)];
  const view = new DataView(new ArrayBuffer(ZIP64_END_LENGTH));
  view.setUint32(0, 0x06064b50, true);
  view.setBigUint64(4, BigInt(RECORD_LENGTH - 12), true);
  view.setUint16(12, 45, true);
  view.setUint16(14, 45, true);
  view.setBigUint64(24, BigInt(entries), true);
  view.setBigUint64(32, BigInt(entries), true);
  view.setBigUint64(40, BigInt(size), true);
  view.setBigUint64(48, BigInt(offset), true);
  view.setUint32(56, 0x07064b50, true);
  view.setBigUint64(64, BigInt(offset) + BigInt(size), true);
  view.setUint32(72, 1, true);
  return new Uint8Array(view.buffer);
}
