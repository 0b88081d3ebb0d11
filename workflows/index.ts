export { deliverCallback } from './deliver-callback.ts';
export { processJob } from './process-job.ts';
