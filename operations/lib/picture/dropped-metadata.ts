/** Notes about metadata that a result should have, but cannot. */
import type { Metadata } from 'sharp';
import type { InputFile } from '../../operation.ts';
import type { TaskContext } from '../picture-process/task.ts';
import type { Encoding } from './encode-picture.ts';
import { listKept } from './metadata-choice.ts';
import { updateIptc } from './updated-iptc.ts';
import { updateXmp } from './updated-xmp.ts';

/** @param header - Of the asset. */
export function noteDroppedMetadata(
  input: InputFile,
  { xmp, iptc }: Pick<Metadata, 'xmp' | 'iptc'>,
  { format, metadata }: Encoding,
  note: TaskContext['note'],
): void {
  const kept = listKept(metadata);
  const result = `The result of "${input.name}"`;
  if (xmp && updateXmp(xmp, format, kept) === null)
    note(
      'xmp_dropped',
      `${result} has no XMP data: it cannot be read, or is too large for the format`,
      input,
    );
  if (iptc && format !== 'jpeg' && updateIptc(iptc, kept) !== null)
    note('iptc_dropped', `${result} has no IPTC data: only JPEG keeps it`, input);
}
