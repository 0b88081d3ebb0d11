/** A worker of BullMQ. Its arguments are the port of Redis, and how many jobs run at once. */
import { QUEUE } from './bullmq.ts';
import { loadBullMq } from './bullmq-module.ts';
import { makeAndReport, type PhotoWork } from './photo-work.ts';

const [, , port = '', concurrency = '1'] = process.argv;
const bullMq = await loadBullMq();
if (!bullMq) throw new Error('BullMQ is not installed');
const worker = new bullMq.Worker(QUEUE, ({ data }: { readonly data: PhotoWork }) => makeAndReport(data), {
  connection: { host: '127.0.0.1', port: Number(port) },
  concurrency: Number(concurrency),
});
process.once('disconnect', () => void worker.close().then(() => process.exit()));
await worker.waitUntilReady();
process.send?.('ready');
