/** Says which pictures of a file with several are not in the result. */
import type { InputFile } from '../../operation.ts';
import type { SourceImage } from '../image-source.ts';
import type { TaskContext } from '../picture-process/task.ts';

/**
 * Notes the frames of an animation, or the pages of another file, that are left out.
 *
 * @param used - How many are in the result.
 * @param page - Number of the page that is used, from 0.
 */
export function noteLeftOut(
  input: InputFile,
  { pages }: SourceImage,
  used: number,
  note: TaskContext['note'],
  page = 0,
): void {
  const { count, kind, opened } = pages;
  if (used >= count) return;
  const one = page === 0 ? opened : `page ${page}, counted from 0,`;
  const which = used === 1 ? `${one} is` : `the first ${used} of them are`;
  note(`${kind}_left_out`, `"${input.name}" has ${count} ${kind}; only ${which} in the result`, input);
}
