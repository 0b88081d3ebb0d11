/** image.contact-sheet: many pictures at a glance, in rows with a line of text under each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { inProcessOfItsOwn } from '../lib/child-process.ts';
import { eachAsset } from '../lib/each-asset.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { type Label, label, labelOf } from '../lib/label.ts';
import { type AssetRecord, numbered, readRecords, writeRecords } from '../lib/records.ts';
import { reduce } from '../lib/reduction.ts';
import { defineOperation, type InputFile, onError, type StageContext } from '../operation.ts';
import { type Grid, type Layout, layoutOf, MAX_PAGE_PIXELS, MAX_PAGE_SIDE, withRows } from './layout.ts';
import { type Page, writePage } from './page.ts';
import { hasFonts } from './text.ts';

interface Sheet extends Grid {
  readonly label: Label;
  readonly title: string;
}

const layoutFor = (given: Sheet): Layout =>
  layoutOf(given, { title: given.title !== '', labels: given.label !== 'none' });

const fits = ({ width, height }: Layout): boolean =>
  Math.max(width, height) <= MAX_PAGE_SIDE && width * height <= MAX_PAGE_PIXELS;

const params = z
  .strictObject({
    columns: z.int().min(1).max(50).default(5).describe('Pictures in a row'),
    rows: z.int().min(1).max(100).default(6).describe('Rows on a page; what is left goes on further pages'),
    cell: z
      .int()
      .min(16)
      .max(1024)
      .default(240)
      .describe('Side in pixels of the square that each picture is fitted into'),
    gap: z.int().min(0).max(200).default(16).describe('Pixels between pictures and around them'),
    background: z
      .string()
      .regex(/^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, 'must be a colour such as #fff or #ffffff')
      .default('#ffffff')
      .describe(
        'Colour of the page, #rgb or #rrggbb. The text is black or white, whichever can be read on it',
      ),
    label: label
      .default('name')
      .describe(
        'What is written under a picture: nothing, its name, its position from 1, or one of its attributes',
      ),
    title: z
      .string()
      .max(200)
      .default('')
      .describe('Written above each page, with its number when there are several'),
    format: z.enum(['jpeg', 'png', 'webp']).default('jpeg').describe('Format of the pages'),
    quality: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('JPEG and WebP: 80 when left out. PNG is always lossless and takes no notice of it'),
    on_error: onError,
  })
  .refine((given) => fits(layoutFor(given)), {
    path: ['rows'],
    error: ({ input }) => {
      const { width, height } = layoutFor(input as Sheet);
      return (
        `makes pages of ${width} × ${height} pixels; at most ${MAX_PAGE_SIDE} a side and ` +
        `${MAX_PAGE_PIXELS / 1e6} million in all are allowed: ask for fewer rows, fewer columns or smaller cells`
      );
    },
  });

type Params = z.infer<typeof params>;

/** `effort`: time to encode a pixel, as a multiple of JPEG's. */
const encoders = {
  jpeg: { extension: '.jpg', effort: 1 },
  png: { extension: '.png', effort: 3 },
  webp: { extension: '.webp', effort: 4 },
} as const;

/** A page that takes more than a second or two is made in a process of its own. */
const MAX_EFFORT = 40e6;

/** Of the small pictures on their way from stage to stage: more than that of any page. */
const DRAFT_QUALITY = 92;

export const imageContactSheet = defineOperation({
  name: 'image.contact-sheet',
  title: 'Contact sheet',
  description:
    'Lays all assets out on pages, upright, in rows, with a label under each: `contact-sheet.jpg`, or `contact-sheet-001.jpg` ' +
    'and so on when one page does not hold them. Reads JPEG, PNG, WebP, AVIF, GIF and TIFF, up to ' +
    `${Math.floor(MAX_PIXELS / 1e6)} million pixels. Labels need a font on the worker that has their letters.`,
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'files',
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'thumbnails', title: 'Thumbnails', capability: 'cpu', perAsset: true, run: makeThumbnails },
    { name: 'pages', title: 'Pages', capability: 'cpu', needsInputs: false, run: makePages },
  ],
});

interface Cell extends AssetRecord {
  readonly label: string;
}

const thumbnailOf = (workspace: string, { index }: AssetRecord): string =>
  join(workspace, 'thumbs', `${numbered(index)}.jpg`);

async function makeThumbnails(context: StageContext<Params>): Promise<void> {
  const { params, workspace, signal } = context;
  await mkdir(join(workspace, 'thumbs'), { recursive: true });
  const cells = await eachAsset(context, async (input: InputFile): Promise<Cell> => {
    const { cell: side, background } = params;
    const reduction = {
      side,
      background: sixDigits(background),
      format: 'jpeg',
      quality: DRAFT_QUALITY,
    } as const;
    await reduce(input, reduction, thumbnailOf(workspace, input), signal);
    return { index: input.index, label: labelOf(params.label, input) };
  });
  await writeRecords(workspace, cells);
}

async function makePages({
  params,
  workspace,
  outputs,
  progress,
  signal,
}: StageContext<Params>): Promise<void> {
  signal.throwIfAborted();
  const { columns, rows, label, title, format, quality } = params;
  if ((label !== 'none' || title !== '') && !(await hasFonts())) {
    throw new DarkroomError(
      'operation_failed',
      'The worker has no fonts to write labels with: install some (in Debian: fonts-dejavu-core), or ask for label "none" ' +
        'and no title',
    );
  }
  const cells: Cell[] = [];
  for await (const cell of readRecords<Cell>(workspace)) cells.push(cell);
  const pages = Math.ceil(cells.length / (columns * rows));
  const layout = layoutFor(params);
  for (let number = 1; number <= pages; number++) {
    signal.throwIfAborted();
    progress((number - 1) / pages, `page ${number} of ${pages}`);
    const onPage = cells.slice((number - 1) * columns * rows, number * columns * rows);
    const page: Page = {
      layout: withRows(layout, Math.ceil(onPage.length / columns)),
      title: title !== '' && pages > 1 ? `${number}/${pages}  ${title}` : title,
      background: sixDigits(params.background),
      format,
      quality,
      cells: onPage.map((cell) => ({ path: thumbnailOf(workspace, cell), label: cell.label })),
    };
    const suffix = pages > 1 ? `-${String(number).padStart(3, '0')}` : '';
    const { path } = await outputs.create(`contact-sheet${suffix}${encoders[format].extension}`);
    await makePage(page, path, workspace, signal);
  }
  progress(1);
}

async function makePage(page: Page, path: string, workspace: string, signal: AbortSignal): Promise<void> {
  const { width, height } = page.layout;
  if (width * height * encoders[page.format].effort <= MAX_EFFORT) return await writePage(page, path);
  // Its labels are too much for a command line.
  const order = join(workspace, 'page.json');
  await writeFile(order, JSON.stringify(page));
  await inProcessOfItsOwn('image-contact-sheet/child.js', { page: order, path }, signal);
}

const sixDigits = (colour: string): string =>
  colour.length === 4 ? `#${[...colour.slice(1)].map((digit) => digit + digit).join('')}` : colour;
