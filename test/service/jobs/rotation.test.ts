/** Repeated requests with an Idempotency-Key during a rotation of the master key: one job, its assets added once. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { JobSubmissions } from '../../../src/jobs/submit/job-submissions.ts';
import type { JobRequest } from '../../../src/jobs/submit/submitter.ts';
import { changed, createSubmissions, runtimeOf, storeOf } from '../../support/job-submissions.ts';
import { type Lab, startLab } from '../../support/lab.ts';
import { plain } from '../../support/pictures.ts';
import { startWeb, type Web } from '../../support/web.ts';

const [OLD, NEW] = [randomBytes(32), randomBytes(32)];
const signal = new AbortController().signal;

let lab: Lab;
let web: Web;
let picture: Buffer;
let before: JobSubmissions;
/** Processes after the rotation, and during it; see docs/deployment.md. */
let after: JobSubmissions;
let between: JobSubmissions;

beforeAll(async () => {
  picture = await plain(16, 16).png().toBuffer();
  web = await startWeb({ '/a': picture, '/b': picture, '/c': picture });
  lab = await startLab();
  before = await createSubmissions(lab, { masters: [OLD] });
  between = await createSubmissions(lab, { masters: [OLD, NEW] });
  after = await createSubmissions(lab, { masters: [NEW, OLD] });
});
afterAll(async () => {
  await lab.dispose();
  await web.close();
});

const caller = (idempotencyKey: string) => ({ tenant: 'public', dialect: 'native', idempotencyKey });
const echo = (delay_ms: number): JobRequest => ({ operation: 'test.echo', params: { delay_ms } });

describe('the job', () => {
  test('is the same while it runs and after its end, whichever key is the current one', async () => {
    const running = await before.submit(caller('runs'), echo(3000));
    expect(running.created).toBe(true);
    for (const submissions of [before, between, after]) {
      const again = await submissions.submit(caller('runs'), echo(3000));
      expect([again.created, again.job.id]).toEqual([false, running.job.id]);
      expect((await submissions.find(caller('runs'), echo(3000)))?.id).toBe(running.job.id);
    }
    await lab.until(running.job, 'completed');
    const again = await after.submit(caller('runs'), echo(3000));
    expect([again.created, again.job]).toMatchObject([false, { id: running.job.id, state: 'completed' }]);
  });

  test('is created once: another request is rejected, and a repetition after the deletion', async () => {
    const { job } = await before.submit(caller('once'), echo(0));
    await expect(after.submit(caller('once'), echo(1))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    await lab.until(job, 'completed');
    await lab.jobs.delete(job);
    await expect(after.submit(caller('once'), echo(0))).rejects.toMatchObject({ code: 'job_id_deleted' });
    await expect(after.find(caller('once'), echo(0))).rejects.toMatchObject({ code: 'job_id_deleted' });
  });

  test('is the same for repeated files, which are not kept', async () => {
    const request = { operation: 'image.metadata' };
    const send = (submissions: JobSubmissions) =>
      submissions.submit(caller('files'), async (open) => {
        const uploads = await open(request);
        await uploads.add({ part: 'file', name: 'a.png' }, Readable.from([picture]), signal);
        return { request, uploads };
      });
    const first = await send(before);
    const second = await send(after);
    expect([second.created, second.job.id]).toEqual([false, first.job.id]);
    await lab.until(first.job, 'completed');
    const left: string[] = [];
    for await (const { key } of storeOf(lab).list('')) if (key.includes('upload')) left.push(key);
    expect(left).toEqual([expect.stringContaining(`/${first.job.id}/uploads/`)]);
  });

  test('of a new key has an id from the new master key, which processes with both keys find', async () => {
    const made = await after.submit(caller('new'), echo(0));
    const again = await between.submit(caller('new'), echo(0));
    expect([made.created, again.created, again.job.id]).toEqual([true, false, made.job.id]);
  });

  test('costs no extra lookup without a rotation', async () => {
    const looks: unknown[] = [];
    const runtime = runtimeOf(lab);
    const get = (...args: Parameters<typeof runtime.get>) => {
      looks.push(args);
      return runtime.get(...args);
    };
    const counted = await createSubmissions(lab, { masters: [OLD], runtime: changed(runtime, { get }) });
    expect((await counted.submit(caller('cheap'), echo(0))).created).toBe(true);
    expect(looks).toEqual([]);
  });
});

describe('repeated assets', () => {
  const waiting = async (id: string): Promise<Job> => {
    const await_assets = { total: 3 };
    return (await before.submit(caller(id), { id, operation: 'image.metadata', await_assets })).job;
  };
  const send = (submissions: JobSubmissions, job: Job, idempotencyKey: string, paths: readonly string[]) =>
    submissions.addAssets(job, {
      assets: paths.map((path) => ({ source: { url: `${web.url}/${path}` } })),
      idempotencyKey,
    });

  test('count once, also when they were the last; the same key with other assets is rejected', async () => {
    const job = await waiting('assets');
    await send(before, job, 'first', ['a']);
    expect((await send(after, job, 'first', ['a'])).assets.total).toBe(3);
    await expect(send(after, job, 'first', ['b'])).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    // If one had counted twice, two more would be too many.
    await send(after, job, 'last', ['b', 'c']);
    await lab.until(job, 'completed');
    for (const submissions of [between, after])
      await expect(send(submissions, job, 'last', ['b', 'c'])).resolves.toMatchObject({
        assets: { total: 3 },
      });
  });

  test('that were rejected do not count as added', async () => {
    const job = await waiting('refused');
    const tooMany = ['a', 'b', 'c', 'd'];
    for (const submissions of [after, after, between])
      await expect(send(submissions, job, 'many', tooMany)).rejects.toMatchObject({
        code: 'too_many_assets',
      });
    await send(between, job, 'right', ['a', 'b', 'c']);
    await lab.until(job, 'completed');
  });
});
