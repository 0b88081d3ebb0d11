/** The log of a job: what its stages say, while it runs and afterwards, in each form. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../../operations/operation.ts';
import { createClient } from '../../../src/client/client.ts';
import { DarkroomError } from '../../../src/errors.ts';
import type { LogEntry } from '../../../src/jobs/model/job-log.ts';
import { cli } from '../../support/cli.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

/** Lets the work of `lab.talk` go on. */
let letGo = () => {};
const held = new Promise<void>((resolve) => {
  letGo = resolve;
});

const talk = defineOperation({
  name: 'lab.talk',
  title: 'Talk',
  description: 'Fails once, then prints lines, waits for the test, and prints more than the log keeps.',
  params: z.strictObject({ password: z.string() }),
  secrets: ['password'],
  inputs: { min: 0, max: 0, media: [] },
  result: 'json',
  engine: {},
  stages: [
    {
      name: 'talk',
      title: 'Talk',
      run: async ({ attempt, params, workspace, logOutput, note, outputs }) => {
        note('odd', 'The moon is full');
        logOutput(`attempt ${attempt}: login with ${params.password} in ${workspace}`);
        if (attempt === 1) throw new DarkroomError('operation_failed_for_now', 'The moon was in the way');
        await held;
        for (let line = 0; line < 1500; line++) logOutput(`line ${line}`);
        await outputs.json({});
      },
    },
  ],
});

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack({ overrides: { operations: [talk] } });
});
afterAll(async () => {
  letGo();
  await darkroom.dispose();
});

const read = (id: string, accept: string, query = '') =>
  darkroom.request(`/v1/jobs/${id}/log${query}`, { headers: { accept } });
const readEntries = async (id: string): Promise<LogEntry[]> =>
  (await (await read(id, 'application/x-ndjson')).text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
const messages = (entries: readonly LogEntry[]) => entries.map(({ message }) => message);

test('a job whose stages say nothing stores no log, and has its transitions', async () => {
  const { id } = await darkroom.submit({ operation: 'system.echo' });
  await darkroom.until(id, 'completed', 'failed');
  expect(await readdir(join(darkroom.dataDir, 'store/public/jobs', id))).not.toContain('log');
  const entries = await readEntries(id);
  // On a busy machine its stage may take long enough to be shown.
  expect(messages(entries).filter((message) => !message.startsWith('Stage '))).toEqual([
    'Submitted',
    'A worker runs the workflow',
    'The results are listed and recorded',
    'Completed',
  ]);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
});

test('lines come while the job runs, once, without secrets and paths, and the attempts are told apart', async () => {
  const { id } = await darkroom.submit({ operation: 'lab.talk', params: { password: 'hunter22' } });
  const client = createClient({ url: darkroom.url });
  const followed: LogEntry[] = [];
  const end = (async () => {
    for await (const entry of client.log(id, { follow: true })) followed.push(entry);
  })();
  const said = (attempt: number) => `attempt ${attempt}: login with *** in …/workspace`;
  await expect.poll(() => messages(followed)).toContain(said(2));
  expect((await darkroom.get(id)).state).toBe('processing');
  expect(messages(followed).filter((message) => /moon|login/.test(message))).toEqual([
    'The moon is full',
    said(1),
    'Attempt 1 failed: The moon was in the way. Another one follows',
    said(2),
  ]);
  letGo();
  await end;

  const entries = await readEntries(id);
  const lines = messages(entries);
  expect(lines.at(-1)).toBe('Completed');
  expect(lines).toContain('Stage talk begins');
  expect(lines).toContainEqual(expect.stringMatching(/^Stage talk completed after \d+\.\d s$/));
  expect(lines.filter((line) => line.startsWith('line '))).toHaveLength(1000 - 3);
  expect(lines).toContain('(503 lines left out)');
  expect(lines).toContain('Attempt 2 completed');
  expect(lines[lines.indexOf('(503 lines left out)') + 1]).toBe('line 1001');
  expect(entries.find(({ type }) => type === 'note')).toMatchObject({
    run: 1,
    level: 'warning',
    activity: 'stage',
    stage: 'talk',
    batch: null,
    attempt: 1,
    code: 'odd',
  });
  // What was followed is what is kept, but for lines that were dropped later.
  const kept = new Set(entries.map(({ id }) => id));
  const dropped = followed.filter((entry) => !kept.has(entry.id));
  expect(dropped.every(({ type }) => type === 'output')).toBe(true);
  expect(new Set(followed.map((entry) => entry.id)).size).toBe(followed.length);

  const text = await (await read(id, '*/*')).text();
  expect(text.split('\n').filter((line) => line !== '')).toHaveLength(entries.length);
  expect(text).toMatch(/^\S+Z {2}warning {2}talk {2}odd: {2}The moon is full$/m);
  expect(text).not.toMatch(/hunter22|\/tmp\//);
  expect(await (await read(id, 'text/plain', '?follow=true')).text()).toBe(text);

  const printed = await cli(['logs', id], { env: { DARKROOM_URL: darkroom.url } });
  expect([printed.code, printed.stdout]).toEqual([0, text]);
});

test('the form follows Accept, and the event stream ends once', async () => {
  const { id } = await darkroom.submit({ operation: 'system.echo' });
  await darkroom.until(id, 'completed', 'failed');
  for (const type of ['text/plain', 'application/x-ndjson', 'text/event-stream'])
    expect((await read(id, type)).headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  const events = await (await read(id, 'text/event-stream')).text();
  expect(events.match(/^event: .*$/gm)?.at(-1)).toBe('event: end');
  const again = await darkroom.request(`/v1/jobs/${id}/log`, {
    headers: { accept: 'text/event-stream', 'last-event-id': '1.end' },
  });
  expect(again.status).toBe(204);
  const head = await darkroom.request(`/v1/jobs/${id}/log?follow=true`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await read('nothing', '*/*')).status).toBe(404);
  expect((await read(id, '*/*', '?follow=perhaps')).status).toBe(422);
});

test('a failed job says why, and a rerun continues its log', async () => {
  const { id } = await darkroom.submit({ operation: 'test.echo', params: { fail: 'permanent' } });
  await darkroom.until(id, 'completed', 'failed');
  const entries = await readEntries(id);
  expect(entries.at(-1)).toMatchObject({ type: 'state', level: 'error' });
  expect((await darkroom.request(`/v1/jobs/${id}/rerun`, { method: 'POST' })).status).toBe(202);
  await darkroom.until(id, 'completed', 'failed');
  const runs = (await readEntries(id)).map(({ run }) => run);
  expect([...runs].sort()).toEqual(runs);
  expect(runs.at(-1)).toBe(2);
});
