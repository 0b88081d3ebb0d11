/** The body of e2e3d's callbacks: the status, and the results as `GET …/results` shows them. */
import type { CallbackContext } from '../callback-body.ts';
import { toE2e3dJob } from './model.ts';
import { toE2e3dResults } from './result-model.ts';

export async function callbackBody({ job, publicUrl, result }: CallbackContext): Promise<unknown> {
  const found = await result();
  return { ...toE2e3dJob(job), results: found && (await toE2e3dResults(job, found, publicUrl)) };
}
