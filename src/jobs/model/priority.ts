/** Temporal's default priority key, in the middle of 1 (first) to 5. */
export const DEFAULT_PRIORITY = 3;
