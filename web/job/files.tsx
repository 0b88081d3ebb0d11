import { useEffect, useMemo, useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { previewKind } from '../lib/preview-kind.ts';
import { archiveUrl } from '../lib/result-urls.ts';
import { useClient } from '../lib/session.ts';
import { formatCount } from '../lib/text.ts';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';
import { Download } from './download.tsx';
import { FileRow } from './file-row.tsx';
import { Lightbox } from './lightbox.tsx';
import { PictureCard } from './picture-card.tsx';
import { Pictures } from './pictures.ts';

const PICTURES_AT_FIRST = 48;
const OTHERS_AT_FIRST = 100;

interface Props {
  readonly id: string;
  readonly files: readonly FileEntry[];
}

/** The result files: pictures to look at, others to read, all to take. */
export function Files({ id, files }: Props) {
  const client = useClient();
  const pictures = useMemo(() => new Pictures(client, id), [client, id]);
  useEffect(() => () => pictures.dispose(), [pictures]);
  const [looking, lookAt] = useState<number | null>(null);
  const drawn = useMemo(() => files.filter((file) => previewKind(file) === 'picture'), [files]);
  const others = useMemo(() => files.filter((file) => previewKind(file) !== 'picture'), [files]);
  const cards = useShowMore(drawn, PICTURES_AT_FIRST);
  const rows = useShowMore(others, OTHERS_AT_FIRST);
  if (files.length === 0) return null;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Files</h2>
        <span class="quiet">
          {formatCount(files.length, 'file')}, {formatBytes(bytes)}
        </span>
        <Download
          href={archiveUrl(id)}
          name={`${id}.zip`}
          open={() => client.archive(id)}
          label="Download all files as a ZIP"
        >
          All as ZIP
        </Download>
      </div>
      {drawn.length > 0 && (
        <ul class="cards">
          {cards.shown.map((file, at) => (
            <PictureCard key={file.path} id={id} file={file} pictures={pictures} onOpen={() => lookAt(at)} />
          ))}
        </ul>
      )}
      <MoreButton share={cards} what="pictures" />
      {others.length > 0 && (
        <ul class="files">
          {rows.shown.map((file) => (
            <FileRow key={file.path} id={id} file={file} />
          ))}
        </ul>
      )}
      <MoreButton share={rows} what="files" />
      {looking !== null && (
        <Lightbox
          files={drawn}
          at={looking}
          pictures={pictures}
          onMove={lookAt}
          onClose={() => lookAt(null)}
        />
      )}
    </section>
  );
}
