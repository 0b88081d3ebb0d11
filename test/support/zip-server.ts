/** ZIPs served over HTTP, and read by other programs. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { Hono } from 'hono';
import { createHttpServer } from '../../src/api/server/server.ts';
import { type ZipFile, zipResponse } from '../../src/api/zip/zip-response.ts';
import { listening } from './form-server.ts';

export const run = promisify(execFile);
export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
export const lacksPython = spawnSync('python3', ['--version']).status !== 0;
export const lacksUnzip = spawnSync('unzip', ['-v']).status !== 0;

export const fileOf = (path: string, bytes: Uint8Array | string, more: Partial<ZipFile> = {}): ZipFile => ({
  path,
  size: Buffer.byteLength(bytes),
  sha256: sha256(bytes),
  crc32: crc32(bytes),
  modified: new Date('2026-03-29T02:30:42Z'),
  open: async () => Readable.from([Buffer.from(bytes)]),
  ...more,
});

/** Serves these files as a ZIP, until the test ends. */
export async function serveZip(files: readonly ZipFile[], { changed = true } = {}): Promise<string> {
  const app = new Hono();
  // An answer whose headers were changed takes another way through the server.
  app.use(async (c, next) => {
    await next();
    if (changed) c.res = new Response(c.res.body, c.res);
  });
  app.get('/', (c) => zipResponse(c, files, { fileName: 'größe (1).zip' }));
  return `http://127.0.0.1:${await listening(createHttpServer((request, env) => app.fetch(request, env)))}/`;
}

/** What Python reads from a ZIP: names, times and digests, after it has checked each CRC. */
export async function readByPython(path: string): Promise<unknown> {
  const script = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as zip:
    assert zip.testzip() is None
    print(json.dumps([[i.filename, list(i.date_time), hashlib.sha256(zip.read(i)).hexdigest()] for i in zip.infolist()]))`;
  return JSON.parse((await run('python3', ['-c', script, path], { maxBuffer: 2 ** 26 })).stdout);
}
