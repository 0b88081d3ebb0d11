/** Says which pictures of a file with several are not in the result. */
import type { InputFile } from '../../operation.ts';
import type { SourceImage } from '../image-source.ts';
import type { TaskContext } from '../picture-process/task.ts';

/**
 * Returns a note on the frames of an animation, or the pages of another file, that are left out; null if there are none.
 *
 * @param used - How many are in the result.
 */
export function describeLeftOut(
  { name }: InputFile,
  { header, pages }: Pick<SourceImage, 'header' | 'pages'>,
  used: number,
): { readonly code: string; readonly message: string } | null {
  if (used >= pages) return null;
  const what = header.delay === undefined ? 'pages' : 'frames';
  const which = used === 1 ? 'the first of them is' : `the first ${used} of them are`;
  return {
    code: `${what}_left_out`,
    message: `"${name}" has ${pages} ${what}; only ${which} in the result`,
  };
}

/**
 * Notes the frames of an animation, or the pages of another file, that are left out.
 *
 * @param used - How many are in the result.
 */
export function noteLeftOut(
  input: InputFile,
  source: SourceImage,
  used: number,
  note: TaskContext['note'],
): void {
  const found = describeLeftOut(input, source, used);
  if (found) note(found.code, found.message, input);
}
