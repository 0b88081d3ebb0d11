/** How many workflows a worker keeps in memory, by the memory of its machine. */
import { expect, test } from 'vitest';
import { countCachedWorkflows } from '../../../src/temporal/worker.ts';

const GIB = 1024 ** 3;

test.each([
  { machine: 1, cached: 100 },
  { machine: 4, cached: 256 },
  { machine: 8, cached: 512 },
  { machine: 64, cached: 2000 },
])('a machine of $machine GiB keeps $cached workflows', ({ machine, cached }) => {
  expect(countCachedWorkflows(machine * GIB)).toBe(cached);
});
