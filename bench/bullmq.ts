/** BullMQ with a Redis server that syncs each write, to compare with. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../src/temporal/embedded/ports.ts';
import { loadBullMq } from './bullmq-module.ts';
import type { PhotoWork } from './photo-work.ts';

const HOST = '127.0.0.1';

/** Name of the queue. */
export const QUEUE = 'photographs';

export interface PhotoQueue {
  /** Returns once Redis has stored the job. A worker process makes the picture, and reports it by a callback. */
  add(work: PhotoWork): Promise<void>;
  stop(): Promise<void>;
}

/** Returns null, and says what is missing, without `redis-server` on the PATH or BullMQ. */
export async function startPhotoQueue(dataDir: string): Promise<PhotoQueue | null> {
  const bullMq = await loadBullMq();
  if (!bullMq) return leaveOut('the packages bullmq and ioredis are not installed; see docs/performance.md');
  const port = await freePort(HOST, 0);
  const dir = await mkdtemp(join(dataDir, 'redis-'));
  const options = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const redis = spawn('redis-server', ['--bind', HOST, '--port', String(port), '--dir', dir, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => redis.kill('SIGKILL');
  process.once('exit', kill);
  if (!(await isReady(redis.stdout, new Promise((resolve) => redis.once('error', resolve)))))
    return leaveOut('no redis-server on the PATH');
  const worker = fork(fileURLToPath(new URL('./bullmq-process.js', import.meta.url)), [
    String(port),
    String(availableParallelism()),
  ]);
  await once(worker, 'message');
  const queue = new bullMq.Queue(QUEUE, { connection: { host: HOST, port } });
  return {
    add: async (work) => {
      await queue.add('photograph', work);
    },
    stop: async () => {
      await queue.close();
      const ended = [once(worker, 'exit'), once(redis, 'exit')];
      worker.disconnect();
      await ended[0];
      redis.kill();
      await ended[1];
      process.off('exit', kill);
    },
  };
}

function leaveOut(reason: string): null {
  console.log(`  without BullMQ: ${reason}`);
  return null;
}

/** Whether the server says that it accepts connections before it fails. */
async function isReady(output: AsyncIterable<Buffer>, failed: Promise<unknown>): Promise<boolean> {
  const ready = (async () => {
    let text = '';
    for await (const chunk of output) {
      text += chunk.toString();
      if (text.includes('Ready to accept connections')) return true;
    }
    return false;
  })();
  return Promise.race([ready, failed.then(() => false)]);
}
