/** The body of primaa's callbacks: the job, its result and the client's token. */
import type { CallbackContext } from '../callback-body.ts';
import { toPrimaaJob, toPrimaaResult } from './model.ts';

export async function callbackBody({ job, token, publicUrl, result }: CallbackContext): Promise<unknown> {
  const found = await result();
  return {
    ...toPrimaaJob(job),
    result: found && toPrimaaResult(found.manifest, publicUrl),
    callback_token: token,
  };
}
