/** Milliseconds that a call to Temporal may take before `temporal_unavailable`, by kind of call. */
export const READ_MS = 2000;
export const WRITE_MS = 4000;
