/** A worker with the operations of this folder: `node worker.mjs`. */
import { fileURLToPath } from 'node:url';
import { createRunAlone } from '../../../dist/src/cli/run-alone.js';
import { startWorker } from '../../../dist/src/cli/start-worker.js';
import { watchEventLoop } from '../../../dist/src/cli/watch-event-loop.js';
import { installRuntime } from '../../../dist/src/cli/worker-runtime.js';
import { readConfig } from '../../../dist/src/config/config.js';
import { createLog } from '../../../dist/src/log.js';
import { targetFromEnvironment } from '../../../dist/src/temporal/connection.js';
import { operations } from './operations.mjs';

const config = readConfig(process.env, { listens: false });
const log = createLog('warn', 'worker');
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
installRuntime(config, log);
const activity = fileURLToPath(new URL('activity.mjs', import.meta.url));
const target = targetFromEnvironment();
const running = await startWorker(config, target, {
  only: ['io'],
  log,
  stop: stop.signal,
  overrides: {
    operations,
    runAlone: createRunAlone(config.DARKROOM_WORK, target.address, {
      unresponsiveMs: config.DARKROOM_UNRESPONSIVE_MS,
      module: activity,
    }),
  },
});
watchEventLoop(config.DARKROOM_UNRESPONSIVE_MS);
await running.stopped;
process.exit();
