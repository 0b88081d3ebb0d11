/** Hostile and damaged images end in an error with a code, and the process that reads them is isolated. */
import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { guestkitInspect } from '../../../operations/guestkit-inspect/index.ts';
import { inspectImage } from '../../../operations/lib/guestprobe/inspect-image.ts';
import { detectSandbox } from '../../../operations/lib/sandbox/sandbox.ts';
import { DarkroomError } from '../../../src/errors.ts';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { hostileImages } from '../../support/guests/hostile.ts';
import { isAlive, type ProcessRow, processes } from '../../support/processes.ts';
import { runOperation } from '../../support/run-operation.ts';

const engine = await installedEngine('guestprobe');
const bench = await guestBench();

const failureOf = async (name: string, bytes: Uint8Array, params = {}): Promise<unknown> =>
  runOperation(guestkitInspect, { params, assets: [{ name, bytes }], engines: { guestprobe: engine } }).then(
    ({ data }) => data,
    (error: unknown) => error,
  );

const probeAt = async (
  path: string,
  signal = new AbortController().signal,
  progress: () => void = () => undefined,
) => {
  const context = {
    signal,
    progress,
    onProcess: () => undefined,
    lastAttempt: false,
    memory: null,
    sandbox: await detectSandbox('auto'),
    engine: () => engine,
    log: () => undefined,
    logOutput: () => undefined,
  };
  const input = { index: 0, name: 'disk', path, size: 1, attributes: {} };
  return inspectImage(input, { args: ['--packages', '--services'] }, context);
};

describe('refuses hostile and broken images', () => {
  test.each(hostileImages)('$name: $code', async ({ name, code, bytes }) => {
    const error = await failureOf(name, await bytes(bench));
    expect(error).toBeInstanceOf(DarkroomError);
    expect(error).toMatchObject({ code, retryable: false, details: { asset: name, index: 0 } });
    expect(String(error)).toContain(`"${name}"`);
    // The message contains neither contents of other files nor paths of the server.
    expect(String(error)).not.toMatch(/root:x|\/tmp|\/code|site-packages/);
  });

  test('an image in another format than declared', async () => {
    const qcow2 = await bench.bytes('alpine-dos', 'qcow2');
    const asRaw = await failureOf('disk.raw', qcow2, { format: 'raw' });
    expect(asRaw).toMatchObject({
      code: 'image_format_mismatch',
      message: expect.stringMatching(/is a qcow2 image/),
    });
    const raw = await failureOf('disk.vdi', Buffer.alloc(4096, 1), { format: 'vdi' });
    expect(raw).toMatchObject({ code: 'image_format_mismatch' });
  });

  test('links, FIFOs and directories, without waiting', async () => {
    const link = bench.place('link');
    await symlink(await bench.disk('alpine-dos'), link);
    const fifo = bench.place('fifo');
    await promisify(execFile)('mkfifo', [fifo]);
    for (const path of [link, fifo, bench.place('.'), bench.place('missing')]) {
      await expect(probeAt(path)).rejects.toMatchObject({ code: 'image_not_a_file' });
    }
  });
});

describe('random damage', () => {
  const answers = ['image_corrupt', 'image_no_filesystem', 'image_empty', 'image_too_large', 'engine_limit'];
  const refusals = ['image_backing_file', 'image_external_data', 'image_unsupported', 'image_encrypted'];

  test.each([
    ['in the tables of a qcow2 image', 'qcow2', 0, 4096],
    ['in the tables of a vhdx image', 'vhdx', 192 * 1024, 6 * 1024 * 1024],
    ['in the file system', 'raw', 2 ** 20, 200_000],
  ] as const)('%s gives an error with a code or a report', async (_, kind, from, length) => {
    const sound = await bench.bytes('alpine-dos', kind);
    for (let seed = 1; seed <= 6; seed++) {
      const random = randomNumbers(seed);
      const image = Buffer.from(sound);
      for (let hit = 0; hit < seed * 80; hit++) {
        const at = from + (random() % Math.min(length, image.length - from));
        image.writeUInt8((image[at] ?? 0) ^ (1 << (random() % 8)), at);
      }
      const outcome = await failureOf('damaged', image);
      if (outcome instanceof Error) {
        expect([...answers, ...refusals], `seed ${seed}: ${outcome.message}`).toContain(
          outcome instanceof DarkroomError ? outcome.code : 'no DarkroomError',
        );
      } else {
        expect(outcome, `seed ${seed}`).toMatchObject({ version: '1.0', image: { path: 'damaged' } });
      }
    }
  });
});

describe.runIf(process.platform === 'linux')('the inspecting process', () => {
  test('has limits, and ends with its children when the job is cancelled', async () => {
    const reason = new Error('The job was cancelled');
    const cancel = new AbortController();
    let seen: Promise<{ rows: ProcessRow[]; limits: string }> | undefined;
    const probing = probeAt(await bench.image('alpine-dos', 'qcow2'), cancel.signal, () => {
      seen ??= lookAt().finally(() => cancel.abort(reason));
    });
    await expect(probing).rejects.toBe(reason);
    const { rows, limits } = (await seen) ?? { rows: [], limits: '' };
    expect(rows.map(({ command }) => command).join('\n')).toMatch(/bwrap .*--unshare-all/);
    expect(limits).toMatch(/Max address space +1073741824/);
    expect(limits).toMatch(/Max cpu time +60 /);
    await vi.waitFor(
      async () => {
        for (const { pid } of rows) expect(await isAlive(pid)).toBe(false);
      },
      { timeout: 120_000 },
    );
  });

  test('sees only Python and the image, read-only', async () => {
    const { stdout } = await promisify(execFile)(
      'python3',
      ['-B', '-c', enter, await bench.image('alpine-dos', 'qcow2'), lookAround],
      { env: { ...process.env, PYTHONPATH: 'engines/guestprobe', SECRET: 'told' } },
    );
    const { folders, ...seen } = JSON.parse(stdout) as { folders: string[] };
    const known = ['bin', 'code', 'dev', 'disk', 'etc', 'lib', 'lib64', 'sbin', 'tmp', 'usr'];
    // Where Python itself is installed elsewhere, its folder is there too.
    const prefix = stdout.match(/"prefix": "\/(\w+)/)?.[1] ?? 'usr';
    expect(folders.filter((name) => !known.includes(name) && name !== prefix)).toEqual([]);
    expect(seen).toMatchObject({
      etc: ['ld.so.cache'],
      secret: null,
      network: ['lo'],
      denied: ['/disk', '/usr/x'],
    });
  });
});

/** Python that enters the sandbox and runs the second argument there. */
const enter = `
import os, sys
from guestprobe import sandbox
command = sandbox.sandboxed_python(os.open(sys.argv[1], os.O_RDONLY))
os.execv(command[0], [*command, "-c", sys.argv[2]])
`;

const lookAround = `
import json, os, socket, sys
denied = []
for path in ("/disk", "/usr/x"):
    try:
        open(path, "ab")
    except OSError:
        denied.append(path)
network = [name for _, name in socket.if_nameindex()]
print(json.dumps({"folders": os.listdir("/"), "etc": os.listdir("/etc"), "secret": os.environ.get("SECRET"),
                  "network": network, "denied": denied, "prefix": sys.base_prefix}))
`;

/** Returns the child processes and their children, and the limits of the last of them. */
async function lookAt(): Promise<{ rows: ProcessRow[]; limits: string }> {
  const all = await processes();
  const rows = all.filter(({ pid, parent }) => parent === process.pid && pid !== process.pid);
  for (const { pid } of rows) rows.push(...all.filter(({ parent }) => parent === pid));
  const inside = rows.filter(({ command }) => command.includes('guestprobe'));
  const last = inside.at(-1)?.pid;
  return { rows: inside, limits: last ? await readFile(`/proc/${last}/limits`, 'utf8') : '' };
}

/** Returns a generator of numbers that depend only on the seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
