/** Says which pictures of a file with several are not in the result. */
import type { InputFile } from '../../operation.ts';
import type { SourceImage } from '../image-source.ts';
import type { TaskContext } from '../picture-process/task.ts';

interface LeftOutNote {
  readonly code: string;
  readonly message: string;
}

/**
 * Returns a note on the frames of an animation, or the pages of another file, that are left out; null if there are none.
 *
 * @param used - How many are in the result.
 * @param page - Number of the page that is used, from 0.
 */
export function describeLeftOut(
  { name }: InputFile,
  { pages }: Pick<SourceImage, 'pages'>,
  used: number,
  page = 0,
): LeftOutNote | null {
  const { count, kind, opened } = pages;
  if (used >= count) return null;
  const one = page === 0 ? opened : `page ${page}, counted from 0,`;
  const which = used === 1 ? `${one} is` : `the first ${used} of them are`;
  return { code: `${kind}_left_out`, message: `"${name}" has ${count} ${kind}; only ${which} in the result` };
}

/** Notes what `describeLeftOut` describes. */
export function noteLeftOut(
  input: InputFile,
  source: Pick<SourceImage, 'pages'>,
  used: number,
  note: TaskContext['note'],
  page = 0,
): void {
  const found = describeLeftOut(input, source, used, page);
  if (found) note(found.code, found.message, input);
}
