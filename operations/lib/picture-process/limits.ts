/** Limits of one task in a picture process, by the number of pixels that it decodes and writes. */
import { MAX_PIXELS } from '../image-source.ts';

const MIB = 2 ** 20;

export interface TaskLimits {
  /** Bytes. */
  memory(pixels: number): number;
  /** Of wall-clock time. */
  seconds(pixels: number): number;
}

/**
 * Node with sharp takes 90 MiB. Of the formats, 16-bit interlaced PNG and HEIC take most: 9 bytes a pixel. Encoders of AVIF and WebP hold
 * the whole result.
 */
const BASE_BYTES = 768 * MIB;
const BYTES_PER_PIXEL = 16;

/** A slow core reads 25 million pixels a second and writes one million as AVIF. The rest is for machines under load. */
const BASE_SECONDS = 120;
const SECONDS_PER_MEGAPIXEL = 6;

/** @param budget - Bytes that one process may take at most, whatever the picture. */
export const limitsByPixels = (budget: number): TaskLimits => ({
  memory: (pixels) => Math.min(budget, BASE_BYTES + BYTES_PER_PIXEL * pixels),
  seconds: (pixels) => BASE_SECONDS + Math.ceil((SECONDS_PER_MEGAPIXEL * pixels) / 1e6),
});

/**
 * Bytes for any task: the limit of the kernel. It counts memory that is reserved and not used yet, so it is higher than the limit that the
 * worker checks, and holds between two checks.
 */
export const kernelLimit = ({ memory }: TaskLimits): number =>
  Math.floor(1.5 * memory(2 * MAX_PIXELS)) + 256 * MIB;
