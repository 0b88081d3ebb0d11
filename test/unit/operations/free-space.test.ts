import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { isSpaceLow } from '../../../operations/lib/free-space.ts';

test('a place without room, whatever a program that failed there says', async () => {
  // Of a file system that holds nothing.
  expect(await isSpaceLow('/proc')).toBe(true);
  expect(await isSpaceLow(tmpdir())).toBe(false);
});
