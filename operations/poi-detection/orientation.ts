/** Converts stored coordinates to displayed coordinates by the EXIF orientation. */
import type { Size } from './plane.ts';

interface Oriented extends Size {
  /** 1 to 8. */
  readonly orientation: number;
}

export const orientSize = ({ width, height, orientation }: Oriented): Size =>
  orientation >= 5 ? { width: height, height: width } : { width, height };

/** Integers are pixel centres, before and after. */
export function orientPoint(
  { x, y }: { readonly x: number; readonly y: number },
  { width, height, orientation }: Oriented,
): { x: number; y: number } {
  const [right, bottom] = [width - 1 - x, height - 1 - y];
  switch (orientation) {
    case 2:
      return { x: right, y };
    case 3:
      return { x: right, y: bottom };
    case 4:
      return { x, y: bottom };
    case 5:
      return { x: y, y: x };
    case 6:
      return { x: bottom, y: x };
    case 7:
      return { x: bottom, y: right };
    case 8:
      return { x: y, y: right };
    default:
      return { x, y };
  }
}
