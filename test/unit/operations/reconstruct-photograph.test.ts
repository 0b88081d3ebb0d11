/** Preparation of a photograph for the engine. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExif } from '../../../operations/image-metadata/exif.ts';
import type { InputFile } from '../../../operations/operation.ts';
import { preparePhotograph } from '../../../operations/reconstruct/photograph.ts';
import { expectKilledOnAbort } from '../../support/child-tasks.ts';
import { plain, pngBomb } from '../../support/pictures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-photographs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const asset = async (bytes: Buffer): Promise<InputFile> => {
  const path = join(folder, 'asset');
  await writeFile(path, bytes);
  return { index: 7, name: 'a.jpg', path, size: bytes.length, attributes: {} };
};
const { signal } = new AbortController();

const describe = async () => JSON.parse(await readFile(join(folder, 'photos/00007.json'), 'utf8'));

test('a photograph is oriented and resized, and keeps only the EXIF data of its lens', async () => {
  const exif = {
    IFD0: { Make: 'Acme', Model: 'One', Artist: 'Ada' },
    IFD2: {
      FocalLength: '420/100',
      FocalLengthIn35mmFilm: '26',
      DigitalZoomRatio: '3/2',
      LensModel: 'Acme wide',
    },
  };
  const turned = plain(900, 600).withMetadata({ orientation: 6 }).withExifMerge(exif);
  await preparePhotograph(await asset(await turned.jpeg().toBuffer()), 300, folder, signal);
  const made = await sharp(join(folder, 'images/00007.jpg')).metadata();
  expect(made).toMatchObject({ format: 'jpeg', width: 200, height: 300, orientation: 1, space: 'srgb' });
  expect(readExif(made.exif).exif).toEqual({ make: 'Acme', model: 'One', focal_length_mm: 4.2 });
  expect(await describe()).toEqual({
    index: 7,
    name: 'a.jpg',
    file: '00007.jpg',
    width: 200,
    height: 300,
    lens: { make: 'Acme', model: 'One', lens: 'Acme wide', focal_length: 4.2, equivalent: 26, zoom: 1.5 },
  });
});

test.each([
  [{}, {}],
  [
    { FocalLength: '0/0', FocalLengthIn35mmFilm: '0' },
    { focal_length: null, equivalent: 0 },
  ],
  [{ FocalLengthIn35mmFilm: '1' }, { equivalent: 1 }],
])('passes the lens %j to the engine as it is', async (IFD2, lens) => {
  const picture = plain(300, 200).withExif({ IFD2 });
  await preparePhotograph(await asset(await picture.jpeg().toBuffer()), 300, folder, signal);
  expect((await describe()).lens).toEqual(lens);
});

test('a large photograph is prepared in a child process, which an abort kills', async () => {
  const large = await asset(pngBomb(7000, 6000));
  const output = join(folder, 'images/00007.jpg');
  await mkdir(join(folder, 'images'), { recursive: true });
  await rm(output, { force: true });
  await expectKilledOnAbort('resized-copy.js', output, (signal) =>
    preparePhotograph(large, 1000, folder, signal),
  );
});
