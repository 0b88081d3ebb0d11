/** Names that pipelines use. Workflows import them, so nothing here may need zod: each workflow runs its modules anew. */

/** The operation of a job that was submitted with `steps`. No operation has this name. */
export const PIPELINE = 'pipeline';

/** The only step of a job that was submitted with `operation`. */
export const ONLY_STEP = 'main';

/** In `use`: the assets of the job. No step has this name. */
export const ASSETS = ':assets';
