/** `darkroom replay`: checks before an upgrade that this build can continue the workflows of a namespace. */
import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config/config.ts';
import { createLog } from '../log.ts';
import { createClient } from '../temporal/connection.ts';
import { replayNamespace } from '../temporal/replay.ts';
import { printJson, say } from './connection.ts';
import { exitCodes } from './exit-code.ts';
import { findTarget } from './temporal-target.ts';
import { installRuntime } from './worker-runtime.ts';

interface ReplayOptions {
  readonly ended: number;
  readonly json?: boolean;
}

/** Histories between two messages about the progress. */
const REPORT_EVERY = 100;

export function define(command: Command): void {
  command
    .option(
      '--ended <number>',
      'how many ended workflows to replay besides the running ones',
      parseCount,
      200,
    )
    .option('--json', 'print one JSON document on stdout, and nothing else')
    .addHelpText(
      'after',
      '\nReads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE like a worker; without them, the server of "darkroom serve".' +
        '\nChanges nothing.' +
        '\n\nExit codes: 0 this build can continue all of them; 1 it cannot, or Temporal does not answer',
    )
    .action(replay);
}

async function replay({ ended, json = false }: ReplayOptions): Promise<void> {
  const config = readConfig(process.env, { listens: false });
  const target = await findTarget(config);
  // What fails is printed below.
  installRuntime({ ...config, DARKROOM_WORKER_METRICS: null }, createLog('fatal', 'replay'));
  const client = createClient(target);
  const counts = { running: 0, ended: 0 };
  const failed: { workflow_id: string; run_id: string; running: boolean; message: string }[] = [];
  for await (const { workflowId, runId, isRunning, error } of replayNamespace(client, target, ended)) {
    counts[isRunning ? 'running' : 'ended'] += 1;
    const count = counts.running + counts.ended;
    if (!json && count % REPORT_EVERY === 0) say(`${count} histories replayed …`);
    if (error === null) continue;
    failed.push({ workflow_id: workflowId, run_id: runId, running: isRunning, message: error.message });
    if (!json) console.log(`${workflowId} (run ${runId}${isRunning ? ', running' : ''}): ${error.message}`);
  }
  await client.connection.close();
  if (json) printJson({ ...counts, failed });
  else
    say(
      `${counts.running} running and ${counts.ended} ended workflows of ${target.namespace} at ${target.address}: ` +
        (failed.length === 0 ? 'this build can continue all of them' : `${failed.length} do not replay`),
    );
  process.exit(failed.length === 0 ? exitCodes.ok : exitCodes.unexpected);
}

function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Must be a whole number.');
  return Number(text);
}
