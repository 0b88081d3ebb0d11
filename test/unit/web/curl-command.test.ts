/** The curl command of the console sends the same request as the console. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCurlCommand } from '../../../web/code/curl-command.ts';
import { startWeb, type Web } from '../../support/web.ts';

const run = promisify(execFile);
const nasty = `it's "$HOME" \`date\`; type=x, <b> \\ é`;

let web: Web;
let folder: string;
beforeAll(async () => {
  web = await startWeb();
  folder = await mkdtemp(join(tmpdir(), 'darkroom-curl-'));
});
afterAll(async () => {
  await web.close();
  await rm(folder, { recursive: true });
});

async function sent(command: string) {
  await run('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, TOKEN: 'secret' },
    timeout: 20_000,
  });
  return web.received.at(-1);
}

test('quotes JSON with special characters, and uses a variable for the token', async () => {
  const request = {
    operation: 'system.echo',
    params: { text: nasty },
    callback: { url: 'https://you.example/hook', token: 'not to be shown' },
  };
  const command = buildCurlCommand(web.url, request, true);
  expect(command).not.toContain('not to be shown');
  const received = await sent(command);
  expect(received?.path).toBe('/v1/jobs');
  expect(received?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'content-type': 'application/json',
  });
  expect(JSON.parse(received?.body ?? '')).toMatchObject({
    operation: 'system.echo',
    params: { text: nasty },
  });
});

test('quotes file names with special characters', async () => {
  const name = `a "b" c's; d,e.txt`;
  await writeFile(join(folder, name), 'the content of the file');
  const assets = [
    { name, source: { blob: new Blob(['']) } },
    { source: { url: 'https://images.example.com/1.jpg' } },
  ];
  const received = await sent(
    buildCurlCommand(web.url, { operation: 'test.echo', params: { text: nasty }, assets }, false),
  );
  expect(received?.headers['content-type']).toMatch(/^multipart\/form-data/);
  const [, json = ''] = /name="job"\r\n\r\n(.*)\r\n/.exec(received?.body ?? '') ?? [];
  expect(JSON.parse(json)).toEqual({
    operation: 'test.echo',
    params: { text: nasty },
    assets: [{ name, source: { upload: 'file-0' } }, { source: { url: 'https://images.example.com/1.jpg' } }],
  });
  expect(received?.body).toMatch(/name="file-0"[\s\S]*the content of the file/);
});
