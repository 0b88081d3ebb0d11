/** Notes about metadata that a result should have, but cannot. */
import type { Metadata } from 'sharp';
import type { InputFile } from '../../operation.ts';
import type { TaskContext } from '../picture-process/task.ts';
import type { Encoding } from './encode-picture.ts';
import { updateXmp } from './updated-xmp.ts';

/** @param header - Of the asset. */
export function noteDroppedMetadata(
  input: InputFile,
  { xmp, iptc }: Pick<Metadata, 'xmp' | 'iptc'>,
  { format, metadata = 'strip' }: Encoding,
  note: TaskContext['note'],
): void {
  if (metadata === 'strip') return;
  const location = metadata === 'keep';
  const result = `The result of "${input.name}"`;
  if (xmp && updateXmp(xmp, { format, location }) === null)
    note(
      'xmp_dropped',
      `${result} has no XMP data: it cannot be read, or is too large for the format`,
      input,
    );
  if (iptc && location && format !== 'jpeg')
    note('iptc_dropped', `${result} has no IPTC data: only JPEG keeps it`, input);
}
