/** Jobs that an earlier version began go on in this one: each history that was saved replays on the workflows as they are. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseHistory } from '../../../scripts/histories/format.ts';
import { bundlePath } from '../../../src/temporal/worker.ts';

const folder = fileURLToPath(new URL('../../histories/', import.meta.url));
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((name) => /\.json(\.gz)?$/.test(name))
  .sort();

async function read(name: string): Promise<ReturnType<typeof parseHistory>> {
  const bytes = await readFile(`${folder}${name}`);
  return parseHistory((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

const replay = (history: ReturnType<typeof parseHistory>) =>
  Worker.runReplayHistory({ workflowBundle: { codePath: bundlePath } }, history);

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
});

describe('saved histories', () => {
  test('are there', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  test.each(files)('%s', async (name) => {
    await replay(await read(name));
  });

  test('that another code would have written do not replay', async () => {
    const name = files.find((file) => file.endsWith('/plain.json')) ?? '';
    const history = await read(name);
    for (const { activityTaskScheduledEventAttributes: scheduled } of history.events)
      if (scheduled?.activityType) scheduled.activityType.name = 'somethingElse';
    await expect(replay(history)).rejects.toThrow(/[Nn]ondeterminism/);
  });
});
