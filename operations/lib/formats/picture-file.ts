/** An asset as it is opened as a picture: the file itself, or a copy of it that libvips can read. */
import type { Metadata } from 'sharp';
import type { InputFile } from '../../operation.ts';
import type { PictureSet } from './picture-set.ts';

export interface PictureFile extends InputFile {
  /** What is accepted: `harmless` damage, which no viewer shows, or `all` damage. Default: none. */
  readonly accept?: 'harmless' | 'all';
  /** The asset, when `path` is a copy. */
  readonly original?: {
    readonly path: string;
    readonly mediaType: string;
    /** Null: the copy holds as many. */
    readonly pages: PictureSet | null;
    /** Null: the copy has it. */
    readonly metadata: Pick<Metadata, 'exif' | 'xmp' | 'iptc'> | null;
  };
}
