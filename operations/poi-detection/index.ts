/** poi_detection: detects nuclei and other stained objects in pictures of stained tissue. */
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { eachPicture } from '../lib/each-picture.ts';
import { IMAGE_ENGINE, IMAGE_TYPES, MAX_PIXELS } from '../lib/image-source.ts';
import { formatNumber, readRecords, type StageRecord, writeRecords } from '../lib/records.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { DETECTION, type Detection, OVERLAY, SLIDE, TABLE, task } from './detection.ts';
import { type Params, params } from './params.ts';
import { MAX_SLIDE_PIXELS } from './slide.ts';

/** Maximum number of points of all pictures in the JSON result. The CSV files have all points. */
const MAX_POINTS_IN_RESULT = 200_000;

const METHOD = 'colour deconvolution, Otsu threshold, distance transform, non-maximum suppression';

export const poiDetection = defineOperation({
  name: 'poi_detection',
  title: 'Points of interest in stained tissue',
  description:
    'Detects nuclei and other stained objects in pictures of tissue (H&E, or H-DAB as in immunohistochemistry), and separates touching ' +
    'ones. Returns positions, radii and scores as JSON and CSV, and the picture without and with the points drawn in. Large slides are processed in ' +
    `tiles: up to ${MAX_SLIDE_PIXELS / 1e6} million pixels as TIFF, or as JPEG or PNG that is not progressive; ` +
    `${Math.floor(MAX_PIXELS / 1e6)} million otherwise. For research; not for diagnosis.`,
  params,
  inputs: { min: 1, max: 1000, media: IMAGE_TYPES },
  result: 'json',
  outputs: ['application/json', 'text/csv', 'image/png', 'image/jpeg'],
  deterministic: true,
  engine: IMAGE_ENGINE,
  stages: [
    { name: 'detect', title: 'Detect', capability: 'cpu', perAsset: true, run: detectAll },
    { name: 'gather', title: 'Gather', capability: 'io', needsInputs: false, run: gather },
  ],
});

interface Identity extends StageRecord {
  readonly name: string;
}

const detectionPath = (workspace: string, { index }: StageRecord): string =>
  join(workspace, 'detections', `${formatNumber(index)}.json`);

async function detectAll(context: StageContext<Params>): Promise<void> {
  const { params, workspace, outputs } = context;
  await mkdir(join(workspace, 'detections'), { recursive: true });
  const records = await eachPicture(context, task, async (input, _, folder): Promise<Identity> => {
    const { name } = parse(input.name);
    const table = await outputs.create(`${name}-points.csv`, input);
    await rename(join(folder, TABLE), table.path);
    if (params.overlay) {
      const overlay = await outputs.create(`${name}-points.png`, input);
      await rename(join(folder, OVERLAY), overlay.path);
      const slide = await outputs.create(`${name}-slide.jpg`, input);
      await rename(join(folder, SLIDE), slide.path);
    }
    await rename(join(folder, DETECTION), detectionPath(workspace, input));
    return { index: input.index, name: input.name };
  });
  await writeRecords(workspace, records);
}

/** With `on_error: fail` and one asset, the result is its entry; otherwise it is a list. */
async function gather({ params, workspace, outputs, signal, note }: StageContext<Params>): Promise<void> {
  signal.throwIfAborted();
  const assets = [];
  let remaining = MAX_POINTS_IN_RESULT;
  for await (const record of readRecords<Identity>(workspace)) {
    signal.throwIfAborted();
    const detection: Detection = JSON.parse(await readFile(detectionPath(workspace, record), 'utf8'));
    const { points } = detection;
    const fits = points.length <= remaining;
    if (fits) remaining -= points.length;
    for (const { code, message } of detection.notes) note(code, message, record);
    assets.push(buildEntry(record, detection, fits));
  }
  const { on_error: onError, on_damaged: _, ...parameters } = params;
  const [first] = assets;
  if (onError === 'fail' && assets.length === 1) await outputs.json({ ...first, parameters });
  else await outputs.json({ assets, count: assets.reduce((sum, { count }) => sum + count, 0), parameters });
}

function buildEntry({ index, name }: Identity, detection: Detection, withPoints: boolean) {
  const { width, height, page, subifd, micronsPerPixel, found, points, radii, calibration, notes } =
    detection;
  const { set, certainty, white, thresholds } = calibration;
  return {
    image: { index, name, width, height, page, subifd, microns_per_pixel: micronsPerPixel },
    count: found,
    points: withPoints ? points : null,
    truncated: !withPoints || points.length < found,
    notes,
    method: {
      name: METHOD,
      stains: set,
      stain_certainty: certainty,
      white,
      thresholds,
      min_radius: radii.minRadius,
      max_radius: radii.maxRadius,
    },
  };
}
