import { useRef } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { MAX_THUMBNAIL_BYTES } from '../lib/preview-kind.ts';
import { useHasBeenVisible } from '../lib/use-has-been-visible.ts';
import type { FileUrls } from '../viewers/file-urls.ts';
import { useFileUrl } from '../viewers/use-file-url.ts';
import { FileDownload } from './file-download.tsx';

interface Props {
  readonly id: string;
  readonly file: FileEntry;
  readonly urls: FileUrls;
  readonly onOpen: () => void;
}

/** A thumbnail of a result picture with its name, size and download. */
export function PictureCard({ id, file, urls, onOpen }: Props) {
  const card = useRef<HTMLLIElement>(null);
  const isSmall = file.size <= MAX_THUMBNAIL_BYTES;
  const picture = useFileUrl(urls, file.path, useHasBeenVisible(card) && isSmall);
  return (
    <li ref={card} class="card">
      <button type="button" class="thumbnail" onClick={onOpen} aria-label={`View ${file.path}`}>
        {picture.state === 'ready' && <img src={picture.url} alt="" decoding="async" />}
        {picture.state === 'loading' && <span class="quiet">{isSmall ? '…' : 'large: click to view'}</span>}
        {picture.state === 'failed' && <span class="quiet">{picture.reason}</span>}
      </button>
      <span class="file-name" title={file.path}>
        {file.path}
      </span>
      <span class="card-end">
        <span class="quiet">{formatBytes(file.size)}</span>
        <FileDownload id={id} file={file} />
      </span>
    </li>
  );
}
