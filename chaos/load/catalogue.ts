/** All submissions: every operation, by every API. */
import { commandLoad } from './commands.ts';
import { compatibleLoad, model } from './compatible.ts';
import { nativeLoad } from './native.ts';
import type { Submission } from './submission.ts';

/** @param models Whether to include 3D models, which take a minute of computing time each. */
export const load = (models: boolean): readonly Submission[] => [
  ...nativeLoad,
  ...commandLoad,
  ...compatibleLoad,
  ...(models ? [model] : []),
];
