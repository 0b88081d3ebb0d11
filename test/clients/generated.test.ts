/** Clients generated from the OpenAPI document submit, watch, cancel and download, behind nginx where it is installed. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import * as dialects from '../../src/dialects/index.ts';
import { hasNginx, type Nginx, startNginx } from '../support/nginx.ts';
import { photo } from '../support/photos.ts';
import { type Darkroom, startStack } from '../support/stack.ts';
import { startWeb, type Web } from '../support/web.ts';

const run = promisify(execFile);
const generators = join(readConfig().DARKROOM_CACHE, 'client-generators');

let darkroom: Darkroom;
let web: Web;
let nginx: Nginx | undefined;
let dir: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  web = await startWeb({ '/coffee.jpg': await photo('coffee.jpg') });
  darkroom = await startStack();
  dir = await mkdtemp(join(tmpdir(), 'darkroom-clients-'));
  const document = await (await darkroom.request('/openapi.json')).text();
  await writeFile(join(dir, 'openapi.json'), document);
  nginx = hasNginx ? await startNginx(Number(new URL(darkroom.url).port), 'plain') : undefined;
  env = { ...process.env, DARKROOM: nginx?.url ?? darkroom.url, ASSET: `${web.url}/coffee.jpg` };
});
afterAll(async () => {
  await nginx?.close();
  await darkroom.dispose();
  await web.close();
  await rm(dir, { recursive: true, force: true });
});

/** What each program prints: the last event, the start of the downloaded file, the state after the cancel. */
const expected = ['end', 'RIFF', 'cancelled'];

test('a client of openapi-typescript with openapi-fetch works', async () => {
  await run(join(generators, 'node_modules/.bin/openapi-typescript'), ['openapi.json', '-o', 'api.ts'], {
    cwd: dir,
  });
  await writeFile(
    join(dir, 'program.ts'),
    `import createClient from 'openapi-fetch';
import type { paths } from './api.js';
const client = createClient<paths>({ baseUrl: process.env.DARKROOM! });
const asset = { source: { url: process.env.ASSET! } };
const { data: job } = await client.POST('/v1/jobs', {
  body: { operation: 'image.transform', params: { width: 40, format: 'webp' }, assets: [asset] },
});
const path = { id: job!.id };
const { data: events } = await client.GET('/v1/jobs/{id}/events', { params: { path }, parseAs: 'text' });
console.log(String(events).match(/event: (\\w+)/g)!.at(-1)!.slice(7));
const { data: result } = await client.GET('/v1/jobs/{id}/result', { params: { path } });
const { data: bytes } = await client.GET('/v1/jobs/{id}/files/{path}', {
  params: { path: { ...path, path: result!.files[0]!.path } }, parseAs: 'arrayBuffer',
});
console.log(Buffer.from(bytes as unknown as ArrayBuffer).subarray(0, 4).toString());
const { data: waiting } = await client.POST('/v1/jobs', { body: { operation: 'test.echo', await_assets: {} } });
const at = { params: { path: { id: waiting!.id } } };
await client.POST('/v1/jobs/{id}/cancel', { ...at, body: { reason: 'enough' } });
await client.GET('/v1/jobs/{id}/events', { ...at, parseAs: 'text' });
console.log((await client.GET('/v1/jobs/{id}', at)).data!.state);
`,
  );
  await writeFile(join(dir, 'package.json'), '{"type":"module"}');
  await run('ln', ['-s', join(generators, 'node_modules'), 'node_modules'], { cwd: dir });
  const options = [
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  const types = ['--typeRoots', join(import.meta.dirname, '../../node_modules/@types')];
  await run(join(generators, 'node_modules/.bin/tsc'), [...options, ...types, 'program.ts'], { cwd: dir });
  const { stdout } = await run(process.execPath, ['program.js'], { cwd: dir, env });
  expect(stdout.trim().split('\n')).toEqual(expected);
});

test('the documents of all APIs become types that compile', async () => {
  const names = Object.values(dialects).map(({ name }) => name);
  const program = [];
  for (const name of names) {
    const document = await darkroom.request(name === 'native' ? '/openapi.json' : `/openapi/${name}.json`);
    expect(document.status).toBe(200);
    await writeFile(join(dir, `${name}.json`), await document.text());
    const args = [`${name}.json`, '-o', `${name}.ts`];
    await run(join(generators, 'node_modules/.bin/openapi-typescript'), args, { cwd: dir });
    // Fails to compile if the document has no paths.
    const type = name.replaceAll('-', '_');
    program.push(`import type { paths as ${type} } from './${name}.js';`);
    program.push(`export const ${type}_path: \`/\${string}\` & keyof ${type} = null!;`);
  }
  await writeFile(join(dir, 'documents.ts'), `${program.join('\n')}\n`);
  const options = ['--strict', '--noEmit', '--module', 'nodenext'];
  const tsc = join(generators, 'node_modules/.bin/tsc');
  // tsc prints its errors on stdout.
  const failure = await run(tsc, [...options, 'documents.ts'], { cwd: dir }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(failure).toBe('');
});

test('a client of openapi-python-client works', async () => {
  const bin = join(generators, 'python/bin');
  await writeFile(
    join(dir, 'config.yml'),
    'content_type_overrides: {application/zip: application/octet-stream}\n',
  );
  const args = [
    'generate',
    '--path',
    'openapi.json',
    '--config',
    'config.yml',
    '--meta',
    'none',
    '--output-path',
    'api',
  ];
  const { stdout: log } = await run(join(bin, 'openapi-python-client'), args, {
    cwd: dir,
    env: { ...env, PATH: `${bin}:${process.env['PATH']}` },
  });
  expect(log).not.toContain('Warning');
  await writeFile(
    join(dir, 'program.py'),
    `import os, re
from api import Client
from api.api.jobs import submit_job, cancel_job, get_job, stream_job_events
from api.api.results import get_result, get_file
from api.models import JobSpec, Cancellation
client = Client(os.environ['DARKROOM'])
job = submit_job.sync(client=client, body=JobSpec.from_dict({
    'operation': 'image.transform', 'params': {'width': 40, 'format': 'webp'},
    'assets': [{'source': {'url': os.environ['ASSET']}}]}))
print(re.findall(r'event: (\\w+)', stream_job_events.sync_detailed(job.id, client=client).content.decode())[-1])
result = get_result.sync(job.id, client=client)
print(get_file.sync(job.id, result.files[0].path, client=client).payload.read(4).decode())
waiting = submit_job.sync(client=client, body=JobSpec.from_dict({'operation': 'test.echo', 'await_assets': {}}))
cancel_job.sync(waiting.id, client=client, body=Cancellation(reason='enough'))
stream_job_events.sync_detailed(waiting.id, client=client)
print(get_job.sync(waiting.id, client=client).state.value)
`,
  );
  const { stdout } = await run(join(bin, 'python'), ['program.py'], { cwd: dir, env });
  expect(stdout.trim().split('\n')).toEqual(expected);
});

test('a client of oapi-codegen works', async () => {
  await cp(join(generators, 'go'), dir, { recursive: true });
  const args = ['-generate', 'types,client', '-package', 'main', '-o', 'api.go', 'openapi.json'];
  await run(join(generators, 'bin/oapi-codegen'), args, { cwd: dir });
  await writeFile(
    join(dir, 'main.go'),
    `package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	ctx := context.Background()
	client, err := NewClientWithResponses(os.Getenv("DARKROOM"))
	check(err)
	asset := os.Getenv("ASSET")
	params := map[string]any{"width": 40, "format": "webp"}
	assets := []Asset{{Source: Source{Url: &asset}}}
	transform, echo := "image.transform", "test.echo"
	job, err := client.SubmitJobWithResponse(ctx, nil, JobSpec{Operation: &transform, Params: &params, Assets: &assets})
	check(err)
	id := job.JSON202.Id
	events, err := client.StreamJobEventsWithResponse(ctx, id, nil)
	check(err)
	names := regexp.MustCompile(\`event: (\\w+)\`).FindAllStringSubmatch(string(events.Body), -1)
	fmt.Println(names[len(names)-1][1])
	result, err := client.GetResultWithResponse(ctx, id)
	check(err)
	file, err := client.GetFileWithResponse(ctx, id, result.JSON200.Files[0].Path)
	check(err)
	fmt.Println(string(file.Body[:4]))
	waiting, err := client.SubmitJobWithResponse(ctx, nil, JobSpec{Operation: &echo, AwaitAssets: &struct {
		QuietSeconds *float32 \`json:"quiet_seconds,omitempty"\`
		Total        *int     \`json:"total,omitempty"\`
	}{}})
	check(err)
	reason := "enough"
	_, err = client.CancelJobWithResponse(ctx, waiting.JSON202.Id, Cancellation{Reason: &reason})
	check(err)
	_, err = client.StreamJobEventsWithResponse(ctx, waiting.JSON202.Id, nil)
	check(err)
	ended, err := client.GetJobWithResponse(ctx, waiting.JSON202.Id)
	check(err)
	fmt.Println(ended.JSON200.State)
}
`,
  );
  const { stdout } = await run('go', ['run', '.'], { cwd: dir, env: { ...env, GOPROXY: 'off' } });
  expect(stdout.trim().split('\n')).toEqual(expected);
});
