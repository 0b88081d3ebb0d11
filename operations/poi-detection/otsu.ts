/** Otsu's method (1979): the threshold that maximizes the variance between two classes of a histogram. */

/** Returns the first bin of the upper class; 0 when fewer than two bins are filled. */
export function otsu(counts: ArrayLike<number>): number {
  const bins = Array.from(counts);
  const total = bins.reduce((sum, count) => sum + count, 0);
  const moment = bins.reduce((sum, count, bin) => sum + count * bin, 0);
  let best = 0;
  let bestSpread = 0;
  let below = 0;
  let momentBelow = 0;
  for (const [bin, count] of bins.entries()) {
    const above = total - below;
    if (below > 0 && above > 0) {
      const between = below * above * (momentBelow / below - (moment - momentBelow) / above) ** 2;
      if (between > bestSpread) {
        bestSpread = between;
        best = bin;
      }
    }
    below += count;
    momentBelow += count * bin;
  }
  return best;
}
