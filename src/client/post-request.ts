/** Sends a request that may have files to upload. */
import type { RequestBody } from './body.ts';
import type { Transport } from './transport.ts';
import type { Job } from './types.ts';

/** @param key Sent as `Idempotency-Key`, so that the request can be repeated; undefined: it has an id of its own. */
export const postRequest = (
  transport: Transport,
  path: string,
  { body, headers, isUpload }: RequestBody,
  key: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Job> =>
  transport.json({
    method: 'POST',
    path,
    headers: { ...headers, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body,
    repeatable: true,
    ...(isUpload ? { timeoutMs: null } : {}),
    signal,
  });
