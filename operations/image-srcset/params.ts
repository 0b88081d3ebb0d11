/** Parameters of image.srcset. */
import { z } from 'zod';
import { MAX_SIDE } from '../lib/picture/output-formats.ts';
import { onDamaged, onError } from '../operation.ts';

const formats = ['avif', 'webp', 'jpeg'] as const;

const areDistinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

export const params = z.strictObject({
  widths: z
    .array(z.int().min(16).max(MAX_SIDE))
    .min(1)
    .max(12)
    .refine(areDistinct, 'must not have a width twice')
    .default([320, 640, 1280, 2560])
    .describe(
      'Widths in pixels. Instead of those above the width of a picture, the picture gets its own width',
    ),
  formats: z
    .array(z.enum(formats))
    .min(1)
    .max(formats.length)
    .refine(areDistinct, 'must not have a format twice')
    .default(['avif', 'webp', 'jpeg'])
    .describe('Formats, the one that browsers prefer first. The last one is for browsers that know no other'),
  quality: z
    .strictObject({
      avif: z.int().min(1).max(100).default(50),
      webp: z.int().min(1).max(100).default(80),
      jpeg: z.int().min(1).max(100).default(80),
    })
    .prefault({})
    .describe('Quality of each format'),
  sizes: z
    .string()
    .max(500)
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters')
    .default('100vw')
    .describe('The attribute `sizes`: how wide the picture is on the page'),
  base_url: z
    .string()
    .max(2000)
    .regex(/^[^\s,]*$/, 'must have neither spaces nor commas')
    .default('')
    .describe(
      'Begins the addresses in srcset.json, such as `https://cdn.example.com/shoot/`. Default: relative ones',
    ),
  on_error: onError,
  on_damaged: onDamaged,
});

export type Params = z.infer<typeof params>;

export type Format = (typeof formats)[number];
