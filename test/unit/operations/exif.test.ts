import fc from 'fast-check';
import sharp, { type Exif } from 'sharp';
import { describe, expect, test } from 'vitest';
import { readExif } from '../../../operations/image-metadata/exif.ts';
import { iccName } from '../../../operations/image-metadata/icc-name.ts';
import { plain } from '../../support/pictures.ts';
import { buildTiff } from '../../support/tiff.ts';

/** EXIF data as a camera program writes it, by way of a real picture. */
async function rawExif(tags: Exif, format: 'jpeg' | 'png' | 'webp' = 'jpeg'): Promise<Buffer> {
  const picture = await plain(8, 8).withExif(tags).toFormat(format).toBuffer();
  const { exif } = await sharp(picture).metadata();
  if (!exif) throw new Error('no EXIF data');
  return exif;
}

const london = {
  IFD0: { Make: 'Acme', Model: 'One', Software: 'darktable 4', Artist: 'Zo__' },
  IFD2: {
    ExposureTime: '1/250',
    FNumber: '28/10',
    ISOSpeedRatings: '400',
    FocalLength: '50/1',
    Flash: '16',
    LensModel: 'Acme 50mm',
    DateTimeOriginal: '2026:09:11 12:30:45',
    OffsetTimeOriginal: '+02:00',
  },
  IFD3: {
    GPSLatitude: '51/1 30/1 36/1',
    GPSLatitudeRef: 'N',
    GPSLongitude: '0/1 7/1 30/1',
    GPSLongitudeRef: 'W',
    GPSAltitude: '355/10',
    GPSAltitudeRef: '0',
  },
};

/** libvips writes ASCII alone, and heights above the sea alone; cameras do not. */
const inUtf8 = (raw: Buffer): Buffer => patched(raw, Buffer.from('Zo__'), Buffer.from('Zoë'));
const belowTheSea = (raw: Buffer): Buffer =>
  patched(raw, Buffer.from('05000100010000000000', 'hex'), Buffer.from('05000100010000000100', 'hex'));

function patched(raw: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = raw.indexOf(from);
  if (at < 0) throw new Error('nothing to patch');
  const result = Buffer.from(raw);
  to.copy(result, at);
  return result;
}

describe('EXIF', () => {
  test.each(['jpeg', 'png', 'webp'] as const)('of %s', async (format) => {
    expect(readExif(belowTheSea(inUtf8(await rawExif(london, format))))).toEqual({
      exif: {
        make: 'Acme',
        model: 'One',
        lens: 'Acme 50mm',
        exposure_seconds: 0.004,
        f_number: 2.8,
        iso: 400,
        focal_length_mm: 50,
        flash: false,
        taken_at: '2026-09-11T12:30:45+02:00',
        software: 'darktable 4',
        artist: 'Zoë',
        location: { latitude: 51.51, longitude: -0.125, altitude: -35.5 },
      },
    });
  });

  test.each([
    ['N', 'E', 51.51, 0.125],
    ['S', 'E', -51.51, 0.125],
    ['N', 'W', 51.51, -0.125],
    ['S', 'W', -51.51, -0.125],
  ])('%s and %s determine the signs', async (GPSLatitudeRef, GPSLongitudeRef, latitude, longitude) => {
    const IFD3 = { ...london.IFD3, GPSLatitudeRef, GPSLongitudeRef };
    expect(readExif(await rawExif({ IFD3 }))).toMatchObject({
      exif: { location: { latitude, longitude, altitude: 35.5 } },
    });
  });

  test.each<[string, Record<string, string>]>([
    ['without its hemisphere', { GPSLatitude: '51/1 30/1 36/1', GPSLongitude: '0/1 7/1 30/1' }],
    ['that does not exist', { ...london.IFD3, GPSLatitude: '91/1 0/1 0/1' }],
    ['divided by zero', { ...london.IFD3, GPSLongitude: '0/0 0/0 0/0' }],
    ['in an unknown hemisphere', { ...london.IFD3, GPSLatitudeRef: 'X' }],
    ['at 0, 0', { ...london.IFD3, GPSLatitude: '0/1 0/1 0/1', GPSLongitude: '0/1 0/1 0/1' }],
    ['without a fix', { ...london.IFD3, GPSStatus: 'V' }],
  ])('a place %s is none', async (_, IFD3) => {
    const { exif } = readExif(await rawExif({ IFD0: { Make: 'Acme' }, IFD3 }));
    expect(exif).toMatchObject({ make: 'Acme' });
    expect(exif).not.toHaveProperty('location');
  });

  test.each([
    '0000:00:00 00:00:00',
    '    :  :     :  :  ',
    'yesterday',
    '2021:13:45 25:61:61',
    '2021:00:10 10:00:00',
    '2021:02:29 10:00:00',
    '2021:04:31 10:00:00',
    '2021:04:30 24:00:00',
    '0001:01:01 00:00:00',
  ])('the time %j is unknown', async (time) => {
    const { exif } = readExif(await rawExif({ IFD0: { Make: 'A' }, IFD2: { DateTimeOriginal: time } }));
    expect(exif).not.toHaveProperty('taken_at');
  });

  test.each([
    ['2024:02:29 23:59:59', undefined, '2024-02-29T23:59:59'],
    ['2026:09:11 12:30:45', 'Z', '2026-09-11T12:30:45Z'],
    ['2026:09:11 12:30:45', '-03:30', '2026-09-11T12:30:45-03:30'],
    ['2026:09:11 12:30:45', '+25:00', '2026-09-11T12:30:45'],
    ['2026:09:11 12:30:45', '   :  ', '2026-09-11T12:30:45'],
    ['2026:09:11 12:30:45Z', undefined, '2026-09-11T12:30:45Z'],
    ['2026:09:11 12:30:45.25+02:00', undefined, '2026-09-11T12:30:45+02:00'],
    ['2026-09-11T12:30:45Z', '+02:00', '2026-09-11T12:30:45Z'],
    ['1870:05:01 12:00:00', undefined, '1870-05-01T12:00:00'],
  ])('the time %j with the offset %j', async (time, offset, taken_at) => {
    const IFD2 = { DateTimeOriginal: time, ...(offset ? { OffsetTimeOriginal: offset } : {}) };
    expect(readExif(await rawExif({ IFD2 }))).toMatchObject({ exif: { taken_at } });
  });

  test('an impossible time is replaced by the next valid one', async () => {
    const IFD2 = { DateTimeOriginal: '2021:13:01 00:00:00', DateTimeDigitized: '2021:05:06 07:08:09' };
    expect(readExif(await rawExif({ IFD2 }))).toMatchObject({ exif: { taken_at: '2021-05-06T07:08:09' } });
  });

  test.each([
    ['thumbnail', 0, { make: 'Acme', taken_at: '2026-09-11T12:30:45+02:00', location: { latitude: 51.51 } }],
    ['GPS', 0x8825, { make: 'Acme', taken_at: '2026-09-11T12:30:45+02:00' }],
    ['EXIF', 0x8769, { make: 'Acme', location: { latitude: 51.51 } }],
  ])('a damaged %s directory does not affect the others', async (_, pointer, facts) => {
    const raw = await rawExif(london);
    const tiff = raw.subarray(6);
    const [u16, u32] = [tiff.readUInt16LE.bind(tiff), tiff.readUInt32LE.bind(tiff)];
    expect(tiff.toString('latin1', 0, 2)).toBe('II');
    const garbage = Buffer.alloc(2 + 400 * 12, Buffer.from('090009000000ffff', 'hex'));
    garbage.writeUInt16LE(400);
    for (let entry = 0; entry < 400; entry++) {
      garbage.writeUInt16LE(1, 4 + entry * 12);
      garbage.writeUInt32LE(60_000, 6 + entry * 12);
      garbage.writeUInt32LE(8, 10 + entry * 12);
    }
    const end = 8 + 2 + u16(8) * 12;
    let at = end;
    for (let entry = 10; entry < end; entry += 12) if (u16(entry) === pointer) at = entry + 8;
    tiff.writeUInt32LE(tiff.length, at);
    expect(u32(4)).toBe(8);
    const reading = readExif(Buffer.concat([raw, garbage]));
    expect(reading).toMatchObject({ exif: facts });
    if (pointer === 0x8825) expect(reading.exif).not.toHaveProperty('location');
  });

  test.each([
    [{ 34855: [400] }, 400],
    [{ 34855: [65_535], 34866: [102_400] }, 102_400],
    [{ 34855: [65_535], 34865: [204_800] }, 204_800],
    [{ 34855: [65_535] }, undefined],
  ])('a sensitivity beyond 16 bits is in other tags: %j', (tags, iso) => {
    const { exif } = readExif(buildTiff([{ tags: { 271: 'Acme' }, exif: { tags } }]));
    expect(exif?.iso).toBe(iso);
  });

  test('text is truncated and cleaned', async () => {
    const ImageDescription = `line\none\u0007 ${'x'.repeat(50_000)}`;
    const { exif } = readExif(await rawExif({ IFD0: { ImageDescription } }));
    expect(exif?.description).toMatch(/^line one x+$/);
    expect(exif?.description).toHaveLength(200);
  });

  test('is null if absent', () => {
    expect(readExif(undefined)).toEqual({ exif: null });
    expect(readExif(Buffer.alloc(0))).toEqual({ exif: null });
  });

  test('is reported if damaged', () => {
    const exif_error = expect.stringMatching(/^The EXIF data is damaged: /);
    for (const bytes of ['Exif\0\0nonsense', 'nothing of the kind', 'II*\0', 'MM\0*\0\0\0\x08'])
      expect(readExif(Buffer.from(bytes, 'latin1'))).toEqual({ exif: null, exif_error });
    expect(readExif(Buffer.alloc(2_000_000))).toEqual({ exif: null, exif_error });
  });

  test('with any changed bytes is bounded plain JSON, or reported as damaged', async () => {
    const raw = await rawExif(london);
    const change = fc.record({ at: fc.nat(raw.length - 1), value: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 12 }),
        fc.nat(raw.length),
        (changes, length) => {
          const broken = Buffer.from(raw);
          for (const { at, value } of changes) broken[at] = value;
          for (const bytes of [broken, broken.subarray(0, length)]) {
            const reading = readExif(bytes);
            const json = JSON.stringify(reading);
            expect(JSON.parse(json)).toEqual(reading);
            expect(json.length).toBeLessThan(4000);
            expect(json).not.toMatch(/null[^}]*null|NaN|Infinity/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    [5000, { exif: null, exif_error: 'The EXIF data is damaged: it cannot be read' }],
    // As many as a directory may have. Copies of the values have at most 1 MiB.
    [4000, { exif: {} }],
  ])('whose %i entries all refer to the same bytes does not fill the memory', (entries, expected) => {
    const bytes = Buffer.alloc(64_000);
    bytes.write('MM\0*\0\0\0\x08', 'latin1');
    bytes.writeUInt16BE(entries, 8);
    for (let entry = 0; entry < entries; entry++) {
      const at = 10 + entry * 12;
      bytes.writeUInt16BE(entry + 0x1000, at);
      bytes.writeUInt16BE(1, at + 2);
      bytes.writeUInt32BE(60_000, at + 4);
      bytes.writeUInt32BE(0, at + 8);
    }
    expect(readExif(bytes)).toEqual(expected);
  });
});

describe('names of colour profiles', () => {
  test.each([
    ['srgb', /^sRGB/],
    ['p3', /P3/],
  ])('%s', async (profile, name) => {
    const picture = await plain(8, 8).withIccProfile(profile).jpeg().toBuffer();
    const { icc } = await sharp(picture).metadata();
    expect(iccName(icc ?? Buffer.alloc(0))).toMatch(name);
  });

  test('damaged: null or a short word', async () => {
    const { icc } = await sharp(await plain(8, 8).withIccProfile('p3').jpeg().toBuffer()).metadata();
    const profile = icc ?? Buffer.alloc(0);
    fc.assert(
      fc.property(fc.nat(profile.length), fc.nat(profile.length - 1), fc.nat(255), (length, at, value) => {
        const broken = Buffer.from(profile);
        broken[at] = value;
        expect((iccName(broken.subarray(0, length)) ?? '').length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 300 },
    );
  });
});
