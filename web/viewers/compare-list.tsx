import { useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { CompareView } from './compare-view.tsx';
import type { FileUrls } from './file-urls.ts';

interface Props {
  readonly id: string;
  readonly files: readonly (FileEntry & { readonly asset: number })[];
  readonly urls: FileUrls;
}

/** Pictures beside the assets that they were made from, one at a time. */
export function CompareList({ id, files, urls }: Props) {
  const [at, setAt] = useState(0);
  const file = files[at];
  if (!file) return null;
  return (
    <>
      {files.length > 1 && (
        <label class="search">
          Picture
          <select value={at} onChange={({ currentTarget }) => setAt(Number(currentTarget.value))}>
            {files.map(({ path }, index) => (
              <option key={path} value={index}>
                {path}
              </option>
            ))}
          </select>
        </label>
      )}
      <CompareView key={file.path} id={id} file={file} urls={urls} />
    </>
  );
}
