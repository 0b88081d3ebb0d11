import { assets } from './stories/assets.ts';
import { callbacks } from './stories/callbacks.ts';
import { endings } from './stories/endings.ts';
import { longHistories } from './stories/long-histories.ts';
import { losses } from './stories/losses.ts';
import { pipelines } from './stories/pipelines.ts';
import type { Stories } from './story.ts';

/** All stories. Their names are the file names of the saved histories. */
export const stories: Stories = {
  ...endings,
  ...assets,
  ...callbacks,
  ...longHistories,
  ...losses,
  ...pipelines,
};
