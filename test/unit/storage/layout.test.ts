/** Keys of different things differ. */
import { expect, test } from 'vitest';
import type { StagePart } from '../../../src/jobs/model/checkpoint.ts';
import {
  checkpointKey,
  deletionKey,
  isDue,
  outputPrefix,
  workspacePrefix,
} from '../../../src/storage/layout.ts';

const at = new Date('2026-11-30T12:00:00Z');

test('deletions of different jobs at the same time have different keys', () => {
  const refs = [
    { tenant: 'a', id: 'b-c' },
    { tenant: 'a-b', id: 'c' },
    { tenant: 'a', id: 'b-c-00001-work' },
  ];
  const keys = refs.flatMap((ref) =>
    [1, 11].map((run) => deletionKey({ ref, run, what: 'work', at } as never)),
  );
  expect(new Set(keys).size).toBe(6);
  for (const key of keys) {
    expect(isDue(key, at)).toBe(false);
    expect(isDue(key, new Date(at.getTime() + 1))).toBe(true);
  }
});

test('checkpoints, outputs and workspaces of different parts have different keys', () => {
  const part = (step: string, stage: string, index: number | null): StagePart => ({
    job: { tenant: 'a', id: 'b', run: 1, fingerprint: '' },
    step,
    stage: { name: stage, run: 1 },
    batch: index === null ? null : { index, from: 0, to: 1 },
  });
  const parts = [
    part('x', 'y', 0),
    part('x', 'y', 1),
    part('x', 'y', null),
    part('x', 'y-00000', 0),
    part('x-y', 'y', 0),
  ];
  const keys = parts.flatMap((one) => [
    checkpointKey(one),
    outputPrefix(one, '1'),
    workspacePrefix(one, '1'),
    outputPrefix(one, '2'),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
});
