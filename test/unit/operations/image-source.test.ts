import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_PIXELS, openImage, toDecodeError } from '../../../operations/lib/image-source.ts';
import type { InputFile } from '../../../operations/operation.ts';
import { DarkroomError } from '../../../src/errors.ts';
import { noise, plain, pngBomb, quarters } from '../../support/pictures.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'darkroom-images-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function asset(bytes: Uint8Array | string, file = 'asset', name = 'cat.jpg'): Promise<InputFile> {
  const path = join(directory, file);
  await writeFile(path, bytes);
  return { index: 1, name, path, size: Buffer.byteLength(bytes), attributes: {} };
}

async function refusal(bytes: Uint8Array | string): Promise<DarkroomError> {
  const error: unknown = await openImage(await asset(bytes)).catch((thrown) => thrown);
  if (!(error instanceof DarkroomError)) throw new TypeError(`Not refused: ${String(error)}`);
  expect(error.details).toMatchObject({ asset: 'cat.jpg', index: 1 });
  expect(error.message).not.toContain(directory);
  expect(error.retryable).toBe(false);
  return error;
}

const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);
const ftyp = (brand: string): Buffer => Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1${brand}`, 'latin1');

describe('opening a picture', () => {
  test.each([
    ['jpeg', () => quarters().jpeg()],
    ['png', () => quarters().png()],
    ['webp', () => quarters().webp()],
    ['gif', () => quarters().gif()],
    ['tiff', () => quarters().tiff()],
    ['heif', () => quarters().avif({ effort: 0 })],
  ])('%s is detected by its content', async (format, make) => {
    const input = await asset(await make().toBuffer(), 'asset', 'page.html');
    expect(await openImage(input)).toMatchObject({ format, width: 80, height: 40 });
  });

  test('returns the size of the upright picture', async () => {
    const input = await asset(await quarters().jpeg().withMetadata({ orientation: 6 }).toBuffer());
    expect(await openImage(input)).toMatchObject({ width: 40, height: 80 });
  });

  test.each(['scan[1]', 'photo.jpg[shrink=8]', 'photo.gif[n=-1]', 'a b:c,d=e.jpg'])(
    'reads a file called %s',
    async (file) => {
      const input = await asset(await quarters().jpeg().toBuffer(), file);
      const { image } = await openImage(input);
      expect((await image.toBuffer({ resolveWithObject: true })).info).toMatchObject({
        width: 80,
        height: 40,
      });
    },
  );
});

describe('a file that is no picture', () => {
  test.each<[string, string | Buffer, RegExp]>([
    ['an HTML page', '<!doctype html>\n<html><body>404</body></html>', /looks like an HTML page/],
    [
      'an HTML page behind a comment',
      `\ufeff\n<!-- ${'x'.repeat(500)} -->\n<HTML lang="en">`,
      /looks like an HTML page/,
    ],
    [
      'an error of S3',
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
      /looks like an XML document/,
    ],
    ['an error of an API', '{"error": "no such picture"}', /looks like JSON/],
    ['a text', 'Not found: größer\n', /looks like text/],
    ['nothing', '', /is empty/],
    [
      'an SVG',
      '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      /SVG/,
    ],
    ['a PDF', '%PDF-1.7\n%\xe2', /PDF/],
    ['a ZIP', Buffer.from('PK\x03\x04\x14\0'), /ZIP/],
    ['a video', ftyp('isom'), /video/],
    ['random bytes', Buffer.from([0, 1, 2, 3, 200, 201, 202]), /has no known picture signature/],
  ])('%s is named', async (_, bytes, words) => {
    const error = await refusal(bytes);
    expect(error.code).toBe('asset_not_an_image');
    expect(error.message).toMatch(/^Asset 1 \("cat\.jpg"\) is not an image that can be used: it /);
    expect(error.message).toMatch(words);
  });

  test('a file in the format of libvips is not opened', async () => {
    const path = join(directory, 'picture.v');
    await plain(20, 20).toFile(path);
    const error: unknown = await openImage({ index: 0, name: 'a.v', path, size: 1, attributes: {} }).catch(
      (e) => e,
    );
    expect(error).toMatchObject({ code: 'asset_not_an_image' });
  });

  test('a missing file is not an error of the asset', async () => {
    const gone = { index: 0, name: 'a', path: join(directory, 'gone'), size: 1, attributes: {} };
    await expect(openImage(gone)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a damaged picture', () => {
  test.each([
    ['jpeg', async () => (await quarters().jpeg().toBuffer()).subarray(0, 60)],
    ['jpeg, only its first bytes', async () => Buffer.from([0xff, 0xd8, 0xff])],
    ['png', async () => (await quarters().png().toBuffer()).subarray(0, 20)],
    ['webp', async () => half(await quarters().webp().toBuffer())],
    ['gif', async () => half(await noise(80, 40).gif().toBuffer())],
    ['tiff', async () => half(await quarters().tiff().toBuffer())],
    ['avif', async () => (await quarters().avif({ effort: 0 }).toBuffer()).subarray(0, 100)],
  ])('%s, with its header cut', async (_, bytes) => {
    const error = await refusal(await bytes());
    expect(error.code).toBe('asset_corrupt');
    expect(error.message).toMatch(/^Asset 1 \("cat\.jpg"\) is damaged: /);
  });
});

describe('a picture with too many pixels', () => {
  test('is rejected by its header, even if the file is small', async () => {
    const bomb = pngBomb(30_000, 30_000);
    expect(bomb.length).toBeLessThan(200_000);
    const error = await refusal(bomb);
    expect(error).toMatchObject({
      code: 'asset_too_many_pixels',
      details: { width: 30_000, height: 30_000, max_pixels: MAX_PIXELS },
    });
    expect(error.message).toContain('30000 × 30000');
  });

  test('is rejected if one row exceeds the limit, and accepted at the limit', async () => {
    const bomb = pngBomb(16_383, 16_384);
    expect((await refusal(bomb)).code).toBe('asset_too_many_pixels');
    expect(await openImage(await asset(pngBomb(16_383, 16_383)))).toMatchObject({
      width: 16_383,
      height: 16_383,
    });
  });

  test('is rejected if its header changes after it was read', async () => {
    const input = await asset(await plain(10, 10).png().toBuffer());
    const { image } = await openImage(input);
    await writeFile(input.path, pngBomb(30_000, 30_000));
    const error: unknown = await image.toBuffer().catch((thrown) => toDecodeError(input, thrown));
    expect(error).toMatchObject({ code: 'asset_too_many_pixels' });
  });
});

describe('a result that cannot be written', () => {
  test('because the disk is full is transient, and not an error of the asset', async () => {
    const input = await asset(await noise(300, 300).png().toBuffer());
    const { image } = await openImage(input);
    const error: unknown = await image
      .png()
      .toFile('/dev/full')
      .catch((thrown) => toDecodeError(input, thrown));
    expect(error).toMatchObject({ code: 'disk_full', retryable: true });
  });

  test('for another reason keeps its error', async () => {
    const input = await asset(await plain(10, 10).png().toBuffer());
    const { image } = await openImage(input);
    const path = join(directory, 'no', 'such', 'folder.png');
    const error: unknown = await image
      .png()
      .toFile(path)
      .catch((thrown) => toDecodeError(input, thrown));
    expect(error).not.toBeInstanceOf(DarkroomError);
    expect(error).toBeInstanceOf(Error);
  });
});

test('errors of darkroom and of the system are not errors of the asset', async () => {
  const input = await asset('x');
  // As a child process reports them: without their class and code.
  const missing = new Error("Cannot find package 'libheif-js'");
  missing.stack = `Error [ERR_MODULE_NOT_FOUND]: ${missing.message}`;
  const failures = [
    missing,
    new Error("ENOENT: no such file or directory, open 'a'"),
    await stat(join(directory, 'nothing')).catch((error: unknown) => error),
    new TypeError('x is not a function'),
  ];
  for (const failure of failures) expect(toDecodeError(input, failure)).toBe(failure);
});
