/** What a file holds: one picture, or several of which one is opened. */

export interface PictureSet {
  /** Frames of an animation, pages of a document, or pictures of a HEIF file. */
  readonly count: number;
  readonly kind: 'frames' | 'pages';
  /** Which one is opened: completes "only … is in the result". */
  readonly opened: string;
  /** Of an animation that the decoder does not count. Null: the file does not say it in a way that is read here. */
  readonly animation?: { readonly loop: number | null; readonly duration_ms: number | null };
}

const FIRST = 'the first of them';

/** Returns the pages of a file whose first one is opened. */
export const toPages = (count: number): PictureSet => ({ count, kind: 'pages', opened: FIRST });

/** Returns the frames of an animation whose first one is opened. */
export const toFrames = (count: number): PictureSet => ({ count, kind: 'frames', opened: FIRST });
