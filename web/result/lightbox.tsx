import { useEffect, useRef } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { useBackToClose } from '../lib/use-back-to-close.ts';
import type { FileUrls } from '../viewers/file-urls.ts';
import { ZoomPicture } from '../viewers/lazy-viewers.tsx';
import { useFileUrl } from '../viewers/use-file-url.ts';

interface Props {
  readonly files: readonly FileEntry[];
  readonly at: number;
  readonly urls: FileUrls;
  readonly onMove: (at: number) => void;
  readonly onClose: () => void;
}

/** A picture in full size, to zoom. Arrow keys switch pictures; Escape and Back close. */
export function Lightbox({ files, at, urls, onMove, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const file = files[at];
  const picture = useFileUrl(urls, file?.path ?? '', file !== undefined);
  useEffect(() => dialog.current?.showModal(), []);
  useBackToClose(onClose);
  if (!file) return null;
  const move = (offset: number) => {
    const next = at + offset;
    if (next >= 0 && next < files.length) onMove(next);
  };
  return (
    <dialog
      ref={dialog}
      class="lightbox"
      aria-label={file.path}
      onClose={onClose}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') move(-1);
        if (key === 'ArrowRight') move(1);
      }}
    >
      <div class="stage-light">
        {picture.state === 'ready' && (
          <ZoomPicture url={picture.url} label={file.path} moveBySideKeys={false} />
        )}
        {picture.state === 'loading' && <p>Loading …</p>}
        {picture.state === 'failed' && <p role="alert">{picture.reason}</p>}
      </div>
      <div class="lightbox-bar">
        <span class="file-name" aria-live="polite">
          {file.path}
        </span>
        <span class="quiet">
          {formatBytes(file.size)} · {at + 1} of {files.length}
        </span>
        <button type="button" disabled={at === 0} onClick={() => move(-1)}>
          Previous
        </button>
        <button type="button" disabled={at === files.length - 1} onClick={() => move(1)}>
          Next
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
