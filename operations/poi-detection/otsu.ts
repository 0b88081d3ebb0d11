/** The threshold that parts a histogram in two with the least spread within both: N. Otsu, 1979. */

/** Index of the first bin of the upper part; 0 where all is in one bin, or nothing is. */
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
