/** The page of one picture, with its attributes and EXIF data. */

import type { ExifFacts } from '../image-metadata/exif.ts';
import { escapeMarkup } from '../lib/escape-markup.ts';
import { formatAttribute } from '../lib/label.ts';
import type { Entry, GalleryOptions, Summary } from './entry.ts';
import { indexPage } from './file-names.ts';
import { descriptionList, htmlPage, isolateText } from './html.ts';
import { formatPosition } from './map-scale.ts';

const MAX_VALUE = 2000;

export interface Neighbours {
  readonly before: Summary | undefined;
  readonly after: Summary | undefined;
  /** Number of the page of thumbnails that it is on. */
  readonly indexNumber: number;
  readonly map: boolean;
}

export function buildImagePage(
  look: GalleryOptions,
  entry: Entry,
  { before, after, indexNumber, map }: Neighbours,
): string {
  const { caption, name, image, location, attributes, exif } = entry;
  const title = caption === '' ? name : caption;
  const links = [
    `<li><a href="../${indexPage(indexNumber)}">All pictures</a></li>`,
    before ? `<li><a href="../${before.page}" rel="prev">Previous</a></li>` : '',
    after ? `<li><a href="../${after.page}" rel="next">Next</a></li>` : '',
    map && location ? '<li><a href="../map.html">Map</a></li>' : '',
  ];
  const shown = image
    ? `<figure><a href="../${escapeMarkup(image.path)}"><img src="../${escapeMarkup(image.path)}" width="${image.width}" ` +
      `height="${image.height}" alt="${escapeMarkup(title)}"></a></figure>`
    : '';
  const own = Object.entries(attributes).map(
    ([key, value]) => [key, isolateText(truncateValue(formatAttribute(value)))] as const,
  );
  return htmlPage({
    title: `${title} – ${look.title}`,
    root: '../',
    header: `<h1>${isolateText(title)}</h1>\n<nav aria-label="Pictures"><ul>${links.join('')}</ul></nav>`,
    main: [
      shown,
      own.length > 0 ? `<h2>Attributes</h2>\n${descriptionList(own)}` : '',
      `<h2>Picture</h2>\n${descriptionList([...basics(entry), ...(exif ? camera(exif) : [])])}`,
    ]
      .filter((part) => part !== '')
      .join('\n'),
  });
}

type Rows = (readonly [string, string | null])[];

function basics({ name, width, height, size, media_type, original, location }: Entry): Rows {
  const format = media_type.replace('image/', '').toUpperCase();
  return [
    ['Name', isolateText(name)],
    ['Size', `${width} × ${height} pixels, ${formatBytes(size)}, ${format}`],
    ['Original', original === null ? null : `<a href="../${escapeMarkup(original)}">Download</a>`],
    ['Place', location && formatPosition(location)],
  ];
}

function camera(exif: ExifFacts): Rows {
  const { make, model, lens, exposure_seconds, f_number, iso, focal_length_mm, taken_at } = exif;
  const maker = make !== undefined && !model?.startsWith(make) ? make : undefined;
  const settings = [
    exposure_seconds === undefined ? undefined : formatExposure(exposure_seconds),
    f_number === undefined ? undefined : `f/${f_number}`,
    iso === undefined ? undefined : `ISO ${iso}`,
    focal_length_mm === undefined ? undefined : `${focal_length_mm} mm`,
  ];
  return [
    ['Taken', joinText([taken_at?.replace('T', ' ')], ' ')],
    ['Camera', joinText([maker, model], ' ')],
    ['Lens', joinText([lens], ' ')],
    ['Settings', joinText(settings, ', ')],
    ['Description', joinText([exif.description], ' ')],
    ['Artist', joinText([exif.artist], ' ')],
    ['Copyright', joinText([exif.copyright], ' ')],
    ['Software', joinText([exif.software], ' ')],
  ];
}

function joinText(parts: readonly (string | undefined)[], between: string): string | null {
  const present = parts.filter((part) => part !== undefined);
  return present.length === 0 ? null : isolateText(present.join(between));
}

const formatExposure = (seconds: number): string =>
  seconds < 0.4 ? `1/${Math.round(1 / seconds)} s` : `${Number(seconds.toFixed(1))} s`;

function formatBytes(size: number): string {
  if (size < 1000) return `${size} bytes`;
  const [value, unit] = size < 1e6 ? [size / 1e3, 'kB'] : [size / 1e6, 'MB'];
  return `${Number(value.toFixed(1))} ${unit}`;
}

function truncateValue(text: string): string {
  const characters = [...text];
  return characters.length <= MAX_VALUE ? text : `${characters.slice(0, MAX_VALUE).join('')}…`;
}
