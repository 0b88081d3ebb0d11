import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const MiB = 1024 * 1024;
/** Bytes by which a server may grow that keeps nothing. */
const GROWTH = 150 * MiB;

const built = (file: string) =>
  JSON.stringify(pathToFileURL(resolve(import.meta.dirname, '../../dist/src/api', file)).href);

/** Counts the bytes of a file, and stops reading for a while after the first 200 MiB. */
const server = `
  import { readForm } from ${built('forms/multipart.js')};
  import { createHttpServer } from ${built('server/server.js')};
  const limits = { fieldBytes: 1e6, fileBytes: 4e9, totalBytes: 4e9, files: 9, fields: 9, idleMs: 30_000 };
  const onFile = async (file, body) => {
    let bytes = 0;
    let rested = false;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (rested || bytes < ${200 * MiB}) continue;
      rested = true;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    return bytes;
  };
  const server = createHttpServer(async (request, env) =>
    Response.json(await readForm(env, limits, { fields: [], onField: () => {}, onFile })),
  );
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

/** Sends zeros as a file, and says what it was answered. */
const client = `
  import { request } from 'node:http';
  import { Readable } from 'node:stream';
  const [port, size, known] = process.argv.slice(1);
  const head = '--b\\r\\nContent-Disposition: form-data; name="f"; filename="zeros"\\r\\n\\r\\n';
  const tail = '\\r\\n--b--\\r\\n';
  const zeros = Buffer.alloc(${MiB});
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  if (known === 'true') headers['content-length'] = head.length + Number(size) + tail.length;
  const call = request({ port, host: '127.0.0.1', method: 'POST', headers }, (response) => response.pipe(process.stdout));
  function* body() {
    yield head;
    for (let sent = 0; sent < size; sent += zeros.length) yield zeros;
    yield tail;
  }
  Readable.from(body()).pipe(call);`;

const start = (script: string, ...args: string[]) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

/** Resolves with the first line that a process prints. Throws at once when it ends without one. */
const firstLine = (child: ReturnType<typeof start>): Promise<string> =>
  Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    once(child, 'close').then(([code]) => {
      throw new Error(`The server ended with exit code ${code} before it was ready`);
    }),
  ]);

/** Bytes of memory that a process holds. */
const memoryOf = async (pid: number): Promise<number> =>
  Number((await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout) * 1024;

it.each([
  ['1 GiB, announced', 1024 * MiB, true],
  ['3 GiB, of unknown length', 3072 * MiB, false],
])('an upload of %s takes constant memory with a slow reader', async (_, bytes, known) => {
  const child = start(server);
  const { pid = 0 } = child;
  const port = await firstLine(child);
  const send = (size: number) => text(start(client, port, String(size), String(known)).stdout);
  expect(await send(100 * MiB)).toBe(JSON.stringify([100 * MiB]));
  const before = await memoryOf(pid);

  let most = before;
  let answer: string | null = null;
  const sent = send(bytes).then((text) => {
    answer = text;
  });
  while (answer === null) {
    most = Math.max(most, await memoryOf(pid));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await sent;
  expect(answer).toBe(JSON.stringify([bytes]));
  expect(most - before).toBeLessThan(GROWTH);
});
