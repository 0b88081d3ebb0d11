/** image.contact-sheet: pages with thumbnails in rows, each with a label. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { formatLabel } from '../lib/label.ts';
import { formatNumber, readRecords, type StageRecord, writeRecords } from '../lib/records.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { withRows } from './layout.ts';
import { PAGE, type Page, task as pageTask } from './page.ts';
import { type Params, pageLayout, params } from './params.ts';
import { THUMBNAIL, task as thumbnailTask, toSixDigits } from './thumbnail.ts';

const extensions = { jpeg: '.jpg', png: '.png', webp: '.webp' } as const;

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
  outputs: ['image/*'],
  deterministic: true,
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
  const { params, workspace } = context;
  await mkdir(join(workspace, 'thumbs'), { recursive: true });
  const cells = await eachPicture(context, thumbnailTask, async (input, _, folder): Promise<Cell> => {
    await rename(join(folder, THUMBNAIL), thumbnailPath(workspace, input));
    return { index: input.index, label: formatLabel(params.label, input) };
  });
  await writeRecords(workspace, cells);
}

async function makePages({
  params,
  workspace,
  outputs,
  pictures,
  progress,
  signal,
  note,
}: StageContext<Params>): Promise<void> {
  const { columns, rows, title, format, quality } = params;
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
      labels: onPage.map(({ label }) => label),
    };
    const files = onPage.map((cell) => thumbnailPath(workspace, cell));
    await pictures.run(
      pageTask,
      page,
      { files, signal, note, report: () => undefined },
      async (_, folder) => {
        const suffix = pages > 1 ? `-${String(number).padStart(3, '0')}` : '';
        const { path } = await outputs.create(`contact-sheet${suffix}${extensions[format]}`);
        await rename(join(folder, PAGE), path);
      },
    );
  }
  progress(1);
}
