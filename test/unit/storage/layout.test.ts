/** Keys of different things differ. */
import { expect, test } from 'vitest';
import { deletionKey, isDue } from '../../../src/storage/layout.ts';

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
