/** Sends a file to a URL of the tenant. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DarkroomError } from '../errors.ts';
import type { PutUrlRequest, PutUrlResult } from '../jobs/ports/destinations.ts';
import { hashFile } from '../lib/hash-file.ts';
import { AddressForbidden, type GuardedHttp, HttpFailure } from '../net/guarded-http.ts';
import { isTemporaryStatus } from '../net/http-status.ts';
import { unquote } from './objects.ts';

/** Of a request, besides the time for its body. */
const ANSWER_MS = 60_000;

/** Bytes per second that a server must take. */
const MIN_RATE = 16 * 1024;

export async function putUrl(
  http: GuardedHttp,
  tenant: string,
  { url, path, headers }: PutUrlRequest,
  signal: AbortSignal,
): Promise<PutUrlResult> {
  const { size } = await stat(path);
  const sha256 = await hashFile(path);
  const server = URL.canParse(url) ? new URL(url).host : 'an invalid URL';
  try {
    const {
      status,
      headers: answered,
      body,
    } = await http.request(url, {
      method: 'PUT',
      tenant,
      signal,
      headers: { ...headers, 'content-length': String(size) },
      body: () => createReadStream(path),
      timeoutMs: ANSWER_MS + (size / MIN_RATE) * 1000,
    });
    body.destroy();
    const { etag } = answered;
    if (status >= 200 && status < 300)
      return { server, status, etag: etag === undefined ? null : unquote(etag), size, sha256 };
    throw new DarkroomError(
      isTemporaryStatus(status) ? 'destination_unavailable' : 'destination_refused',
      `Cannot send a file to ${server}: it answered ${status}`,
      { details: { status } },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AddressForbidden)
      throw new DarkroomError('destination_refused', `Cannot send a file to ${server}: ${error.message}`, {
        cause: error,
      });
    if (!(error instanceof HttpFailure)) throw error;
    const code = error.kind === 'invalid' ? 'destination_refused' : 'destination_unavailable';
    throw new DarkroomError(code, `Cannot send a file to ${server}: ${error.message}`, { cause: error });
  }
}
