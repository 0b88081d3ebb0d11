import type { Job } from './types.ts';

/** Whether a job was submitted with `steps`. */
export const isPipeline = ({ operation }: Pick<Job, 'operation'>): boolean => operation === 'pipeline';
