/** Notes about metadata that a result should have, but cannot. */
import type { Metadata } from 'sharp';
import type { InputFile } from '../../operation.ts';
import { TiffFile } from '../formats/tiff-file.ts';
import type { TaskContext } from '../picture-process/task.ts';
import type { Encoding } from './encode-picture.ts';
import { keepsPartOf, listKept } from './metadata-choice.ts';
import { updateExif } from './updated-exif.ts';
import { updateIptc } from './updated-iptc.ts';
import { buildXmp } from './written-xmp.ts';

/** @param header - Of the asset. */
export function noteDroppedMetadata(
  input: InputFile,
  { exif, xmp, iptc }: Pick<Metadata, 'exif' | 'xmp' | 'iptc'>,
  { format, metadata }: Encoding,
  note: TaskContext['note'],
): void {
  const kept = listKept(metadata);
  const drop = (kind: string, why: string) =>
    note(`${kind.toLowerCase()}_dropped`, `The result of "${input.name}" ${why}`, input);
  const updated = exif && updateExif(exif, kept, { isSrgb: true, width: 0, height: 0 });
  if (exif && !TiffFile.parse(exif)?.directories[0] && keepsPartOf(kept, 'exif'))
    drop('EXIF', 'has no EXIF data: it cannot be read');
  else if (updated && !updated.isComplete) drop('EXIF', 'lacks a part of its EXIF data, which is too large');
  if (xmp && buildXmp(xmp, format, kept) === null)
    drop('XMP', 'has no XMP data: it cannot be read, or is too large');
  else if (xmp?.includes('HasExtendedXMP') && keepsPartOf(kept, 'xmp'))
    drop('XMP', 'lacks the extended part of its XMP data, which is incomplete or too large');
  if (iptc && format !== 'jpeg' && updateIptc(iptc, kept) !== null)
    drop('IPTC', 'has no IPTC data: only JPEG keeps it');
}
