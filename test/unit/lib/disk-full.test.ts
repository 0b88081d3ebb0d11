/** A disk without room says so in several ways. */
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { isDiskFull } from '../../../src/lib/disk-full.ts';
import { explained } from '../../../src/storage/filesystem/errors.ts';
import { noise } from '../../support/pictures.ts';

const thrown = (work: Promise<unknown>) =>
  work.then(
    () => new Error('It went well'),
    (error: unknown) => error,
  );

test('recognizes ENOSPC of the system and of libvips', async () => {
  expect(isDiskFull(await thrown(writeFile('/dev/full', 'x')))).toBe(true);
  const picture = noise(300, 300);
  for (const format of ['jpeg', 'png', 'webp'] as const)
    expect(isDiskFull(await thrown(picture.toFormat(format).toFile('/dev/full'))), format).toBe(true);
});

test('recognizes an exceeded quota', () => {
  const errno = -constants.errno.EDQUOT;
  const error = Object.assign(new Error(`Unknown system error ${errno}, write`), { errno });
  expect(isDiskFull(error)).toBe(true);
  expect(explained(error, 'write "a"')).toMatchObject({ code: 'disk_full' });
  expect(isDiskFull(new Error('wbuffer_write: write failed\nsystem error: Disk quota exceeded'))).toBe(true);
});

test('recognizes no other error', async () => {
  expect(isDiskFull(await thrown(writeFile('/no/such/folder', 'x')))).toBe(false);
  for (const other of [null, undefined, 'x', new Error('broken')]) expect(isDiskFull(other)).toBe(false);
});
