export { deliverCallback } from './deliver-callback.ts';
export { keepHouse } from './keep-house.ts';
export { processJob } from './process-job.ts';
