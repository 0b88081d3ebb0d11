import { useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';
import type { FileUrls } from '../viewers/file-urls.ts';
import { Lightbox } from './lightbox.tsx';
import { PictureCard } from './picture-card.tsx';

const INITIAL_COUNT = 48;

interface Props {
  readonly id: string;
  /** Pictures only. */
  readonly files: readonly FileEntry[];
  readonly urls: FileUrls;
}

/** Pictures as thumbnails that open in full size. */
export function PictureGrid({ id, files, urls }: Props) {
  const cards = useShowMore(files, INITIAL_COUNT);
  const [openIndex, setOpenIndex] = useState<number | null>(null);
  return (
    <>
      <ul class={files.length === 1 ? 'cards single' : 'cards'}>
        {cards.shown.map((file, at) => (
          <PictureCard key={file.path} id={id} file={file} urls={urls} onOpen={() => setOpenIndex(at)} />
        ))}
      </ul>
      <MoreButton list={cards} what="pictures" />
      {openIndex !== null && (
        <Lightbox
          files={files}
          at={openIndex}
          urls={urls}
          onMove={setOpenIndex}
          onClose={() => setOpenIndex(null)}
        />
      )}
    </>
  );
}
