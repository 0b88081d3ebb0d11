/** Which picture of a file is detected, its scale, and the pictures that are refused. */
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { parseScale } from '../../../operations/poi-detection/slide-scale.ts';
import { detectPoints } from '../../support/detect-points.ts';
import { noise } from '../../support/pictures.ts';
import { matched, slide } from '../../support/slides.ts';
import { buildTiff, type TiffPage, type TiffTags, tiffPage } from '../../support/tiff.ts';

const width = 300;
const height = 240;
const { png, nuclei } = await slide({ width, height, nuclei: 20 });
const wanted = await detectPoints(png);

const toPage = async (picture: Sharp, tags: TiffTags = {}): Promise<TiffPage> => {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return tiffPage(info.width, info.height, data, tags);
};
const slidePage = (tags: TiffTags = {}) => toPage(sharp(png), tags);
const reduced = (side: number, tags: TiffTags = {}) => toPage(sharp(png).resize(side), { 254: [1], ...tags });
const label = () => toPage(noise(160, 120));

test('finds the known nuclei', () => {
  const { precision, recall } = matched(wanted.points, nuclei);
  expect(Math.min(precision, recall)).toBeGreaterThan(0.94);
});

describe('reads every format', () => {
  test.each([
    ['JPEG', (picture: Sharp) => picture.jpeg({ quality: 95 })],
    ['progressive JPEG', (picture: Sharp) => picture.jpeg({ quality: 95, progressive: true })],
    ['TIFF in strips', (picture: Sharp) => picture.tiff({ compression: 'lzw' })],
    ['TIFF in tiles', (picture: Sharp) => picture.tiff({ tile: true, compression: 'deflate' })],
    ['lossless WebP', (picture: Sharp) => picture.webp({ lossless: true })],
    ['with transparency', (picture: Sharp) => picture.ensureAlpha().png()],
    ['16 bits', (picture: Sharp) => picture.toColourspace('rgb16').png()],
    [
      '16 bits with a profile',
      (picture: Sharp) => picture.toColourspace('rgb16').withIccProfile('srgb').png(),
    ],
  ])('%s', async (_, save) => {
    const { points } = await detectPoints(await save(sharp(png)).toBuffer(), { tile: 256 });
    const match = matched(points, wanted.points);
    expect(Math.min(match.precision, match.recall)).toBeGreaterThan(0.94);
  });
});

describe('uses the largest picture of a TIFF file', () => {
  test.each<[string, () => Promise<readonly TiffPage[]>, number, number | null]>([
    ['label first', async () => [await label(), await reduced(90), await slidePage()], 2, null],
    ['label last', async () => [await slidePage(), await reduced(90), await label()], 0, null],
    [
      'levels as sub-directories',
      async () => [{ ...(await slidePage()), children: [await reduced(150)] }],
      0,
      null,
    ],
    [
      'a sub-directory of the label',
      async () => [{ ...(await label()), children: [await slidePage()] }],
      0,
      0,
    ],
    [
      'of a second page',
      async () => [await label(), { ...(await reduced(90)), children: [await slidePage()] }],
      1,
      0,
    ],
  ])('%s', async (_, pages, page, subifd) => {
    const found = await detectPoints(buildTiff(await pages()));
    expect(found).toMatchObject({ width, height, page, subifd });
    expect(found.points).toEqual(wanted.points);
  });

  test('notes pages of the same size, and uses the first', async () => {
    const planes = [await slidePage(), await toPage(sharp(png).blur(8))];
    const { page, points, notes } = await detectPoints(buildTiff(planes));
    expect({ page, points }).toEqual({ page: 0, points: wanted.points });
    expect(notes).toMatchObject([
      { code: 'page_chosen', message: expect.stringContaining('2 pages') },
      { code: 'pages_left_out', message: expect.stringContaining('has 2 pictures; only the largest') },
    ]);
  });

  test('notes a label, but not the levels of the slide', async () => {
    const levels = [await slidePage(), await reduced(150), await reduced(75)];
    const labelled = await detectPoints(buildTiff([...levels, await label()]));
    expect(labelled.notes).toMatchObject([{ code: 'pages_left_out' }]);
    expect((await detectPoints(buildTiff(levels))).notes).toEqual([]);
  });

  test('notes the frames of an animation', async () => {
    const frame = await sharp(png).removeAlpha().raw().toBuffer();
    const raw = { width, height: 2 * height, channels: 3, pageHeight: height } as const;
    const moving = await sharp(Buffer.concat([frame, Buffer.alloc(frame.length, 230)]), { raw })
      .webp({ lossless: true })
      .toBuffer();
    const { points, notes } = await detectPoints(moving);
    expect(points).toEqual(wanted.points);
    expect(notes).toMatchObject([
      { code: 'frames_left_out', message: expect.stringContaining('has 2 frames; only the first') },
    ]);
  });
});

/** sharp takes pixels per millimetre. */
const withResolution = (perUnit: number, unit: 'inch' | 'cm') => {
  const perMillimetre = perUnit / (unit === 'inch' ? 25.4 : 10);
  return sharp(png).tiff({
    compression: 'none',
    xres: perMillimetre,
    yres: perMillimetre,
    resolutionUnit: unit,
  });
};

describe('reads micrometres per pixel from the file', () => {
  const aperio =
    'Aperio Image Library v11\r\n300x240 [0,0 300x240] (256x256) |AppMag = 40|MPP = 0.2520|Left = 1';
  const ome = (attributes: string) =>
    `<?xml version="1.0"?><OME><Image><Pixels ${attributes} SizeX="300"/></Image></OME>`;
  test.each<[string, () => Promise<Buffer>, number | null]>([
    ['Aperio', async () => buildTiff([await slidePage({ 270: aperio })]), 0.252],
    ['OME-XML', async () => buildTiff([await slidePage({ 270: ome('PhysicalSizeX="0.5"') })]), 0.5],
    [
      'OME-XML in nanometres',
      async () => buildTiff([await slidePage({ 270: ome('PhysicalSizeX="325" PhysicalSizeXUnit="nm"') })]),
      0.325,
    ],
    [
      'of another page',
      async () => buildTiff([await toPage(noise(160, 120), { 270: aperio }), await slidePage()]),
      0.252,
    ],
    ['pixels per centimetre', () => withResolution(40_000, 'cm').toBuffer(), 0.25],
    ['pixels per inch', () => withResolution(101_600, 'inch').toBuffer(), 0.25],
    ['PNG with pixels per metre', () => sharp(png).withMetadata({ density: 101_600 }).png().toBuffer(), 0.25],
    ['but not 72 pixels per inch', () => withResolution(72, 'inch').toBuffer(), null],
    ['none', async () => png, null],
  ])('%s', async (_, file, microns) => {
    const { micronsPerPixel } = await detectPoints(await file());
    if (microns === null) expect(micronsPerPixel).toBeNull();
    else expect(micronsPerPixel).toBeCloseTo(microns, 3);
  });

  test.each([
    ['<x iScan Magnification="40" ScanRes="0.2325"/>', 0.2325],
    ['PhysicalSizeX="0.0005" PhysicalSizeXUnit="mm"', 0.5],
    ['PhysicalSizeX="0.25" PhysicalSizeXUnit="Âµm"', 0.25],
    [
      '<Attribute Name="DICOM_PIXEL_SPACING" PMSVR="IDoubleArray">&quot;0.000226891&quot; &quot;0.000226907&quot;</Attribute>',
      0.226891,
    ],
    ['PhysicalSizeX="1" PhysicalSizeXUnit="pixel"', null],
    ['MPP = 0', null],
    ['a holiday', null],
  ])('parses %s', (description, microns) => expect(parseScale(description)).toBe(microns));
});

describe('radii in micrometres', () => {
  test('are converted by the scale of the file, or of the request', async () => {
    const radii = { minRadius: 4, maxRadius: 20 };
    const inMicrons = { min_radius_um: 1, max_radius_um: 5 };
    const scaled = await detectPoints(await withResolution(40_000, 'cm').toBuffer(), inMicrons);
    expect(scaled.radii).toEqual(radii);
    expect(scaled.points).toEqual(wanted.points);
    const given = await detectPoints(png, { ...inMicrons, microns_per_pixel: 0.25 });
    expect(given).toMatchObject({ radii, micronsPerPixel: 0.25, points: wanted.points });
  });

  test.each([
    [{ max_radius_um: 5 }, /does not state its scale: give `microns_per_pixel`/],
    [{ max_radius_um: 50, microns_per_pixel: 0.25 }, /4\.0 to 200\.0 pixels at 0\.25 µm per pixel/],
    [{ min_radius_um: 8, microns_per_pixel: 0.25 }, /must be ascending/],
  ])('that cannot be used name the remedy: %j', async (params, message) => {
    await expect(detectPoints(png, params)).rejects.toMatchObject({
      code: 'asset_unsuitable',
      message: expect.stringMatching(message),
    });
  });
});

/** Spots of these colours, blurred, on a dark background with the noise of a camera. */
const fluorescence = async (...colours: string[]): Promise<Buffer> => {
  const spots = Array.from({ length: 30 }, (_, i) => {
    const fill = colours[i % colours.length];
    return `<circle cx="${(i * 97) % 400}" cy="${(i * 53) % 300}" r="${8 + (i % 6)}" fill="${fill}"/>`;
  });
  const svg = Buffer.from(
    `<svg width="400" height="300"><rect width="400" height="300"/>${spots.join('')}</svg>`,
  );
  const { data, info } = await sharp(svg).removeAlpha().blur(1.5).raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at++) data[at] = Math.min(255, (data[at] ?? 0) + ((at * 7919) % 13));
  // Not `info`: it calls the pixels premultiplied, and sharp would divide by the third channel.
  const { width, height } = info;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
};

describe('rejects slides that are neither H&E nor H-DAB', () => {
  const grey = (picture: Sharp) => picture.greyscale().toColourspace('b-w');
  test.each<[string, () => Promise<Buffer>, RegExp]>([
    ['blue fluorescence', () => fluorescence('#1428c8', '#0a1e96'), /fluorescence/],
    [
      'fluorescence in several colours',
      () => fluorescence('#1428c8', '#14c828', '#c81428', '#c828b4'),
      /fluorescence/,
    ],
    ['magenta fluorescence', () => fluorescence('#c814c8', '#f03ca0'), /fluorescence/],
    ['a grey picture', () => grey(sharp(png)).png().toBuffer(), /one channel/],
    ['16-bit grey', () => grey(sharp(png)).toColourspace('grey16').tiff().toBuffer(), /one channel/],
    [
      'grey stored in colour',
      async () =>
        sharp(await grey(sharp(png)).png().toBuffer())
          .toColourspace('srgb')
          .png({ palette: false })
          .toBuffer(),
      /no colours/,
    ],
    [
      'a grey page for each channel',
      async () => {
        const channel = tiffPage(200, 200, await noise(200, 200).extractChannel(0).raw().toBuffer());
        return buildTiff([channel, channel, channel]);
      },
      /one channel/,
    ],
  ])('%s', async (_, picture, message) => {
    await expect(detectPoints(await picture())).rejects.toMatchObject({
      code: 'asset_unsuitable',
      message: expect.stringMatching(message),
    });
  });

  test('notes stains that it cannot distinguish, and colours that fit neither', async () => {
    const codes = async (picture: Buffer, params = {}) =>
      (await detectPoints(picture, params)).notes.map(({ code }) => code);
    const blue = await sharp({ create: { width, height, channels: 3, background: '#f0f0f0' } })
      .composite([{ input: await spots('rgb(120, 111, 180)'), left: 0, top: 0 }])
      .png()
      .toBuffer();
    expect(await codes(blue)).toContain('stains_uncertain');
    expect(await codes(blue, { stains: 'he' })).not.toContain('stains_uncertain');
    expect(await codes(await noise(200, 200).png().toBuffer())).toContain('stains_unknown');
    expect(await codes(png)).toEqual([]);
  });
});

const spots = (fill: string) => {
  const circles = Array.from(
    { length: 30 },
    (_, i) => `<circle cx="${(i % 6) * 50 + 25}" cy="${Math.floor(i / 6) * 48 + 24}" r="9" fill="${fill}"/>`,
  );
  return sharp(Buffer.from(`<svg width="${width}" height="${height}">${circles.join('')}</svg>`))
    .png()
    .toBuffer();
};

describe('never completes a damaged tiled TIFF', () => {
  const tiled = sharp(png)
    .tiff({ tile: true, tileWidth: 64, tileHeight: 64, compression: 'deflate' })
    .toBuffer();
  test.each<[string, (file: Buffer) => Buffer]>([
    ['cut off', (file) => file.subarray(0, Math.floor(file.length / 2))],
    ['damaged tiles', (file) => Buffer.from(file).fill(0xff, 20_000, 40_000)],
  ])('%s', async (_, damage) => {
    await expect(detectPoints(damage(await tiled))).rejects.toMatchObject({ code: 'asset_corrupt' });
  });
});
