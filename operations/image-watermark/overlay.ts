/** The overlay: a PNG in sRGB with alpha, made once for all pictures. */

/** Its file name. */
export const OVERLAY = 'overlay.png';

/** Pixels that a side has at most, before the overlay is turned. */
export const MAX_OVERLAY_SIDE = 4096;

export const TRANSPARENT = '#00000000';
