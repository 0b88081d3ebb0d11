/** Preparation of a photograph for the engine. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readExif } from '../../../operations/image-metadata/exif.ts';
import { reconstructParams } from '../../../operations/reconstruct/params.ts';
import { PHOTOGRAPH, task } from '../../../operations/reconstruct/photograph.ts';
import { runPictureTask } from '../../support/picture-processes.ts';
import { plain } from '../../support/pictures.ts';

/** Prepares a photograph for a model of low quality: 1000 pixels on the longer side. */
async function prepare(bytes: Uint8Array) {
  const { facts, files } = await runPictureTask(task, bytes, reconstructParams.parse({ quality: 'low' }));
  return { ...facts, metadata: await sharp(files.get(PHOTOGRAPH)).metadata() };
}

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
  const turned = plain(1500, 1000).withMetadata({ orientation: 6 }).withExifMerge(exif);
  const { metadata, ...facts } = await prepare(await turned.jpeg().toBuffer());
  expect(metadata).toMatchObject({ format: 'jpeg', width: 667, height: 1000, orientation: 1, space: 'srgb' });
  expect(readExif(metadata.exif).exif).toEqual({ make: 'Acme', model: 'One', focal_length_mm: 4.2 });
  expect(facts).toEqual({
    width: 667,
    height: 1000,
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
  expect((await prepare(await picture.jpeg().toBuffer())).lens).toEqual(lens);
});
