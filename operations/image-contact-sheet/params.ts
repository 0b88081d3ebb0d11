/** Parameters of image.contact-sheet. */
import { z } from 'zod';
import { type Label, label } from '../lib/label.ts';
import { onDamaged, onError } from '../operation.ts';
import { buildLayout, type Grid, type Layout, MAX_PAGE_PIXELS, MAX_PAGE_SIDE } from './layout.ts';

interface Sheet extends Grid {
  readonly label: Label;
  readonly title: string;
}

/** Layout of a full page. */
export const pageLayout = (given: Sheet): Layout =>
  buildLayout(given, { title: given.title !== '', labels: given.label !== 'none' });

const fits = ({ width, height }: Layout): boolean =>
  Math.max(width, height) <= MAX_PAGE_SIDE && width * height <= MAX_PAGE_PIXELS;

export const params = z
  .strictObject({
    columns: z.int().min(1).max(50).default(5).describe('Pictures per row'),
    rows: z.int().min(1).max(100).default(6).describe('Rows per page; further pictures go on further pages'),
    cell: z
      .int()
      .min(16)
      .max(1024)
      .default(240)
      .describe('Side in pixels of the square that each picture fits into'),
    gap: z.int().min(0).max(200).default(16).describe('Pixels between pictures and around them'),
    background: z
      .string()
      .regex(/^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, 'must be a colour such as #fff or #ffffff')
      .default('#ffffff')
      .describe(
        'Colour of the page, #rgb or #rrggbb. The text is black or white, whichever has more contrast',
      ),
    label: label
      .default('name')
      .describe('Label under a picture: none, its name, its position from 1, or one of its attributes'),
    title: z
      .string()
      .max(200)
      .default('')
      .describe('Title at the top of each page, with the page number when there are several'),
    format: z.enum(['jpeg', 'png', 'webp']).default('jpeg').describe('Format of the pages'),
    quality: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Default: 80 for JPEG and WebP. PNG is always lossless and ignores it'),
    on_error: onError,
    on_damaged: onDamaged,
  })
  .refine((given) => fits(pageLayout(given)), {
    path: ['rows'],
    error: ({ input }) => {
      const { width, height } = pageLayout(input as Sheet);
      return (
        `makes pages of ${width} × ${height} pixels; at most ${MAX_PAGE_SIDE} a side and ` +
        `${MAX_PAGE_PIXELS / 1e6} million in all are allowed: use fewer rows, fewer columns or smaller cells`
      );
    },
  });

export type Params = z.infer<typeof params>;
