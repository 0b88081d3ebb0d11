/** A worker of BullMQ. Its arguments are the port of Redis, and how many jobs run at once. */
import { Worker } from 'bullmq';
import { QUEUE } from './bullmq.ts';
import { makeAndReport, type PhotoWork } from './photo-work.ts';

const [, , port = '', concurrency = '1'] = process.argv;
const worker = new Worker<PhotoWork>(QUEUE, ({ data }) => makeAndReport(data), {
  connection: { host: '127.0.0.1', port: Number(port) },
  concurrency: Number(concurrency),
});
process.once('disconnect', () => void worker.close().then(() => process.exit()));
await worker.waitUntilReady();
process.send?.('ready');
