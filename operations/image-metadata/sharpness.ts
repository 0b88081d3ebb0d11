/** How much fine detail there is: the variance of the Laplacian, low where a picture is blurred (Pech-Pacheco, 2000). */

/** `grey`: bytes, row by row. Returns 0 for a picture that is too small. */
export function computeSharpness(grey: Uint8Array, width: number, height: number): number {
  let count = 0;
  let total = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const around =
        (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0);
      const edge = around - 4 * (grey[at] ?? 0);
      count++;
      total += edge;
      squares += edge * edge;
    }
  }
  if (count === 0) return 0;
  return Number((squares / count - (total / count) ** 2).toFixed(1));
}
