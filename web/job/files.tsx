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

const INITIAL_PICTURES = 48;
const INITIAL_FILES = 100;

interface Props {
  readonly id: string;
  readonly files: readonly FileEntry[];
}

/** The result files: pictures as thumbnails, other files as rows, each with a download. */
export function Files({ id, files }: Props) {
  const client = useClient();
  const pictures = useMemo(() => new Pictures(client, id), [client, id]);
  useEffect(() => () => pictures.dispose(), [pictures]);
  const [openIndex, setOpenIndex] = useState<number | null>(null);
  const imageFiles = useMemo(() => files.filter((file) => previewKind(file) === 'picture'), [files]);
  const otherFiles = useMemo(() => files.filter((file) => previewKind(file) !== 'picture'), [files]);
  const cards = useShowMore(imageFiles, INITIAL_PICTURES);
  const rows = useShowMore(otherFiles, INITIAL_FILES);
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
      {imageFiles.length > 0 && (
        <ul class="cards">
          {cards.shown.map((file, at) => (
            <PictureCard
              key={file.path}
              id={id}
              file={file}
              pictures={pictures}
              onOpen={() => setOpenIndex(at)}
            />
          ))}
        </ul>
      )}
      <MoreButton list={cards} what="pictures" />
      {otherFiles.length > 0 && (
        <ul class="files">
          {rows.shown.map((file) => (
            <FileRow key={file.path} id={id} file={file} />
          ))}
        </ul>
      )}
      <MoreButton list={rows} what="files" />
      {openIndex !== null && (
        <Lightbox
          files={imageFiles}
          at={openIndex}
          pictures={pictures}
          onMove={setOpenIndex}
          onClose={() => setOpenIndex(null)}
        />
      )}
    </section>
  );
}
