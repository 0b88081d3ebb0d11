/** Checks that nothing is left that belongs to no job. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFilesystemStore } from '../../src/storage/filesystem/index.ts';
import { createClient, embeddedTarget } from '../../src/temporal/connection.ts';
import { RETENTION_SCHEDULE } from '../../src/temporal/schedule.ts';
import type { Server } from '../server.ts';
import type { Violation } from './violation.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PROBE = 'probe';

const leaked = (what: string, message: string): Violation => ({ kind: 'leaked', what, message });

/** Lists files and directories without content. */
async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** Objects of requests that were interrupted are deleted a day later. This lets the day pass, and the deletion run. */
export async function deleteInterruptedUploads({ dataDir }: Server): Promise<void> {
  const directory = join(dataDir, 'store', '_uploading');
  for (const name of await readdir(directory).catch(() => [])) {
    const marker = JSON.parse(await readFile(join(directory, name), 'utf8')) as object;
    const at = new Date(Date.now() - DAY_MS - 3_600_000).toISOString();
    await writeFile(join(directory, name), JSON.stringify({ ...marker, at }));
  }
  const { address } = JSON.parse(await readFile(join(dataDir, 'temporal.pid'), 'utf8')) as {
    address: string;
  };
  const client = createClient(embeddedTarget(address));
  try {
    const schedule = client.schedule.getHandle(RETENTION_SCHEDULE);
    const before = (await schedule.describe()).info.numActionsTaken;
    await schedule.trigger();
    for (;;) {
      const { numActionsTaken, recentActions } = (await schedule.describe()).info;
      const latest = recentActions.at(-1)?.action;
      if (numActionsTaken > before && latest?.type === 'startWorkflow') {
        await client.workflow.getHandle(latest.workflow.workflowId).result();
        return;
      }
      await sleep(100);
    }
  } finally {
    await client.connection.close();
  }
}

/** Writes remove what killed processes left in the store a day before. This makes a write to which that is no time at all. */
export async function removeLeftovers({ dataDir }: Server): Promise<void> {
  const store = createFilesystemStore({ root: join(dataDir, 'store'), leftoverAge: 0 });
  await sleep(10);
  await store.put(PROBE, '');
  await store.delete(PROBE);
  const leftovers = () => readdir(join(dataDir, 'store', '.tmp')).catch(() => []);
  for (const deadline = Date.now() + 10_000; (await leftovers()).length > 0 && Date.now() < deadline; )
    await sleep(50);
}

/** @param accepted Ids of the accepted jobs. */
export async function checkStore(
  { dataDir }: Pick<Server, 'dataDir'>,
  accepted: readonly string[],
): Promise<Violation[]> {
  const files = await listFiles(join(dataDir, 'store'));
  return files.flatMap((path) => {
    const [first, second, id = ''] = path.split('/');
    if (first === '.tmp' || first === '_uploading') return leaked(path, 'an unfinished object was left');
    const isForeign = first === 'public' && second === 'jobs' && !accepted.includes(id);
    return isForeign ? leaked(path, 'an object of no job was left') : [];
  });
}

/** Call it after the server has stopped. */
export async function checkMachine(server: Server, exitCode: number | null): Promise<Violation[]> {
  const { dataDir, temporaryDir, family } = server;
  const rows = await family.read();
  const scratch = await readdir(join(dataDir, 'work')).catch(() => []);
  const temporary = await readdir(temporaryDir);
  return [
    ...(exitCode === 0 ? [] : [leaked('darkroom serve', `it stopped with code ${exitCode}`)]),
    ...rows.map(({ pid, command }) =>
      leaked(`process ${pid}`, `it runs after the end: ${command.slice(0, 200)}`),
    ),
    ...scratch.map((name) => leaked(`work/${name}`, 'a scratch directory was left')),
    ...temporary.map((name) => leaked(`tmp/${name}`, 'a temporary file was left')),
  ];
}
