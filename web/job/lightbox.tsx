import { useEffect, useRef } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import type { Pictures } from './pictures.ts';
import { usePicture } from './use-picture.ts';

interface Props {
  readonly files: readonly FileEntry[];
  readonly at: number;
  readonly pictures: Pictures;
  readonly onMove: (at: number) => void;
  readonly onClose: () => void;
}

/** A picture in full size. Arrow keys switch pictures, Escape closes. */
export function Lightbox({ files, at, pictures, onMove, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const file = files[at];
  const picture = usePicture(pictures, file?.path ?? '', file !== undefined);
  useEffect(() => dialog.current?.showModal(), []);
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
        {picture.state === 'ready' && <img src={picture.url} alt={file.path} />}
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
