/** The viewers of a result, the most specific first. */
import type { ComponentChildren } from 'preact';
import type { FileEntry, Manifest } from '../../src/client/client.ts';
import { previewKind } from '../lib/preview-kind.ts';
import type { Tab } from '../parts/tabs.tsx';
import { CompareList } from '../viewers/compare-list.tsx';
import { readDiskReport } from '../viewers/disk-report.ts';
import { DiskReportView } from '../viewers/disk-report-view.tsx';
import type { FileUrls } from '../viewers/file-urls.ts';
import { JsonView } from '../viewers/json-view.tsx';
import { ModelView } from '../viewers/lazy-viewers.tsx';
import { PageFrame } from '../viewers/page-frame.tsx';
import { PdfView } from '../viewers/pdf-view.tsx';
import { readDetections } from '../viewers/points.ts';
import { PointsView } from '../viewers/points-view.tsx';
import { VideoView } from '../viewers/video-view.tsx';
import { PictureGrid } from './picture-grid.tsx';

const FRONT_PAGE = 'index.html';
/** Models, videos and PDFs that get a tab each. The others are in the list of files. */
const MAX_TABS = 6;

/** Returns a tab for each viewer that fits the result; none if only the list of files does. */
export function listViews(id: string, { kind, data, files }: Manifest, urls: FileUrls): readonly Tab[] {
  const of = (wanted: string) => files.filter((file) => previewKind(file) === wanted);
  const pictures = of('picture');
  return [
    ...listPages(id, files),
    ...listModels(of('model'), files, urls),
    ...(kind === 'json' ? listData(data, pictures, urls) : []),
    ...listEach(of('video'), (path) => <VideoView id={id} path={path} urls={urls} />),
    ...listEach(of('pdf'), (path) => <PdfView path={path} urls={urls} />),
    ...(pictures.length > 0 && !hasPage(files)
      ? [{ name: 'Pictures', render: () => <PictureGrid id={id} files={pictures} urls={urls} /> }]
      : []),
    ...(hasPage(files) ? [] : listComparisons(id, pictures, urls)),
    ...(kind === 'json'
      ? [{ name: 'Data', render: () => <JsonView value={data} label="Result as JSON" /> }]
      : []),
  ];
}

/** A tab for each of the first files. */
const listEach = (files: readonly FileEntry[], render: (path: string) => ComponentChildren): Tab[] =>
  files.slice(0, MAX_TABS).map(({ path }) => ({ name: baseName(path), render: () => render(path) }));

/** Pictures that were made from one asset each. */
function listComparisons(id: string, pictures: readonly FileEntry[], urls: FileUrls): Tab[] {
  const made = pictures.filter((file): file is FileEntry & { asset: number } => file.asset !== null);
  if (made.length === 0) return [];
  return [{ name: 'Before and after', render: () => <CompareList id={id} files={made} urls={urls} /> }];
}

/** Returns the files that no viewer offers as a download. */
export const listOthers = ({ files }: Manifest): readonly FileEntry[] =>
  hasPage(files) ? files : files.filter((file) => previewKind(file) !== 'picture');

const hasPage = (files: readonly FileEntry[]): boolean => files.some(({ path }) => path === FRONT_PAGE);

const listPages = (id: string, files: readonly FileEntry[]): Tab[] =>
  hasPage(files) ? [{ name: 'Page', render: () => <PageFrame id={id} path={FRONT_PAGE} /> }] : [];

/** GLB files first, since they have their textures in them. An OBJ file beside one is the same model. */
function listModels(models: readonly FileEntry[], files: readonly FileEntry[], urls: FileUrls): Tab[] {
  const hasGlb = models.some(({ path }) => /\.glb$/i.test(path));
  return models
    .filter(({ path }) => !hasGlb || !/\.obj$/i.test(path))
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MAX_TABS)
    .map((file) => ({
      name: baseName(file.path),
      render: () => <ModelView file={file} files={files} urls={urls} />,
    }));
}

const rank = ({ path }: FileEntry): number => (/\.glb$/i.test(path) ? 0 : 1);

function listData(data: unknown, pictures: readonly FileEntry[], urls: FileUrls): Tab[] {
  const report = readDiskReport(data);
  if (report) return [{ name: 'Report', render: () => <DiskReportView report={report} /> }];
  const detections = readDetections(data);
  return detections.flatMap((detection): Tab[] => {
    const slide = pictures.find(
      ({ path, asset }) => asset === detection.image.index && /-slide(-\d+)?\.jpg$/.test(path),
    );
    if (!slide || detection.points === null) return [];
    const name = detections.length === 1 ? 'Points' : detection.image.name;
    return [{ name, render: () => <PointsView detection={detection} urls={urls} path={slide.path} /> }];
  });
}

const baseName = (path: string): string => path.split('/').at(-1) ?? path;
