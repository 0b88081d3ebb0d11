import { useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { previewKind } from '../lib/preview-kind.ts';
import { JsonFile } from '../viewers/json-file.tsx';
import { TextPreview } from '../viewers/text-preview.tsx';
import { FileDownload } from './file-download.tsx';
import { OpenPage } from './open-page.tsx';

/** A result file that is not a picture. */
export function FileRow({ id, file }: { id: string; file: FileEntry }) {
  const [open, setOpen] = useState(false);
  const kind = previewKind(file);
  return (
    <li class="file">
      <span class="file-name">{file.path}</span>
      <span class="quiet file-size">
        {file.media_type.split(';')[0]} · {formatBytes(file.size)}
      </span>
      <span class="buttons">
        {(kind === 'text' || kind === 'json') && (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`${open ? 'Hide' : 'Show'} ${file.path}`}
            onClick={() => setOpen(!open)}
          >
            {open ? 'Hide' : 'Show'}
          </button>
        )}
        {(kind === 'page' || kind === 'pdf') && <OpenPage id={id} path={file.path} />}
        <FileDownload id={id} file={file} />
      </span>
      {open &&
        (kind === 'json' ? <JsonFile id={id} path={file.path} /> : <TextPreview id={id} file={file} />)}
    </li>
  );
}
