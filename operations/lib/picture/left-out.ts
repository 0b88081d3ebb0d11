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
  { header, pages }: SourceImage,
  used: number,
  note: TaskContext['note'],
  page = 0,
): void {
  if (used >= pages) return;
  const what = header.delay === undefined ? 'pages' : 'frames';
  const one = page === 0 ? 'the first of them is' : `page ${page}, counted from 0, is`;
  const which = used === 1 ? one : `the first ${used} of them are`;
  note(`${what}_left_out`, `"${input.name}" has ${pages} ${what}; only ${which} in the result`, input);
}
