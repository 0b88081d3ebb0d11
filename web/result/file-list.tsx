import type { FileEntry } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { archiveUrl } from '../lib/result-urls.ts';
import { useClient } from '../lib/session.ts';
import { formatCount } from '../lib/text.ts';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';
import { Download } from './download.tsx';
import { FileRow } from './file-row.tsx';

const INITIAL_COUNT = 100;
/** Lists of up to this many files are open at first. */
const OPEN_COUNT = 3;

interface Props {
  readonly id: string;
  readonly files: readonly FileEntry[];
  /** Files that are not shown elsewhere. */
  readonly listed: readonly FileEntry[];
  readonly open: boolean;
}

/** The number of result files, all of them as a ZIP, and a row for each that is not shown elsewhere. */
export function FileList({ id, files, listed, open }: Props) {
  const client = useClient();
  const rows = useShowMore(listed, INITIAL_COUNT);
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
          Download all
        </Download>
      </div>
      {listed.length > 0 && (
        <details open={open || listed.length <= OPEN_COUNT}>
          <summary>{listed.length < files.length ? 'Other files' : 'List of files'}</summary>
          <ul class="files">
            {rows.shown.map((file) => (
              <FileRow key={file.path} id={id} file={file} />
            ))}
          </ul>
          <MoreButton list={rows} what="files" />
        </details>
      )}
    </section>
  );
}
