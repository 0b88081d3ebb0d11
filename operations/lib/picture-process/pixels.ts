/** How many pixels a task decodes and writes. The limits of memory and time follow from it. */

type Role = 'source' | 'result';

let largest: Record<Role, number> = { source: 0, result: 0 };
let listener: (pixels: number) => void = () => undefined;

/** Starts counting for one task. `onChange` gets the largest source and the largest result together. */
export function countPixels(onChange: (pixels: number) => void): void {
  largest = { source: 0, result: 0 };
  listener = onChange;
}

/** Declares a size before its pixels are read or written. Outside picture processes this does nothing. */
export function declarePixels(role: Role, { width, height }: { width: number; height: number }): void {
  const pixels = width * height;
  if (!(pixels > largest[role])) return;
  largest = { ...largest, [role]: pixels };
  listener(largest.source + largest.result);
}
