/** What to do after a submission. */
import type { Darkroom } from '../client/client.ts';
import { say } from './connection.ts';
import { describeWait } from './wait-reason.ts';

/**
 * Says how to go on, and what the job waits for if no worker can run it. Never throws: the job exists, whether the server answers
 * again or not.
 */
export async function sayNext(client: Darkroom, id: string): Promise<void> {
  const missing = await client
    .get(id)
    .then((job) => describeWait(client, job))
    .catch(() => null);
  if (missing?.isMissing) say(`The job waits: ${missing.text}`);
  say(`Watch it: darkroom watch ${id}   Open it: darkroom open ${id}`);
}
