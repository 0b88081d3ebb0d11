import fc from 'fast-check';
import sharp, { type Exif } from 'sharp';
import { describe, expect, test } from 'vitest';
import { readExif } from '../../../operations/image-metadata/exif.ts';
import { iccName } from '../../../operations/image-metadata/icc-name.ts';
import { plain } from '../../support/pictures.ts';

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
  ])('%s and %s give the signs', async (GPSLatitudeRef, GPSLongitudeRef, latitude, longitude) => {
    const IFD3 = { ...london.IFD3, GPSLatitudeRef, GPSLongitudeRef };
    expect(readExif(await rawExif({ IFD3 }))).toMatchObject({
      exif: { location: { latitude, longitude, altitude: 35.5 } },
    });
  });

  test.each<[string, Record<string, string>]>([
    ['without its hemisphere', { GPSLatitude: '51/1 30/1 36/1', GPSLongitude: '0/1 7/1 30/1' }],
    ['that does not exist', { ...london.IFD3, GPSLatitude: '91/1 0/1 0/1' }],
    ['divided by zero', { ...london.IFD3, GPSLongitude: '0/0 0/0 0/0' }],
  ])('a place %s is none', async (_, IFD3) => {
    const { exif } = readExif(await rawExif({ IFD0: { Make: 'Acme' }, IFD3 }));
    expect(exif).toMatchObject({ make: 'Acme' });
    expect(exif).not.toHaveProperty('location');
  });

  test.each(['0000:00:00 00:00:00', '    :  :     :  :  ', 'yesterday'])(
    'the time %j is unknown',
    async (time) => {
      const { exif } = readExif(await rawExif({ IFD0: { Make: 'A' }, IFD2: { DateTimeOriginal: time } }));
      expect(exif).not.toHaveProperty('taken_at');
    },
  );

  test('text is cut and cleaned', async () => {
    const ImageDescription = `line\none\u0007 ${'x'.repeat(50_000)}`;
    const { exif } = readExif(await rawExif({ IFD0: { ImageDescription } }));
    expect(exif?.description).toMatch(/^line one x+$/);
    expect(exif?.description).toHaveLength(200);
  });

  test('that is not there is null', () => {
    expect(readExif(undefined)).toEqual({ exif: null });
    expect(readExif(Buffer.alloc(0))).toEqual({ exif: null });
  });

  test('that is damaged is told', () => {
    const exif_error = expect.stringMatching(/^The EXIF data is damaged: /);
    for (const bytes of ['Exif\0\0nonsense', 'nothing of the kind', 'II*\0', 'MM\0*\0\0\0\x08'])
      expect(readExif(Buffer.from(bytes, 'latin1'))).toEqual({ exif: null, exif_error });
    expect(readExif(Buffer.alloc(2_000_000))).toEqual({ exif: null, exif_error });
  });

  test('with any bytes changed gives plain JSON of a bounded size, or says that it is damaged', async () => {
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

  test('whose entries all name the same bytes is refused before it fills the memory', () => {
    const entries = 5000;
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
    expect(readExif(bytes)).toEqual({
      exif: null,
      exif_error: 'The EXIF data is damaged: it names the same bytes again and again',
    });
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
