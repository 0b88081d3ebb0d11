/** image.contact-sheet: pages with thumbnails in rows, each with a label. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '../../src/errors.ts';
import { runInChildProcess } from '../lib/child-process.ts';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { formatLabel } from '../lib/label.ts';
import { formatNumber, readRecords, type StageRecord, writeRecords } from '../lib/records.ts';
import { writeResizedCopy } from '../lib/resized-copy.ts';
import { defineOperation, type InputFile, type StageContext } from '../operation.ts';
import { withRows } from './layout.ts';
import { type Page, task } from './page.ts';
import { type Params, pageLayout, params } from './params.ts';
import { hasFonts } from './text.ts';

/** `effort`: time to encode a pixel, as a multiple of JPEG's. */
const encoders = {
  jpeg: { extension: '.jpg', effort: 1 },
  png: { extension: '.png', effort: 3 },
  webp: { extension: '.webp', effort: 4 },
} as const;

/** Pixels, as `effort` counts them: a page that takes more than one or two seconds is written by a child process. */
const MAX_EFFORT_IN_PROCESS = 40e6;

/** JPEG quality of the thumbnails between the stages: higher than that of any page. */
const THUMBNAIL_QUALITY = 92;

export const imageContactSheet = defineOperation({
  name: 'image.contact-sheet',
  title: 'Contact sheet',
  description:
    'Arranges all assets in rows on pages, oriented by EXIF, with a label under each: `contact-sheet.jpg`, or `contact-sheet-001.jpg` ' +
    'and so on for several pages. Reads JPEG, PNG, WebP, AVIF, HEIC, GIF and TIFF, up to ' +
    `${Math.floor(MAX_PIXELS / 1e6)} million pixels. Labels need a font on the worker that has their characters.`,
  params,
  inputs: { min: 1, max: 10_000, media: IMAGE_TYPES },
  result: 'files',
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'thumbnails', title: 'Thumbnails', capability: 'cpu', perAsset: true, run: makeThumbnails },
    { name: 'pages', title: 'Pages', capability: 'cpu', needsInputs: false, run: makePages },
  ],
});

interface Cell extends StageRecord {
  readonly label: string;
}

const thumbnailPath = (workspace: string, { index }: StageRecord): string =>
  join(workspace, 'thumbs', `${formatNumber(index)}.jpg`);

async function makeThumbnails(context: StageContext<Params>): Promise<void> {
  const { params, workspace, signal } = context;
  await mkdir(join(workspace, 'thumbs'), { recursive: true });
  const cells = await eachPicture(context, async (input: InputFile): Promise<Cell> => {
    const { cell: side, background } = params;
    const options = {
      side,
      background: toSixDigits(background),
      format: 'jpeg',
      quality: THUMBNAIL_QUALITY,
    } as const;
    await writeResizedCopy(input, options, thumbnailPath(workspace, input), signal);
    return { index: input.index, label: formatLabel(params.label, input) };
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
      'The worker has no fonts for labels: install some (on Debian: fonts-dejavu-core), or use label "none" without a title',
    );
  }
  const cells: Cell[] = [];
  for await (const cell of readRecords<Cell>(workspace)) cells.push(cell);
  const pages = Math.ceil(cells.length / (columns * rows));
  const layout = pageLayout(params);
  for (let number = 1; number <= pages; number++) {
    signal.throwIfAborted();
    progress((number - 1) / pages, `page ${number} of ${pages}`);
    const onPage = cells.slice((number - 1) * columns * rows, number * columns * rows);
    const page: Page = {
      layout: withRows(layout, Math.ceil(onPage.length / columns)),
      title: title !== '' && pages > 1 ? `${number}/${pages}  ${title}` : title,
      background: toSixDigits(params.background),
      format,
      quality,
      cells: onPage.map((cell) => ({ path: thumbnailPath(workspace, cell), label: cell.label })),
    };
    const suffix = pages > 1 ? `-${String(number).padStart(3, '0')}` : '';
    const { path } = await outputs.create(`contact-sheet${suffix}${encoders[format].extension}`);
    await writePage(page, path, signal);
  }
  progress(1);
}

async function writePage(page: Page, path: string, signal: AbortSignal): Promise<void> {
  const { width, height } = page.layout;
  const isSmall = width * height * encoders[page.format].effort <= MAX_EFFORT_IN_PROCESS;
  await (isSmall ? task.run({ page, path }) : runInChildProcess(task, { page, path }, signal));
}

const toSixDigits = (colour: string): string =>
  colour.length === 4 ? `#${[...colour.slice(1)].map((digit) => digit + digit).join('')}` : colour;
