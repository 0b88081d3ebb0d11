import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { hasNoRoom } from '../../../operations/lib/free-space.ts';

test('a place without room, whatever a program that failed there says', async () => {
  // Of a file system that holds nothing.
  expect(await hasNoRoom('/proc')).toBe(true);
  expect(await hasNoRoom(tmpdir())).toBe(false);
});
