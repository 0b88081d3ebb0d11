/** What `srcset.json` says about one picture. */
import { encodePath } from '../../src/lib/encode-path.ts';
import type { StageRecord } from '../lib/records.ts';
import type { InputFile } from '../operation.ts';
import type { Format, Params } from './params.ts';

interface PictureFile {
  readonly width: number;
  readonly height: number;
  readonly format: Format;
  /** Path within the result. */
  readonly name: string;
}

/** Attributes of the elements `source` and `img`. */
export interface ResponsiveImage extends StageRecord {
  readonly name: string;
  /** The elements `source`, the preferred format first. */
  readonly sources: readonly { readonly type: string; readonly srcset: string; readonly sizes: string }[];
  /** The element `img`, for browsers that know none of the other formats. */
  readonly img: {
    readonly src: string;
    readonly srcset: string;
    readonly sizes: string;
    readonly width: number;
    readonly height: number;
  };
}

/** @param files - Of each format and width, narrow ones first. */
export function buildEntry(
  { index, name }: Pick<InputFile, 'index' | 'name'>,
  files: readonly PictureFile[],
  { formats, sizes, base_url }: Params,
): ResponsiveImage {
  const toUrl = (file: PictureFile) => base_url + encodePath(file.name);
  const srcsetOf = (format: Format) =>
    files
      .filter((file) => file.format === format)
      .map((file) => `${toUrl(file)} ${file.width}w`)
      .join(', ');
  const fallback = formats.at(-1) ?? 'jpeg';
  const largest = files.findLast(({ format }) => format === fallback);
  if (!largest) throw new Error(`"${name}" has no picture`);
  const { width, height } = largest;
  return {
    index,
    name,
    sources: formats
      .slice(0, -1)
      .map((format) => ({ type: `image/${format}`, srcset: srcsetOf(format), sizes })),
    img: { src: toUrl(largest), srcset: srcsetOf(fallback), sizes, width, height },
  };
}
