/** An upload as it goes over the wire, and what it costs: a large file is never held in memory. */
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Busboy } from '@fastify/busboy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../../src/client/client.ts';
import { localFile } from '../../../src/client/files.ts';
import { run } from '../../support/cli.ts';

interface Part {
  readonly name: string;
  readonly fileName: string | null;
  readonly size: number;
  readonly sha256: string;
  readonly text: string;
}

let folder: string;
let receiver: Server;
let url: string;
let received: { headers: IncomingHttpHeaders; parts: Part[] } | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-upload-'));
  receiver = createServer((request, response) => {
    const parts: Part[] = [];
    const form = new Busboy({
      headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
    });
    form.on('field', (name, text) => {
      parts.push({ name, fileName: null, size: text.length, sha256: '', text });
    });
    form.on('file', (name, stream, fileName) => {
      const hash = createHash('sha256');
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        hash.update(chunk);
      });
      stream.on('end', () => parts.push({ name, fileName, size, sha256: hash.digest('hex'), text: '' }));
    });
    form.on('finish', () => {
      received = { headers: request.headers, parts };
      response.writeHead(202, { 'content-type': 'application/json' }).end('{"id":"x"}');
    });
    request.pipe(form);
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function fileOf(
  name: string,
  content: Uint8Array,
  repeat: number,
): Promise<{ path: string; sha256: string }> {
  const path = join(folder, name);
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  for (let n = 0; n < repeat; n++) {
    await file.write(content);
    hash.update(content);
  }
  await file.close();
  return { path, sha256: hash.digest('hex') };
}

test('sends the document first, then the files in order, with a Content-Length', async () => {
  const one = await fileOf('one.bin', Buffer.from('first'), 1);
  const two = await fileOf('zwei é.bin', Buffer.from('second'), 3);
  await createClient({ url }).submit({
    operation: 'x',
    assets: [
      { ...(await localFile(one.path)), attributes: { n: 1 } },
      { source: { url: 'https://example.com/a.jpg' } },
      await localFile(two.path),
    ],
  });
  expect(received?.headers['content-length']).toMatch(/^\d+$/);
  expect(received?.headers['transfer-encoding']).toBeUndefined();
  const [document, ...files] = received?.parts ?? [];
  expect(document?.name).toBe('job');
  expect(JSON.parse(document?.text ?? '')).toEqual({
    operation: 'x',
    assets: [
      { name: 'one.bin', source: { upload: 'file-0' }, attributes: { n: 1 } },
      { source: { url: 'https://example.com/a.jpg' } },
      { name: 'zwei é.bin', source: { upload: 'file-1' } },
    ],
  });
  expect(files).toMatchObject([
    { name: 'file-0', fileName: 'one.bin', sha256: one.sha256 },
    { name: 'file-1', fileName: 'zwei é.bin', sha256: two.sha256 },
  ]);
});

test('sends 700 MB with less than 300 MB of memory', async () => {
  const { path, sha256 } = await fileOf('large.bin', Buffer.alloc(1 << 20, 'darkroom'), 700);
  const dist = pathToFileURL(join(import.meta.dirname, '../../../dist/src/client/')).href;
  const program = `
    const { createClient } = await import('${dist}client.js');
    const { localFile } = await import('${dist}files.js');
    await createClient({ url: '${url}' }).submit({ operation: 'x', assets: [await localFile('${path}')] });
    console.log(process.resourceUsage().maxRSS * 1024);`;
  const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program]);
  expect([code, stderr]).toEqual([0, '']);
  expect(received?.parts[1]).toMatchObject({ size: 700 << 20, sha256 });
  expect(Number(stdout)).toBeLessThan(300e6);
});
