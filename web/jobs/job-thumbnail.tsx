import { useEffect, useRef, useState } from 'preact/hooks';
import type { Darkroom, Job } from '../../src/client/client.ts';
import { Semaphore } from '../../src/lib/semaphore.ts';
import { MAX_THUMBNAIL_BYTES, previewKind } from '../lib/preview-kind.ts';
import { useClient } from '../lib/session.ts';
import { useHasBeenVisible } from '../lib/use-has-been-visible.ts';

/** The list of files of larger results would cost too much for a thumbnail. */
const MAX_FILES = 100;
const slots = new Semaphore(2);

/** The first picture of a result. Loads when the row is visible. */
export function JobThumbnail({ job }: { job: Job }) {
  const client = useClient();
  const frame = useRef<HTMLSpanElement>(null);
  const visible = useHasBeenVisible(frame);
  const [url, setUrl] = useState<string | null>(null);
  const { id, result } = job;
  const hasPictures = result?.kind === 'files' && result.files > 0 && result.files <= MAX_FILES;
  const run = hasPictures ? result.run : null;
  useEffect(() => {
    if (!visible || run === null) return;
    const stop = new AbortController();
    let created: string | null = null;
    slots
      .run(stop.signal, () => loadThumbnail(client, id, stop.signal))
      .then((blob) => {
        if (blob === null || stop.signal.aborted) return;
        created = URL.createObjectURL(blob);
        setUrl(created);
      })
      // A list without this thumbnail is as good.
      .catch(() => undefined);
    return () => {
      stop.abort();
      if (created !== null) URL.revokeObjectURL(created);
    };
  }, [client, id, run, visible]);
  return (
    <span ref={frame} class="job-thumbnail">
      {url !== null && <img src={url} alt="" decoding="async" />}
    </span>
  );
}

async function loadThumbnail(client: Darkroom, id: string, signal: AbortSignal): Promise<Blob | null> {
  const files = await client.files(id, { signal });
  const picture = files.find((file) => previewKind(file) === 'picture' && file.size <= MAX_THUMBNAIL_BYTES);
  return picture ? (await client.download(id, picture.path, { signal })).blob() : null;
}
