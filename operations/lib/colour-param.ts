/** Parameters that are colours. */
import { z } from 'zod';

/** A colour in sRGB, with or without alpha. */
export const colour = z
  .string()
  .regex(
    /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/,
    'must be a colour such as #fff, #ffffff or #ffffff00',
  )
  // Forms show a colour picker.
  .meta({ format: 'color' });
