import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { isSpaceLow } from '../../../operations/lib/free-space.ts';

test('reports a full disk, whatever the failed program prints', async () => {
  // Of a file system that holds nothing.
  expect(await isSpaceLow('/proc')).toBe(true);
  expect(await isSpaceLow(tmpdir())).toBe(false);
});
