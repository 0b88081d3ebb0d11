/** Writes the orientation into EXIF data. */

const ORIENTATION = 0x0112;

/** @param exif - A TIFF structure. It is changed in place; data without an orientation stays as it is. */
export function setOrientation(exif: Buffer, orientation: number): void {
  if (exif.length < 8) return;
  const little = exif.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (little ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
  const first = little ? exif.readUInt32LE(4) : exif.readUInt32BE(4);
  if (first + 2 > exif.length) return;
  for (let entry = 0; entry < u16(first); entry++) {
    const at = first + 2 + entry * 12;
    if (at + 12 > exif.length) return;
    if (u16(at) !== ORIENTATION) continue;
    if (little) exif.writeUInt16LE(orientation, at + 8);
    else exif.writeUInt16BE(orientation, at + 8);
  }
}
