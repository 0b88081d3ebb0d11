import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { operationContract } from '../../contracts/operation.ts';
import { photo } from '../../support/photos.ts';
import { plain, pngBomb, quarters, quartersOf } from '../../support/pictures.ts';
import { type Outcome, runOperation, type TestAsset } from '../../support/run-operation.ts';
import { unzip } from '../../support/unzip.ts';

const chelsea = { name: 'chelsea.jpg', bytes: await photo('chelsea.jpg') };
const coffee = {
  name: 'coffee.jpg',
  bytes: await photo('coffee.jpg'),
  attributes: { lat: 52.5, lon: '13.4' },
};
const red = { name: 'red.png', bytes: await plain(40, 30, '#ff0000').png().toBuffer() };

const gpsBytes = await sharp(coffee.bytes)
  .withExif({
    IFD0: { Make: 'Acme', Model: 'Acme One' },
    IFD3: {
      GPSLatitude: '33/1 51/1 3132/100',
      GPSLatitudeRef: 'S',
      GPSLongitude: '70/1 30/1 0/1',
      GPSLongitudeRef: 'W',
    },
  })
  .jpeg()
  .toBuffer();
const gps = { name: 'gps.jpg', bytes: gpsBytes };

operationContract(
  imageGallery,
  {
    title: 'a website',
    params: { title: 'Two & two', description: 'Here.' },
    assets: [chelsea, coffee],
    unusable: { name: 'page.jpg', bytes: '<!doctype html><html></html>' },
  },
  {
    title: 'an archive of more assets than one batch',
    params: { as: 'zip', page_size: 7, originals: true },
    assets: Array.from({ length: 18 }, () => red),
    unusable: { name: 'bomb.png', bytes: pngBomb(30_000, 30_000) },
  },
  {
    title: 'data',
    params: { as: 'json' },
    assets: [coffee],
    unusable: { name: 'cut.jpg', bytes: chelsea.bytes.subarray(0, chelsea.bytes.length >> 1) },
  },
);

const gallery = (params: Record<string, unknown>, ...assets: TestAsset[]): Promise<Outcome> =>
  runOperation(imageGallery, { params, assets });

const text = (files: ReadonlyMap<string, Buffer>, name: string): string => {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`no ${name} among ${[...files.keys()].join(', ')}`);
  return String(bytes);
};

interface Data {
  readonly title: string;
  readonly entries: readonly Record<string, unknown>[];
}
const dataOf = ({ files }: Outcome): Data => JSON.parse(text(files, 'data.json'));

/** Every link of every page, resolved against the page. */
function linksOf(files: ReadonlyMap<string, Buffer>): string[] {
  return [...files].flatMap(([name, bytes]) => {
    if (!name.endsWith('.html')) return [];
    const links = [...String(bytes).matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
    return links.map((link) => new URL(link, `site:/${name}`).href.replace(/^site:\//, ''));
  });
}

describe('the website', () => {
  test('has exactly the files to which its pages link', async () => {
    const { files } = await gallery({ page_size: 2, originals: true }, chelsea, coffee, red, red, gps);
    const links = new Set(linksOf(files).map((link) => link.replace(/#main$/, '')));
    const pages = new Set([...files.keys()].filter((name) => name.endsWith('.html')));
    for (const link of links) expect([...files.keys()], link).toContain(link);
    for (const name of files.keys()) {
      if (name !== 'data.json' && !pages.has(name)) expect([...links], name).toContain(name);
    }
    expect([...pages].sort()).toEqual([
      'index-2.html',
      'index-3.html',
      'index.html',
      'map.html',
      ...[1, 2, 3, 4, 5].map((number) => `pages/0000${number}.html`),
    ]);
  });

  test('permits only its own pictures and style sheet, in every page', async () => {
    const { files } = await gallery({}, coffee);
    for (const [name, bytes] of files) {
      if (!name.endsWith('.html')) continue;
      const html = String(bytes);
      expect(html).toMatch(
        /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self'; style-src 'self'; /,
      );
      expect(html).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?:|\ssrc="\/|href="\//i);
      expect(html).toMatch(/<html lang="en">/);
      for (const landmark of ['header', 'main']) expect(html).toContain(`<${landmark}`);
      expect(html.match(/<h1>/g)).toHaveLength(1);
      for (const [image] of html.matchAll(/<img[^>]*>/g)) expect(image).toMatch(/\salt="/);
    }
  });

  test('gives files safe and unique names for any asset names', async () => {
    const names = [
      '../../x',
      'same.jpg',
      'same.jpg',
      'SAME.jpg',
      'CON',
      'a/b\\c.png',
      '"><img src=x>.jpg',
      '😀',
      '',
    ];
    const { files } = await gallery({}, ...names.map((name) => ({ ...red, name })));
    const lower = [...files.keys()].map((name) => name.toLowerCase());
    expect(new Set(lower).size).toBe(lower.length);
    for (const name of files.keys()) expect(name).toMatch(/^([a-z]+\/)?[A-Za-z0-9-]+\.[a-z]+$/);
    expect([...files.keys()].filter((name) => name.startsWith('thumbs/'))).toHaveLength(names.length);
  });

  test('shows untrusted text as text', async () => {
    const evil = '</bdi><script>alert(1)</script>\u202e"\'&amp;';
    const asset = { ...red, name: evil, attributes: { [evil]: evil, list: [evil], lat: 1, lon: 2 } };
    const { files } = await gallery({ title: evil, description: evil }, asset);
    for (const [name, bytes] of files) {
      if (!name.endsWith('.html')) continue;
      expect(String(bytes)).not.toMatch(/<script|&amp;'|\u202e/);
    }
    expect(text(files, 'pages/00001.html')).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;',
    );
    expect(dataOf(await gallery({ title: evil }, asset))).toMatchObject({
      title: evil,
      entries: [{ name: evil }],
    });
  });

  test('links each picture to the next, past failed ones, and back to its page', async () => {
    const broken = { name: 'broken.png', bytes: 'nothing' };
    const { files, failures } = await gallery({ page_size: 1, on_error: 'skip' }, red, broken, coffee);
    expect(failures).toHaveLength(1);
    expect([...files.keys()].filter((name) => name.startsWith('pages/'))).toEqual([
      'pages/00001.html',
      'pages/00003.html',
    ]);
    expect(text(files, 'pages/00001.html')).toContain('<a href="../pages/00003.html" rel="next">');
    expect(text(files, 'pages/00003.html')).toContain('<a href="../pages/00001.html" rel="prev">');
    expect(text(files, 'pages/00003.html')).toContain('<a href="../index-2.html">');
    expect(text(files, 'index.html')).toContain('2 pictures, page 1 of 2');
  });

  test('abbreviates the page numbers of a hundred pages', async () => {
    const { files } = await gallery(
      { page_size: 1, thumbnail: 64 },
      ...Array.from({ length: 12 }, () => red),
    );
    const numbers = [...text(files, 'index-6.html').matchAll(/>(\d+)<\/a><\/li>|(…)/g)].map(
      ([, n, gap]) => n ?? gap,
    );
    expect(numbers).toEqual(['1', '…', '4', '5', '6', '7', '8', '…', '12']);
  });
});

describe('pictures', () => {
  test('are upright, limited in size, and in a format that browsers show', async () => {
    const tiff = {
      name: 'scan.tif',
      bytes: await quarters(800, 400).tiff().withMetadata({ orientation: 6 }).toBuffer(),
    };
    const clear = { name: 'clear.png', bytes: await plain(300, 300, '#ff000080').png().toBuffer() };
    const { files } = await gallery({ max_side: 256, thumbnail: 64 }, tiff, clear);
    const image = files.get('images/00001-scan.jpg') ?? Buffer.alloc(0);
    expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', width: 128, height: 256 });
    expect(await quartersOf(image)).toEqual(['blue', 'red', 'white', 'green']);
    const see = await sharp(files.get('images/00002-clear.webp')).metadata();
    expect(see).toMatchObject({ format: 'webp', hasAlpha: true, width: 256 });
    expect(await sharp(files.get('thumbs/00001-scan.webp')).metadata()).toMatchObject({
      width: 32,
      height: 64,
    });
  });

  test('contain no location by default, in any file', async () => {
    const secret = /33\.8|70\.5|-33|Chile/;
    const { files } = await gallery({ title: 'x' }, gps);
    for (const [name, bytes] of files) {
      if (/\.(html|json)$/.test(name)) expect(String(bytes), name).not.toMatch(secret);
      else if (!/\.(css|svg)$/.test(name)) expect((await sharp(bytes).metadata()).exif, name).toBeUndefined();
    }
    expect(text(files, 'pages/00001.html')).toContain('Acme One');
    expect([...files.keys()]).not.toContain('map.html');
    expect(text((await gallery({ exif: 'none' }, gps)).files, 'pages/00001.html')).not.toContain('Acme');
  });

  test('contain the location if requested, in the requested form', async () => {
    const all = await gallery({ exif: 'all' }, gps);
    expect(dataOf(all).entries[0]).toMatchObject({
      location: { latitude: -33.8587, longitude: -70.5 },
      exif: { location: { latitude: -33.8587, longitude: -70.5 } },
    });
    expect(text(all.files, 'map.html')).toContain('33.85870° S, 70.50000° W');
    expect((await sharp(all.files.get('images/00001-gps.jpg')).metadata()).exif).toBeUndefined();
    const kept = await gallery({ metadata: 'keep' }, gps);
    expect((await sharp(kept.files.get('images/00001-gps.jpg')).metadata()).exif).toBeDefined();
    const { files } = await gallery({ originals: true }, gps);
    expect(files.get('originals/00001-gps.jpg')?.equals(gpsBytes)).toBe(true);
  });
});

describe('attributes', () => {
  const asset = { ...red, attributes: { site: 'North', secret: 'Eve', lat: 10, lon: 20, note: '' } };

  test('are all shown, or those that were named', async () => {
    const page = text((await gallery({}, asset)).files, 'pages/00001.html');
    for (const shown of ['North', 'Eve', 'site', 'lat']) expect(page).toContain(shown);
    const some = await gallery({ attributes: ['site', 'missing', 'toString'] }, asset);
    for (const [name, bytes] of some.files) expect(String(bytes), name).not.toMatch(/Eve|secret/);
    expect(dataOf(some).entries[0]).toMatchObject({ attributes: { site: 'North' }, location: null });
    expect([...some.files.keys()]).not.toContain('map.html');
  });

  test('can be captions, unless they are hidden', async () => {
    const captioned = await gallery({ caption: { attribute: 'site' } }, asset);
    expect(text(captioned.files, 'index.html')).toContain('<span><bdi>North</bdi></span>');
    const hidden = await gallery({ caption: { attribute: 'secret' }, attributes: [] }, asset);
    expect(text(hidden.files, 'index.html')).not.toContain('Eve');
  });
});

describe('as', () => {
  test('zip: returns the website as one file', async () => {
    const params = { page_size: 2, originals: true };
    const site = await gallery(params, chelsea, coffee, gps);
    const packed = await gallery({ ...params, as: 'zip' }, chelsea, coffee, gps);
    expect([...packed.files.keys()]).toEqual(['gallery.zip']);
    const inside = unzip(packed.files.get('gallery.zip') ?? Buffer.alloc(0));
    expect([...inside.keys()][0]).toBe('index.html');
    expect([...inside.keys()].sort()).toEqual([...site.files.keys()].sort());
    for (const [name, bytes] of site.files) expect(inside.get(name)?.equals(bytes), name).toBe(true);
    const again = await gallery({ ...params, as: 'zip' }, chelsea, coffee, gps);
    expect(again.files.get('gallery.zip')).toEqual(packed.files.get('gallery.zip'));
  });

  test('json: returns entries with thumbnails, and no pages', async () => {
    const { files, data } = await gallery({ as: 'json', title: 'T' }, chelsea, coffee);
    expect([...files.keys()]).toEqual([
      'thumbs/00001-chelsea.webp',
      'thumbs/00002-coffee.webp',
      'result.json',
    ]);
    expect(data).toMatchObject({
      title: 'T',
      entries: [
        { index: 0, name: 'chelsea.jpg', width: 451, height: 300, image: null, page: null, location: null },
        {
          index: 1,
          thumbnail: { path: 'thumbs/00002-coffee.webp', width: 320, height: 213 },
          location: { latitude: 52.5, longitude: 13.4 },
        },
      ],
    });
  });
});

test.each<[string, unknown]>([
  ['as', 'html'],
  ['title', ''],
  ['caption', 'title'],
  ['attributes', 'site'],
  ['page_size', 0],
  ['thumbnail', 10],
  ['max_side', 100],
  ['format', 'png'],
  ['metadata', true],
  ['exif', 'gps'],
  ['map', 'yes'],
  ['on_error', 'ignore'],
  ['cuation', 1],
])('rejects %s = %j', (name, value) => {
  const parsed = createRegistry([imageGallery])
    .find('image.gallery')
    ?.parse({ [name]: value });
  expect(parsed).toMatchObject({ ok: false, errors: [{ pointer: `/${name}` }] });
});

test('stops if it is cancelled while it is packed', async () => {
  const abort = new AbortController();
  const running = runOperation(imageGallery, {
    params: { as: 'zip' },
    assets: [red, red, red],
    signal: abort.signal,
    onProgress: ({ stage, fraction }) => {
      if (stage === 'pages' && fraction > 0.4) abort.abort(new Error('enough'));
    },
  });
  await expect(running).rejects.toThrow('enough');
});
