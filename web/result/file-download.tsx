import type { FileEntry } from '../../src/client/client.ts';
import { fileUrl } from '../lib/result-urls.ts';
import { useClient } from '../lib/session.ts';
import { Download } from './download.tsx';

/** The download button of a result file. */
export function FileDownload({ id, file }: { id: string; file: FileEntry }) {
  const client = useClient();
  return (
    <Download
      href={fileUrl(id, file.path)}
      name={file.path}
      open={() => client.download(id, file.path)}
      label={`Download ${file.path}`}
    >
      Download
    </Download>
  );
}
