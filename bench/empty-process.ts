/**
 * Starts empty workflows and runs them, all in this process. Its argument is the address of Temporal. A message with a number
 * starts that many; the answer comes once their activities have run.
 */
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { runConcurrently } from './timing.ts';

const [, , address = '', concurrency = '1'] = process.argv;
const taskQueue = 'bench-empty';
const logger = new DefaultLogger('WARN');

Runtime.install({ logger, shutdownSignals: [] });
const client = new Client({ connection: await Connection.connect({ address }) });
const workflowsPath = fileURLToPath(new URL('./empty-workflow.js', import.meta.url));
const running = new Map<string, () => void>();
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }),
  activities: { doNothing: async (id: string) => running.get(id)?.() },
});
void worker.run();

let started = 0;
async function runMany(count: number): Promise<void> {
  await runConcurrently(count, Number(concurrency), async () => {
    const id = `empty-${started++}`;
    const done = new Promise<void>((resolve) => running.set(id, resolve));
    await client.workflow.start('empty', { taskQueue, workflowId: id, args: [id] });
    await done;
  });
  process.send?.('done');
}

process.on('message', (count: number) => void runMany(count));
process.once('disconnect', () => process.exit());
process.send?.('ready');
