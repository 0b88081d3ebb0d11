import { expect, test } from 'vitest';
import { DurableStages } from '../../../activities/durable-stages.ts';

/** Longer than any test. */
const quietMs = 600_000;

test('a stage is tried locally while no durable one of its capability runs, or has just run', async () => {
  const stages = new DurableStages({ quietMs });
  expect(stages.refuseLocal('cpu')).toBeNull();
  await stages.run('cpu', async () =>
    expect(stages.refuseLocal('cpu')).toBe('Other stages of cpu take turns'),
  );
  expect(stages.refuseLocal('cpu')).toBe('Other stages of cpu take turns');
  expect(stages.refuseLocal('3d')).toBeNull();
});

test('is tried again once the task queue is empty', async () => {
  const stages = new DurableStages({ quietMs: 0 });
  await stages.run('cpu', async () => {
    await expect(stages.run('cpu', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(stages.refuseLocal('cpu')).not.toBeNull();
  });
  expect(stages.refuseLocal('cpu')).toBeNull();
});

test('stages of io do not compete', async () => {
  const stages = new DurableStages({ quietMs });
  await stages.run('io', async () => expect(stages.refuseLocal('io')).toBeNull());
});

test('a worker does not try stages of capabilities that it does not offer', () => {
  const stages = new DurableStages({ offers: (capability) => capability === 'io' });
  expect(stages.refuseLocal('io')).toBeNull();
  expect(stages.refuseLocal('cpu')).toBe('The worker does not offer cpu');
});
