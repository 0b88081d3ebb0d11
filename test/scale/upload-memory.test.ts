/** What a large upload costs a whole server. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginForm, endOfForm, jobPart, partHead } from '../support/form-client.ts';
import { type Darkroom, startDarkroom } from '../support/server.ts';
import { storeFiles } from '../support/store-files.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
/** Bytes by which a server may grow that keeps nothing. */
const GROWTH = 150 * MiB;

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom.dispose());

/** The most memory that the process which serves the API ever held, in bytes. */
async function peak(): Promise<number> {
  const status = await readFile(`/proc/${darkroom.process.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Submits a job with a file of zeros, and deletes it again. */
async function upload(size: number, announced: boolean): Promise<void> {
  const head = jobPart({ operation: 'test.echo' }) + partHead('zeros', { fileName: 'zeros' });
  const length = { 'content-length': head.length + size + endOfForm.length };
  const form = beginForm(`${darkroom.url}/v1/jobs`, announced ? length : {});
  await form.write(head);
  const zeros = Buffer.alloc(MiB);
  for (let sent = 0; sent < size; sent += zeros.length) await form.write(zeros);
  const { status, body } = await form.end();
  expect([status, body['assets']]).toEqual([202, expect.objectContaining({ total: 1 })]);
  const job = `/v1/jobs/${String(body['id'])}`;
  expect((await darkroom.request(job, { method: 'DELETE' })).status).toBe(204);
  // Its id stays taken, and as it ran there is to be another look.
  const known = /^(public\/deleted\/[^/]+|_due\/.+~remains)$/;
  expect((await storeFiles(darkroom)).filter((path) => !known.test(path))).toEqual([]);
}

// multipart-memory.test.ts sends larger files to the parser of forms alone.
test.skipIf(process.platform !== 'linux').each([
  ['1 GiB, announced', GiB, true],
  ['512 MiB, of unknown length', 512 * MiB, false],
])('an upload of %s, is stored by a server whose memory does not grow', async (_, size, announced) => {
  await upload(100 * MiB, announced);
  const before = await peak();
  await upload(size, announced);
  expect((await peak()) - before).toBeLessThan(GROWTH);
});
