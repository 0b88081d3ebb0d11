/** Temporal's Web UI for the API process: pages from the archive, calls over the gRPC connection. */
import type { Client } from '@temporalio/client';
import { DarkroomError } from '../../errors.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { type ArchiveSearch, findUiArchive } from './archive.ts';
import { callTemporal, type TemporalHttpRequest, type TemporalHttpResponse } from './http-api.ts';
import { openPages } from './pages.ts';
import { UI_VERSION } from './release.ts';

/** Milliseconds that the archive stays open: as long as the process runs. Failures are not kept. */
const OPEN_MS = 2 ** 31 - 1;

export function createTemporalUi(client: Client, search: ArchiveSearch) {
  const archives = new SingleFlight<Awaited<ReturnType<typeof openPages>>>(() => OPEN_MS);
  const open = async () => openPages(await findUiArchive(search));
  return {
    version: UI_VERSION,
    namespace: client.options.namespace,
    readPage: async (path: string): Promise<Buffer | null> => {
      const read = await archives.get('', open).catch((cause: unknown) => {
        throw new DarkroomError(
          'temporal_ui_unavailable',
          'The pages of Temporal’s Web UI are not on this machine, and they could not be downloaded from the Go module proxy. The log has the reason',
          { cause },
        );
      });
      return read(path);
    },
    call: (request: TemporalHttpRequest): Promise<TemporalHttpResponse> => callTemporal(client, request),
  };
}
