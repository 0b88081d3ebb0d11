/** One picture of a gallery: what is known of it, and the files that show it. */

import type { ExifFacts, GeoLocation } from '../image-metadata/exif.ts';
import type { Label } from '../lib/label.ts';
import type { StageRecord } from '../lib/records.ts';

export interface ImageFile {
  /** Below the root of the gallery. */
  readonly path: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** An element of `entries` in data.json. */
export interface Entry extends StageRecord {
  readonly name: string;
  readonly caption: string;
  /** Of the asset, by content. */
  readonly media_type: string;
  /** Pixels of the asset, upright. */
  readonly width: number;
  readonly height: number;
  /** Bytes of the asset. */
  readonly size: number;
  readonly thumbnail: ImageFile;
  /** What a browser shows large; null in galleries that are only data. */
  readonly image: ImageFile | null;
  /** The asset as it was, where that was asked for. */
  readonly original: string | null;
  /** Its own page; null in galleries that are only data. */
  readonly page: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Null where there is none, or it was not asked for. */
  readonly exif: ExifFacts | null;
  readonly location: GeoLocation | null;
}

/** As much of every entry as other pages need; ten thousand of them fit into memory. */
export type Summary = Pick<Entry, 'index' | 'caption' | 'thumbnail' | 'location'> & { readonly page: string };

/** The parameters that say what a gallery looks like. */
export interface GalleryOptions {
  readonly title: string;
  readonly description: string;
  readonly caption: Label;
  readonly page_size: number;
  readonly map: boolean;
}
