/** guestkit: disk images, looked into by the engine, and the clients of the contract, changed in address and input path alone. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, run } from '../../support/cli.ts';
import { createJsonRequest, document, post, statusPoll } from '../../support/clients/guestkit/requests.ts';
import { example } from '../../support/dialect-clients.ts';
import { installedEngine } from '../../support/engines.ts';
import { guestBench } from '../../support/guests/bench.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

await installedEngine('guestprobe');
const bench = await guestBench();
const here = fileURLToPath(new URL('../../support/clients/guestkit/', import.meta.url));

let folder: string;
/** Stands for the /vms of the contract. */
let vms: string;
let darkroom: Darkroom;
const ask = createJsonRequest(() => darkroom);
const untilStatus = statusPoll(ask);

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-guestkit-')));
  vms = join(folder, 'vms');
  await mkdir(vms);
  const image = await bench.bytes('debian-gpt', 'qcow2');
  for (const name of ['production-web-01', 'my-vm', 'test'])
    await writeFile(join(vms, `${name}.qcow2`), image);
  darkroom = await startStack({ env: { DARKROOM_INPUT_ROOTS: vms } });
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

const system = { type: 'linux', distribution: 'debian', product_name: 'Debian GNU/Linux 12 (bookworm)' };

describe('an image', () => {
  const submit = (id: string, data: object, operation = 'guestkit.inspect') =>
    ask('/api/v1/jobs', post(document(id, { operation, data })));
  const web = () => join(vms, 'production-web-01.qcow2');

  test('is inspected with all fields of the contract; the result has the path as given', async () => {
    const hash = createHash('sha256')
      .update(await readFile(web()))
      .digest('hex');
    const image = { path: web(), format: 'qcow2', checksum: `sha256:${hash}` };
    const options = { include_packages: true, include_services: true };
    expect(await submit('inspect-vm-001', { image, options })).toMatchObject({ status: 201 });
    await untilStatus('inspect-vm-001', 'Completed');
    expect((await ask('/api/v1/jobs/inspect-vm-001/result')).body).toMatchObject({
      success: true,
      data: {
        version: '1.0',
        image: { path: web(), format: 'qcow2' },
        operating_system: { ...system, version: '12', hostname: 'web-01.example.test', arch: 'x86_64' },
        packages: { count: 3, manager: 'deb', packages: ['bash', 'nginx', 'openssh-server'] },
        services: expect.arrayContaining([expect.objectContaining({ name: 'ssh.service' })]),
      },
    });
  });

  test('is profiled', async () => {
    await submit('profile', { image: { path: web() } }, 'guestkit.profile');
    await untilStatus('profile', 'Completed');
    expect((await ask('/api/v1/jobs/profile/result')).body).toMatchObject({
      data: { operating_system: system },
    });
  });

  test('with another checksum fails, with the reason in status and result', async () => {
    await submit('checksum', { image: { path: web(), checksum: `sha256:${'0'.repeat(64)}` } });
    await untilStatus('checksum', 'Failed');
    const { body } = await ask('/api/v1/jobs/checksum');
    const { error } = (body as { data: { error: string } }).data;
    expect(error).toMatch(/checksum|sha256/i);
    expect(await ask('/api/v1/jobs/checksum/result')).toMatchObject({
      status: 404,
      body: { error: 'NOT_FOUND', message: expect.stringContaining(error) },
    });
  });

  test('of another format fails', async () => {
    await submit('format', { image: { path: web(), format: 'vmdk' } });
    await untilStatus('format', 'Failed');
    expect((await ask('/api/v1/jobs/format')).body).toMatchObject({
      data: { error: expect.stringMatching(/vmdk|qcow2/) },
    });
  });

  test('that was removed since: a repeated document finds its job', async () => {
    await copyFile(web(), join(vms, 'moved.qcow2'));
    const data = { image: { path: join(vms, 'moved.qcow2'), read_only: true }, output: { format: 'json' } };
    const options = { include_packages: false, include_network: true, deep_scan: true };
    expect(await submit('moved', { ...data, options })).toMatchObject({ status: 201 });
    await untilStatus('moved', 'Completed');
    await rm(join(vms, 'moved.qcow2'));
    expect(await submit('moved', { ...data, options })).toMatchObject({ status: 201 });
    expect(await submit('moved-2', { ...data, options })).toMatchObject({ status: 400 });
  });

  test.each<[object, string]>([
    [{ image: { path: '/etc/hostname' } }, 'payload.data.image.path'],
    [{ image: { path: 'a', format: 'floppy' } }, 'payload.data.image.format'],
    [{ image: { path: 'a', checksum: 'sha256:abc123...' } }, 'payload.data.image.checksum'],
    [{ image: { path: 'a' }, options: { include_packages: 1 } }, 'payload.data.options.include_packages'],
    [{ image: { path: 'a' }, options: { include_pets: true } }, 'payload.data.options.include_pets'],
    [{}, 'payload.data.image'],
  ])('%j is rejected with its field', async (data, field) => {
    expect(await submit('wrong', data)).toMatchObject({
      status: 400,
      body: { error: 'VALIDATION_ERROR', details: { field, reason: expect.stringMatching(/\w/) } },
    });
  });
});

describe('its clients', () => {
  const adapted = async (file: string, ...changes: readonly [string, string][]) => {
    const text = await readFile(join(here, file), 'utf8');
    const ours: [string, string][] = [
      ['http://localhost:8080', darkroom.url],
      ['http://127.0.0.1:8080', darkroom.url],
      ['/vms/', `${vms}/`],
    ];
    return [...ours, ...changes].reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
  };
  const succeeded = ({ code, stdout, stderr }: CliResult): string => {
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    return stdout;
  };

  test('curl: the integration test passes', async () => {
    // The server is there already: what remains is from the first request on, without a process of its own.
    const script = (await adapted('integration.sh'))
      .replace(/cargo run.*?sleep 2\n/s, '')
      .replace('kill $WORKER_PID\n', '');
    const out = succeeded(await run('bash', ['-euc', script]));
    expect(out).toContain('"status":"healthy"');
    expect(out).toContain('"message":"Job test-001 submitted successfully"');
    expect(out).toContain('Integration test passed');
  });

  test('curl: example 1 runs with an unquoted here-document; as printed it is rejected with the reason', async () => {
    const corrected = await adapted('submit.sh', ["<<'EOF'", '<<EOF']);
    const out = succeeded(await run('bash', ['-c', corrected], { cwd: folder }));
    expect(out).toMatch(/Job ID: inspect-\d+\nStatus: /);
    expect(out).toContain('"product_name": "Debian GNU/Linux 12 (bookworm)"');

    const printed = (await adapted('submit.sh')).replace(/\n# Extract.*/s, '\n');
    expect(succeeded(await run('bash', ['-c', printed], { cwd: folder }))).toMatch(
      /"error":"VALIDATION_ERROR".*"field":"job_id"/,
    );
  });

  test('curl: the requests of the examples', async () => {
    const out = await example('examples/dialects/guestkit.sh', { DARKROOM_URL: darkroom.url });
    expect(out).toContain('"status":"Completed"');
    expect(out).toMatch(/"data":\{"delay_ms":500,"message":"test"\}/);
    expect(out).toContain('"details":{"field":"operation","reason":"Operation must be namespaced"}');
  });

  test('Python: as printed', async () => {
    const out = succeeded(await run('python3', ['-c', await adapted('client.py')]));
    expect(out).toMatch(/Job ID: job-\d+\n/);
    expect(out).toContain('OS: Debian GNU/Linux 12 (bookworm)\n  Packages: 3\n');
  });

  test('Python: the other calls of the client', async () => {
    await copyFile(join(here, 'client.py'), join(folder, 'client.py'));
    const drive = `
import client, json
guestkit = client.GuestkitClient("${darkroom.url}")
job_id = guestkit.submit_job("a", "system.echo", "from-python")["data"]["job_id"]
guestkit.wait_for_completion(job_id, timeout=30, poll_interval=0.1)
print(json.dumps([[job["job_id"] for job in guestkit.list_jobs()], guestkit.get_capabilities()["operations"]]))
try:
    guestkit.submit_job("${vms}/none.qcow2")
except client.requests.HTTPError as error:
    print(error.response.json()["details"]["reason"])
`;
    const [first = '', second] = succeeded(await run('python3', ['-c', drive], { cwd: folder })).split('\n');
    const [listed, operations] = JSON.parse(first) as [string[], string[]];
    expect(listed).toContain('from-python');
    expect(operations).toEqual(['system.echo', 'test.echo', 'guestkit.inspect', 'guestkit.profile']);
    expect(second).toMatch(/none\.qcow2" does not/);
  });

  test('TypeScript: as printed', async () => {
    await writeFile(join(folder, 'client.mts'), await adapted('client.ts.txt'));
    const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
    const options = ['--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom', '--types', ''];
    succeeded(await run(process.execPath, [tsc, ...options, 'client.mts'], { cwd: folder }));
    const out = succeeded(await run(process.execPath, ['client.mjs'], { cwd: folder }));
    expect(out).toMatch(/Job ID: job-\d+/);
    expect(out).toContain('"product_name": "Debian GNU/Linux 12 (bookworm)"');
  });
});
