import { useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { previewKind } from '../lib/preview-kind.ts';
import { fileUrl } from '../lib/result-urls.ts';
import { useSession } from '../lib/session.ts';
import { FileDownload } from './file-download.tsx';
import { TextPreview } from './text-preview.tsx';

/** A result file that is not a picture. */
export function FileRow({ id, file }: { id: string; file: FileEntry }) {
  const { token } = useSession();
  const [open, setOpen] = useState(false);
  const kind = previewKind(file);
  return (
    <li class="file">
      <span class="file-name">{file.path}</span>
      <span class="quiet file-size">
        {file.media_type.split(';')[0]} · {formatBytes(file.size)}
      </span>
      <span class="buttons">
        {kind === 'text' && (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`${open ? 'Hide' : 'Show'} ${file.path}`}
            onClick={() => setOpen(!open)}
          >
            {open ? 'Hide' : 'Show'}
          </button>
        )}
        {kind === 'page' && token === null && (
          <a class="button" href={fileUrl(id, file.path)} target="_blank" rel="noreferrer">
            Open
          </a>
        )}
        <FileDownload id={id} file={file} />
      </span>
      {open && <TextPreview id={id} file={file} />}
    </li>
  );
}
