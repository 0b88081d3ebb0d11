export { deleteExpired } from './delete-expired.ts';
export { deliverCallback } from './deliver-callback.ts';
export { processJob } from './process-job.ts';
