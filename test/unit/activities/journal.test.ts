import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ActivityJournal, readJournal } from '../../../activities/journal.ts';

let scratch: string;
beforeEach(async () => {
  scratch = join(await mkdtemp(join(tmpdir(), 'darkroom-test-')), 'worker');
});
afterEach(() => rm(join(scratch, '..'), { recursive: true, force: true }));

const infoOf = (activityId: string, more: Partial<Info> = {}) =>
  ({
    taskToken: new Uint8Array([1, 2]),
    activityId,
    activityType: 'runStage',
    workflowExecution: { workflowId: `job/public/${activityId}`, runId: 'run' },
    isLocal: false,
    ...more,
  }) as Info;

const file = () => join(scratch, 'journal.jsonl');

test('a journal has what began and did not end', async () => {
  const journal = ActivityJournal.create(scratch);
  const end = journal.begin(infoOf('ended'), 0);
  journal.begin(infoOf('lost'), 0);
  end();
  expect(await readJournal(scratch)).toMatchObject([
    { activityId: 'lost', type: 'runStage', taskToken: 'AQI=', isBlamed: true, beside: 0 },
  ]);
});

test('blames only those that are suspected already, and none that runs elsewhere', async () => {
  const journal = ActivityJournal.create(scratch);
  journal.begin(infoOf('innocent'), 0);
  journal.begin(infoOf('suspect'), 1);
  journal.withoutBlame().begin(infoOf('elsewhere'), 1);
  const lost = await readJournal(scratch);
  expect(lost.map(({ activityId, isBlamed }) => [activityId, isBlamed])).toEqual([
    ['innocent', false],
    ['suspect', true],
    ['elsewhere', false],
  ]);
});

test('blames nothing when the process was told to stop', async () => {
  const journal = ActivityJournal.create(scratch);
  journal.begin(infoOf('running'), 0);
  journal.stop();
  expect(await readJournal(scratch)).toMatchObject([{ activityId: 'running', isBlamed: false }]);
});

test('a local attempt that was lost is known to all later processes', async () => {
  ActivityJournal.create(scratch).begin(infoOf('local', { isLocal: true }), 0);
  const second = ActivityJournal.create(join(scratch, 'second'));
  second.remember(await readJournal(scratch));
  expect(second.hasLost(infoOf('local'))).toBe(true);
  expect(second.hasLost(infoOf('other'))).toBe(false);
  const third = ActivityJournal.create(join(scratch, 'third'));
  third.remember(await readJournal(join(scratch, 'second')));
  expect(third.hasLost(infoOf('local'))).toBe(true);
});

test('its file stays small', async () => {
  const journal = ActivityJournal.create(scratch);
  journal.begin(infoOf('first'), 0);
  for (let count = 0; count < 3000; count++) journal.begin(infoOf('short'), 0)();
  expect((await stat(file())).size).toBeLessThan(300 * 1024);
  expect(await readJournal(scratch)).toMatchObject([{ activityId: 'first' }]);
  expect(await readdir(scratch)).toEqual(['journal.jsonl']);
});

test('a line that the process did not finish is ignored', async () => {
  ActivityJournal.create(scratch).begin(infoOf('whole'), 0);
  await appendFile(file(), '{"begin":2,"entry":{"activityId":"ha');
  expect(await readJournal(scratch)).toMatchObject([{ activityId: 'whole' }]);
});

test('without a journal, nothing is known to be lost', async () => {
  expect(await readJournal(scratch)).toEqual([]);
});
