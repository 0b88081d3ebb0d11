/** The parameter `metadata`. ExifTool writes the metadata of the asset and reads that of the results. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { imageGallery } from '../../../operations/image-gallery/index.ts';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { createRegistry } from '../../../operations/registry.ts';
import { assign } from '../../../src/cli/params/assignments.ts';
import { plain } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';

const formats = ['jpeg', 'png', 'webp', 'avif'] as const;

/** What ExifTool writes, by the groups that keep it. */
const written: readonly (readonly [tag: string, value: string, ...groups: string[]])[] = [
  ['IFD0:ImageDescription', 'A dog', 'exif'],
  ['IFD0:Artist', 'Ada', 'exif', 'copyright'],
  ['IFD0:Copyright', '(c) Ada', 'exif', 'copyright'],
  ['IFD0:Make', 'Acme', 'exif', 'camera'],
  ['ExifIFD:FNumber', '2.8', 'exif', 'camera'],
  ['ExifIFD:LensModel', '35mm', 'exif', 'camera'],
  ['ExifIFD:SerialNumber', 'S123', 'exif'],
  ['ExifIFD:OwnerName', 'Owner', 'exif'],
  ['ExifIFD:DateTimeOriginal', '2026:09:11 12:30:45', 'exif', 'capture-date'],
  ['ExifIFD:OffsetTimeOriginal', '+02:00', 'exif', 'capture-date'],
  ['GPS:GPSLatitude', '51.5', 'location'],
  ['GPS:GPSLatitudeRef', 'N', 'location'],
  ['XMP-dc:Title', 'Dog', 'xmp'],
  ['XMP-dc:Creator', 'Ada', 'xmp', 'copyright'],
  ['XMP-dc:Rights', '(c) Ada & <co>', 'xmp', 'copyright'],
  ['XMP-xmpRights:UsageTerms', 'None', 'xmp', 'copyright'],
  ['XMP-iptcCore:CreatorWorkEmail', 'ada@example.com', 'xmp', 'copyright'],
  ['XMP-tiff:Model', 'Model A', 'xmp', 'camera'],
  ['XMP-exif:FocalLength', '35', 'xmp', 'camera'],
  ['XMP-photoshop:DateCreated', '2026:09:11', 'xmp', 'capture-date'],
  ['XMP-photoshop:City', 'London', 'location'],
  ['XMP-exif:GPSLatitude', '51.5', 'location'],
  ['XMP-iptcExt:LocationShownCity', 'London', 'location'],
  ['IPTC:Keywords', 'dog', 'iptc'],
  ['IPTC:By-line', 'Ada', 'iptc', 'copyright'],
  ['IPTC:DateCreated', '2026:09:11', 'iptc', 'capture-date'],
  ['IPTC:City', 'London', 'location'],
  ['Photoshop:URL', 'https://example.com', 'iptc', 'copyright'],
];

/** What describes the original picture only. */
const outdated: readonly (readonly [tag: string, value: string])[] = [
  ['IFD0:Orientation#', '6'],
  ['ExifIFD:SubjectArea', '10 10 4 4'],
  ['ExifIFD:ColorSpace#', '65535'],
  ['ExifIFD:Gamma', '2.2'],
  ['IFD0:WhitePoint', '0.3 0.3'],
  ['XMP-tiff:Orientation#', '6'],
  ['XMP-tiff:BitsPerSample', '16'],
  ['XMP-photoshop:ICCProfileName', 'Other'],
  ['XMP-dc:Format', 'image/tiff'],
  ['XMP-exif:ColorSpace#', '65535'],
  ['XMP-crs:CropTop', '0.25'],
  ['XMP-mwg-rs:RegionName', 'Face'],
  ['IPTC:ImageOrientation', 'L'],
  ['IPTC:ObjectPreviewData', 'OLD'],
];

const removed = outdated
  .map(([tag]) => tag.replace('#', ''))
  .filter((tag) => !/Orientation$|ExifIFD:ColorSpace|Gamma|WhitePoint/.test(tag));
/** True of a result in its own profile, not of one that was converted to sRGB. */
const ofProfile = ['ExifIFD:Gamma', 'IFD0:WhitePoint'];

const lacksExifTool = spawnSync('exiftool', ['-ver']).status !== 0;

describe.skipIf(lacksExifTool)('metadata', () => {
  let asset: Buffer;
  beforeAll(async () => {
    const jpeg = await plain(80, 40).withIccProfile('p3').jpeg().toBuffer();
    asset = inFolder((path) => {
      writeFileSync(path, jpeg);
      const tags = [...written, ...outdated].map(([tag, value]) => `-${tag}=${value}`);
      execFileSync('exiftool', ['-m', '-overwrite_original', ...tags, path]);
      return readFileSync(path);
    });
    const found = readTags(asset);
    for (const [tag] of [...written, ...outdated]) expect(found, tag).toHaveProperty([tag.replace('#', '')]);
  });

  const choices = [
    ['strip', []],
    ['keep', ['profile', 'exif', 'xmp', 'iptc', 'location']],
    ['strip-location', ['profile', 'exif', 'xmp', 'iptc']],
    ...['profile', 'exif', 'xmp', 'iptc', 'copyright', 'capture-date', 'camera', 'location'].map(
      (group) => [[group], [group]] as const,
    ),
    [
      ['profile', 'copyright', 'xmp', 'location'],
      ['profile', 'copyright', 'xmp', 'location'],
    ],
    [[], []],
  ] as const;

  test.each(choices)('%j keeps exactly that', async (metadata, groups) => {
    for (const format of groups.length > 2 ? formats : (['jpeg'] as const)) {
      const params = { metadata, format, width: 8 };
      const { files, notes } = await runOperation(imageTransform, {
        params,
        assets: [{ name: 'a.jpg', bytes: asset }],
      });
      const [[, bytes] = []] = files;
      const tags = readTags(bytes ?? Buffer.alloc(0));
      const isIptc = (tag: string) => /^(IPTC|Photoshop):/.test(tag);
      const wanted = written.filter(([, , ...kept]) =>
        kept.some((group) => (groups as readonly string[]).includes(group)),
      );
      for (const [tag, value] of written) {
        const isKept = wanted.some(([one]) => one === tag) && !(isIptc(tag) && format !== 'jpeg');
        if (isKept) expect(String(tags[tag] ?? 'absent'), `${tag} in ${format}`).toContain(value.slice(0, 8));
        else expect(tags, format).not.toHaveProperty([tag]);
      }
      for (const tag of removed) expect(tags, format).not.toHaveProperty([tag]);
      for (const tag of ['IFD0:Orientation', 'XMP-tiff:Orientation']) expect(tags[tag] ?? 1).toBe(1);
      const hasProfile = (groups as readonly string[]).includes('profile');
      expect(tags['ICC_Profile:ProfileDescription'] !== undefined).toBe(hasProfile);
      if (!hasProfile) {
        expect(tags['ExifIFD:ColorSpace'] ?? 1).toBe(1);
        for (const tag of ofProfile) expect(tags).not.toHaveProperty([tag]);
      }
      const isDropped = format !== 'jpeg' && wanted.some(([tag]) => isIptc(tag));
      expect(notes.map(({ code }) => code)).toEqual(isDropped ? ['iptc_dropped'] : []);
      if (!(groups as readonly string[]).includes('location')) expect(bytes?.includes('London')).toBe(false);
    }
  });

  test('of TIFF and its IPTC data are kept in JPEG', async () => {
    const tiff = await plain(80, 40).tiff({ compression: 'lzw' }).toBuffer();
    const bytes = inFolder((path) => {
      writeFileSync(path, tiff);
      execFileSync('exiftool', ['-m', '-overwrite_original', '-IPTC:By-line=Ada', '-IPTC:City=London', path]);
      return readFileSync(path);
    });
    const params = { metadata: ['copyright'], format: 'jpeg' };
    const { files } = await runOperation(imageTransform, { params, assets: [{ name: 'a.tif', bytes }] });
    const tags = readTags(files.get('a.jpg') ?? Buffer.alloc(0));
    expect(tags['IPTC:By-line']).toBe('Ada');
    expect(tags).not.toHaveProperty(['IPTC:City']);
  });

  test('of large pictures in a gallery', async () => {
    const params = { metadata: ['copyright'], format: 'jpeg' };
    const { files } = await runOperation(imageGallery as never, {
      params,
      assets: [{ name: 'a.jpg', bytes: asset }],
    });
    const [, picture] = [...files].find(([path]) => path.startsWith('images/')) ?? [];
    const tags = readTags(picture ?? Buffer.alloc(0));
    expect(tags).toMatchObject({ 'IFD0:Artist': 'Ada', 'IPTC:By-line': 'Ada' });
    expect(tags).not.toHaveProperty(['IFD0:Make']);
  });
});

describe('the parameter metadata', () => {
  const registry = createRegistry([imageTransform]).find('image.transform');

  test.each([
    ['nothing', '/metadata', /must be one of "strip", "strip-location", "keep"/],
    [['exif', 'gps'], '/metadata/1', /must be one of "profile", "exif".*"location"/],
    [3, '/metadata', /must be/],
  ])('refuses %j by name', (metadata, pointer, detail) => {
    const parsed = registry?.parse({ metadata });
    expect(parsed).toEqual({ ok: false, errors: [{ pointer, detail: expect.stringMatching(detail) }] });
  });

  test.each([
    [['metadata=keep'], 'keep'],
    [['metadata=exif'], ['exif']],
    [['metadata=exif, location'], ['exif', 'location']],
    [
      ['metadata=exif', 'metadata=location'],
      ['exif', 'location'],
    ],
    [['metadata=["exif"]'], ['exif']],
  ])('is read from text: %j', (assignments, metadata) => {
    expect(assign(assignments, {}, registry?.info.params ?? {})).toEqual({ metadata });
  });

  test.each([
    [['metadata=exif,gps']],
    [['metadata=strip,exif']],
    [['metadata=keep', 'metadata=exif']],
    [['metadata=exif', 'metadata=keep']],
  ])('is refused as text: %j', (assignments) => {
    expect(() => assign(assignments, {}, registry?.info.params ?? {})).toThrow(
      /must be strip, strip-location or keep, or must be a list of profile, exif|it is set twice/,
    );
  });
});

function inFolder<T>(work: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-exiftool-'));
  try {
    return work(join(folder, 'a'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Tags by group and name, such as `IFD0:Artist`. */
function readTags(bytes: Buffer): Record<string, unknown> {
  const args = [
    '-j',
    '-G1',
    '-a',
    '-struct',
    '-c',
    '%.4f',
    '-IFD0:Orientation#',
    '-XMP-tiff:Orientation#',
    '-ExifIFD:ColorSpace#',
    '-all',
  ];
  return inFolder((path) => {
    writeFileSync(path, bytes);
    const [tags] = JSON.parse(
      execFileSync('exiftool', [...args.filter((arg) => arg !== '-struct'), path], { encoding: 'utf8' }),
    ) as [Record<string, unknown>];
    return tags;
  });
}
