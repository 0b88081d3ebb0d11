import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageContactSheet } from '../../../operations/image-contact-sheet/index.ts';
import { truncateText } from '../../../operations/lib/text.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { operationContract } from '../../contracts/operation.ts';
import { photo } from '../../support/photos.ts';
import { decode, plain, pngBomb, quarters } from '../../support/pictures.ts';
import { type Outcome, runOperation, type TestAsset } from '../../support/run-operation.ts';

const chelsea = { name: 'chelsea.jpg', bytes: await photo('chelsea.jpg') };
const coffee = { name: 'coffee.jpg', bytes: await photo('coffee.jpg') };
const red = { name: 'red.png', bytes: await plain(40, 40, '#ff0000').png().toBuffer() };

operationContract(
  imageContactSheet,
  {
    title: 'two photographs',
    params: { title: 'Cats & coffee', cell: 64 },
    assets: [chelsea, coffee],
    unusable: { name: 'page.jpg', bytes: '<!doctype html><html></html>' },
  },
  {
    title: 'more assets than one batch, on several pages',
    params: { columns: 3, rows: 3, cell: 16, gap: 0, label: 'none', format: 'png' },
    assets: Array.from({ length: 18 }, () => red),
    unusable: { name: 'bomb.png', bytes: pngBomb(30_000, 30_000) },
  },
);

const sheet = (params: Record<string, unknown>, ...assets: TestAsset[]): Promise<Outcome> =>
  runOperation(imageContactSheet, {
    params: { cell: 40, gap: 10, label: 'none', format: 'png', ...params },
    assets,
  });

const named = (name: string, attributes?: Record<string, unknown>): TestAsset => ({
  ...red,
  name,
  ...(attributes ? { attributes } : {}),
});

/** The only page, decoded. */
async function pageOf(outcome: Outcome) {
  expect(outcome.files.size).toBe(1);
  const [bytes = Buffer.alloc(0)] = outcome.files.values();
  return { bytes, ...(await decode(bytes)) };
}

describe('a page', () => {
  test('has each picture in its cell, in the order of the assets', async () => {
    const colours = ['#ff0000', '#00ff00', '#0000ff', '#ffff00', '#00ffff'];
    const assets = await Promise.all(
      colours.map(async (colour) => ({
        name: 'same.png',
        bytes: await plain(90, 90, colour).png().toBuffer(),
      })),
    );
    const { width, height, at } = await pageOf(await sheet({ columns: 3, background: '#204060' }, ...assets));
    expect([width, height]).toEqual([10 + 3 * 50, 10 + 2 * 50]);
    const middle = (column: number, row: number) => at((30 + column * 50) / width, (30 + row * 50) / height);
    const seen = [middle(0, 0), middle(1, 0), middle(2, 0), middle(0, 1), middle(1, 1)];
    for (const [index, colour] of colours.entries()) {
      const wanted = [...Buffer.from(colour.slice(1), 'hex')];
      for (const channel of [0, 1, 2])
        expect(Math.abs((seen[index]?.[channel] ?? 99) - (wanted[channel] ?? 0)), colour).toBeLessThan(12);
    }
    expect(at(0.01, 0.01)).toEqual([0x20, 0x40, 0x60]);
    expect(middle(2, 1)).toEqual([0x20, 0x40, 0x60]);
  });

  test('shows pictures upright, uncropped, and not enlarged', async () => {
    const turned = await quarters(80, 40).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const { at } = await pageOf(await sheet({ columns: 1, gap: 0 }, { name: 'turned.jpg', bytes: turned }));
    // 20 × 40, in the middle of a cell of 40 × 40.
    expect(at(0.1, 0.5)).toEqual([255, 255, 255]);
    const [r = 0, g = 0, b = 0] = at(0.35, 0.25);
    expect(b > 200 && r < 60 && g < 60).toBe(true);
    const small = await pageOf(
      await sheet(
        { columns: 1, gap: 0 },
        { name: 's.png', bytes: await plain(4, 4, '#000000').png().toBuffer() },
      ),
    );
    expect(small.at(0.5, 0.5)).toEqual([0, 0, 0]);
    expect(small.at(0.3, 0.5)).toEqual([255, 255, 255]);
  });

  test.each([
    ['grey', () => plain(30, 30, '#808080').toColourspace('b-w').png()],
    ['transparent', () => plain(30, 30, '#ff000000').png()],
    ['CMYK', () => plain(30, 30).toColourspace('cmyk').jpeg()],
    ['with 16 bits', () => plain(30, 30).toColourspace('rgb16').png()],
  ])('accepts pictures that are %s', async (_, make) => {
    const outcome = await sheet({}, { name: 'x', bytes: await make().toBuffer() });
    expect((await pageOf(outcome)).width).toBe(10 + 5 * 50);
  });

  test.each(['jpeg', 'png', 'webp'])('is made as %s', async (format) => {
    const { files } = await sheet({ format }, red);
    const [[name = '', bytes] = []] = files;
    expect(name).toBe(`contact-sheet.${format === 'jpeg' ? 'jpg' : format}`);
    expect((await sharp(bytes).metadata()).format).toBe(format);
  });

  test('is followed by further pages; the last one is as high as needed', async () => {
    const { files, data } = await sheet({ columns: 2, rows: 3 }, ...Array.from({ length: 15 }, () => red));
    expect(data).toBeUndefined();
    expect([...files.keys()]).toEqual([
      'contact-sheet-001.png',
      'contact-sheet-002.png',
      'contact-sheet-003.png',
    ]);
    const heights = await Promise.all([...files.values()].map(async (bytes) => (await decode(bytes)).height));
    expect(heights).toEqual([160, 160, 110]);
  });

  test('that is large is made by a child process, with the same result', async () => {
    const big = { columns: 10, rows: 10, cell: 400, gap: 0, format: 'webp' };
    const { files } = await sheet(big, ...Array.from({ length: 91 }, () => red));
    expect(await sharp(files.get('contact-sheet.webp')).metadata()).toMatchObject({
      width: 4000,
      height: 4000,
    });
  });
});

describe('labels', () => {
  const strange = [
    '<script>alert(1)</script>&amp;.jpg',
    '"><image href="file:///etc/passwd"/>',
    '😀👩‍👩‍👧 famille.png',
    'שלום עולם.jpg',
    `${'long '.repeat(40)}.jpg`,
    '\u202egpj.exe',
    ']]>',
  ];

  test.each(strange)('%s is written unchanged, and only below its picture', async (name) => {
    const with_ = await pageOf(await sheet({ label: 'name', columns: 3 }, named(''), named(name), named('')));
    const without = await pageOf(await sheet({ label: 'name', columns: 3 }, named(''), named(''), named('')));
    expect(with_.bytes.equals(without.bytes)).toBe(false);
    const left = await sharp(with_.bytes)
      .extract({ left: 0, top: 0, width: 60, height: with_.height })
      .raw()
      .toBuffer();
    const blank = await sharp(without.bytes)
      .extract({ left: 0, top: 0, width: 60, height: with_.height })
      .raw()
      .toBuffer();
    expect(left.equals(blank)).toBe(true);
    const above = { left: 0, top: 0, width: with_.width, height: 50 };
    const one = await sharp(with_.bytes).extract(above).raw().toBuffer();
    const two = await sharp(without.bytes).extract(above).raw().toBuffer();
    expect(one.equals(two)).toBe(true);
  });

  test('are names, positions or attributes', async () => {
    const asset = named('7', { site: 7, nested: { a: 1 } });
    const page = async (label: unknown, with_ = asset) => (await pageOf(await sheet({ label }, with_))).bytes;
    const seven = await page('name');
    expect((await page({ attribute: 'site' })).equals(seven)).toBe(true);
    const first = await page('index');
    expect(first.equals(await page('name', named('1')))).toBe(true);
    expect((await page({ attribute: 'nested' })).equals(await page('name', named('{"a":1}')))).toBe(true);
    // What every object has is not an attribute of an asset.
    for (const attribute of ['missing', 'constructor', '__proto__'])
      expect((await page({ attribute })).equals(await page('name', named('')))).toBe(true);
  });

  test('are truncated between characters with an ellipsis, and only if needed', () => {
    expect(truncateText('photo.jpg', 20)).toBe('photo.jpg');
    expect(truncateText('photograph-of-a-cat.jpg', 6)).toMatch(/^photog?r?a?…$/);
    const families = truncateText('👩‍👩‍👧'.repeat(30), 10);
    expect(families).toMatch(/^(👩‍👩‍👧)+…$/u);
    expect(truncateText('', 10)).toBe('');
    expect(truncateText('wide', 0.1)).toBe('…');
  });
});

test('detects a machine without fonts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-fonts-'));
  try {
    const none = join(folder, 'fonts.conf');
    await writeFile(none, '<?xml version="1.0"?><fontconfig></fontconfig>');
    // Fonts are looked up once in the life of a process.
    const built = new URL('../../../dist/operations/lib/text.js', import.meta.url).href;
    const script = `const { hasFonts } = await import('${built}'); console.log(await hasFonts());`;
    const answer = async (env: NodeJS.ProcessEnv) => {
      const args = ['--input-type=module', '--eval', script];
      return (await promisify(execFile)(process.execPath, args, { env })).stdout.trim();
    };
    expect(await answer({ ...process.env, FONTCONFIG_FILE: none })).toBe('false');
    expect(await answer(process.env)).toBe('true');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe('parameters', () => {
  const parse = (params: Record<string, unknown>) =>
    createRegistry([imageContactSheet]).find('image.contact-sheet')?.parse(params);

  test.each<[string, unknown]>([
    ['columns', 0],
    ['columns', 51],
    ['rows', 0],
    ['cell', 8],
    ['gap', -1],
    ['background', '#ffffff00'],
    ['background', 'red'],
    ['label', 'title'],
    ['label', { attribute: '' }],
    ['title', 'x'.repeat(201)],
    ['format', 'avif'],
    ['quality', 0],
    ['colums', 1],
  ])('rejects %s = %j', (name, value) => {
    expect(parse({ [name]: value })).toMatchObject({
      ok: false,
      errors: [{ pointer: expect.stringMatching(`^/${name}`) }],
    });
  });

  test('that make pages beyond the limit are rejected before any work', () => {
    expect(parse({ columns: 50, rows: 100, cell: 240 })).toEqual({
      ok: false,
      errors: [
        {
          pointer: '/rows',
          detail: expect.stringMatching(/^makes pages of 12816 × \d+ pixels; at most 16000/),
        },
      ],
    });
  });
});

test('makes no other page after it is cancelled', async () => {
  const abort = new AbortController();
  const seen: (string | undefined)[] = [];
  const running = runOperation(imageContactSheet, {
    params: { columns: 1, rows: 1, cell: 16, label: 'none' },
    assets: [red, red, red],
    signal: abort.signal,
    onProgress: ({ stage, detail }) => {
      if (stage === 'pages') seen.push(detail);
      if (detail === 'page 2 of 3') abort.abort(new Error('enough'));
    },
  });
  await expect(running).rejects.toThrow('enough');
  expect(seen).toEqual(['page 1 of 3', 'page 2 of 3']);
});
