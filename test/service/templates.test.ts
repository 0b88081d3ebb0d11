/** The built-in templates, on the photographs of the project. */
import { buffer } from 'node:stream/consumers';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtIn, createRegistry } from '../../operations/registry.ts';
import { loadBuiltIn } from '../../src/templates/built-in.ts';
import { checkTemplate } from '../../src/templates/check-template.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { photo } from '../support/photos.ts';
import { plain } from '../support/pictures.ts';
import { startWeb, type Web } from '../support/web.ts';

const templates = await loadBuiltIn();

let lab: Lab;
let web: Web;
beforeAll(async () => {
  // A picture of 40 × 20 pixels in the middle of a white one, and a photograph with a place.
  const product = await plain(400, 300, '#ffffff')
    .composite([{ input: await plain(200, 100, '#c83214').png().toBuffer() }])
    .jpeg({ quality: 95 })
    .toBuffer();
  const placed = await sharp(await photo('chelsea.jpg'))
    .withExif({
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '50/1 5/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '14/1 25/1 0/1',
      },
    })
    .jpeg()
    .toBuffer();
  web = await startWeb({
    '/coffee.jpg': await photo('coffee.jpg'),
    '/product.jpg': product,
    '/placed.jpg': placed,
    '/text.txt': Buffer.from('no picture'),
  });
  lab = await startLab();
});
afterAll(async () => {
  await lab.dispose();
  await web.close();
});

/** Runs a template, and returns the result files by path. */
async function run(template: string, params: Record<string, unknown>, names: readonly string[]) {
  const assets = names.map((name) => ({ source: { url: `${web.url}/${name}` } }));
  const job = await lab.until(await lab.submit({ template, params, assets }), 'completed', 'failed');
  expect([job.error, job.template]).toEqual([null, `${template}@1`]);
  const { manifest, files } = await (await lab.jobs.open(job)).result();
  const contents = files.map(async ({ entry, open }) => {
    return [entry.path, await buffer((await open()) as NodeStream)] as const;
  });
  return { manifest, files: Object.fromEntries(await Promise.all(contents)) };
}

const metadataOf = async (bytes: Buffer | undefined) => {
  const { format, width, height } = await sharp(bytes).metadata();
  return [format, width, height];
};

test.each(templates)('$name is valid, and its texts are there', (template) => {
  expect(checkTemplate(template, createRegistry(builtIn))).toEqual([]);
  const { title, description, params } = template;
  expect([title, description].every((text) => text.length > 5)).toBe(true);
  for (const [name, property] of Object.entries(params['properties'] as Record<string, object>))
    expect([name, property]).toEqual([
      name,
      expect.objectContaining({ default: expect.anything(), description: expect.any(String) }),
    ]);
});

test('web-set makes pictures of each width and format, and srcset.json', async () => {
  const { files } = await run('web-set', { widths: [160, 320] }, ['coffee.jpg']);
  expect(Object.keys(files).sort()).toEqual([
    ...['160.avif', '160.jpg', '160.webp', '320.avif', '320.jpg', '320.webp'].map((end) => `coffee-${end}`),
    'srcset.json',
  ]);
  expect(await metadataOf(files['coffee-320.jpg'])).toEqual(['jpeg', 320, 213]);
  const { images } = JSON.parse(String(files['srcset.json']));
  expect(images[0].sources[0].srcset).toBe('coffee-160.avif 160w, coffee-320.avif 320w');
});

test('product-photo removes the border, and centres the product on squares', async () => {
  const { files, manifest } = await run(
    'product-photo',
    { size: 300, zoom: 400, thumbnail: 60, enlarge: false },
    ['product.jpg'],
  );
  const page = files['page/product.webp'];
  expect(await metadataOf(page)).toEqual(['webp', 300, 300]);
  expect(await metadataOf(files['zoom/product.jpg'])).toEqual(['jpeg', 400, 400]);
  expect(await metadataOf(files['thumbnail/product.webp'])).toEqual(['webp', 60, 60]);
  // The product has 200 × 100 pixels, and is not enlarged.
  const pixels = await sharp(page).removeAlpha().raw().toBuffer();
  const isWhite = (x: number, y: number) =>
    pixels.subarray((y * 300 + x) * 3, (y * 300 + x) * 3 + 3).every((v) => v > 240);
  expect([isWhite(150, 90), isWhite(150, 110), isWhite(45, 150), isWhite(55, 150)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(manifest.data).toMatchObject({
    facts: { assets: [{ name: 'product.webp', thumbhash: expect.any(String) }] },
  });
});

test('print-proof puts the text over the pictures, and all proofs on a page', async () => {
  const { files } = await run('print-proof', { text: 'DRAFT', size: 400 }, ['coffee.jpg', 'product.jpg']);
  const paths = ['pages/contact-sheet.jpg', 'proofs/coffee.jpg', 'proofs/product.jpg'];
  expect(Object.keys(files).sort()).toEqual(paths);
  const grey = (bytes: Buffer | undefined) => sharp(bytes).resize(400).greyscale().raw().toBuffer();
  const [marked, original] = await Promise.all([
    grey(files['proofs/coffee.jpg']),
    grey(await photo('coffee.jpg')),
  ]);
  const changed = marked.filter((value, index) => Math.abs(value - (original[index] ?? 0)) > 20).length;
  // The text covers a part of the picture.
  expect(changed / marked.length).toBeGreaterThan(0.02);
  expect(changed / marked.length).toBeLessThan(0.5);
  const [, width = 0] = await metadataOf(files['pages/contact-sheet.jpg']);
  // The width of A4 at 150 dpi.
  expect(Math.abs(Number(width) - 1240)).toBeLessThan(20);
});

test('gallery-archive makes a website, and an archive with the originals', async () => {
  const { files, manifest } = await run('gallery-archive', { title: 'Two <b>' }, [
    'coffee.jpg',
    'placed.jpg',
  ]);
  expect(String(files['site/index.html'])).toContain('Two &lt;b&gt;');
  expect(Object.keys(files)).toContain('archive/gallery.zip');
  // Names in a ZIP are stored as they are.
  for (const name of ['index.html', 'originals/', 'coffee.jpg'])
    expect(files['archive/gallery.zip']?.includes(name)).toBe(true);
  expect(manifest.data).toMatchObject({
    facts: { assets: [{ name: 'coffee.jpg' }, { name: 'placed.jpg' }] },
  });
});

test('survey has the places on a map, and reports what cannot be used', async () => {
  const { files, manifest } = await run('survey', { title: 'Prague' }, [
    'coffee.jpg',
    'placed.jpg',
    'text.txt',
  ]);
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(['map/map.html', 'sheets/contact-sheet.jpg', 'facts/result.json']),
  );
  expect(String(files['map/map.html'])).toMatch(/50\.08.*14\.41/);
  expect(manifest.assets.map(({ status }) => status)).toEqual(['ok', 'ok', 'failed']);
});

test('model-gallery asks for the engine of reconstruct', async () => {
  const source = { url: `${web.url}/coffee.jpg` };
  const assets = Array.from({ length: 3 }, () => ({ source }));
  await expect(lab.submit({ template: 'model-gallery', assets })).rejects.toMatchObject({
    code: 'operation_unavailable',
    message: expect.stringContaining('reconstruct'),
  });
});
