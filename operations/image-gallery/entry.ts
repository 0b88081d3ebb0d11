/** One picture of a gallery: its data and its files. */

import type { ExifFacts } from '../image-metadata/exif.ts';
import type { GeoLocation } from '../image-metadata/geo-location.ts';
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
  /** Media type of the asset, by content. */
  readonly media_type: string;
  /** Pixels of the asset, oriented by EXIF. */
  readonly width: number;
  readonly height: number;
  /** Bytes of the asset. */
  readonly size: number;
  readonly thumbnail: ImageFile;
  /** The large picture; null with `as: json`. */
  readonly image: ImageFile | null;
  /** The original file, with `originals`. */
  readonly original: string | null;
  /** Its page; null with `as: json`. */
  readonly page: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Null when there is none, or when it was not requested. */
  readonly exif: ExifFacts | null;
  readonly location: GeoLocation | null;
}

/** The fields of an entry that other pages need; ten thousand fit into memory. */
export type Summary = Pick<Entry, 'index' | 'caption' | 'thumbnail' | 'location'> & { readonly page: string };

/** The parameters of the pages. */
export interface GalleryOptions {
  readonly title: string;
  readonly description: string;
  readonly caption: Label;
  readonly page_size: number;
  readonly map: boolean;
}
