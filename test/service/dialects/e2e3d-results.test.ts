/** e2e3d: reconstructions that end, their files, and the clients of the contract, changed in address and input path alone. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printedPython, printedShell } from '../../support/clients/e2e3d/programs.ts';
import {
  createJsonRequest,
  expectError,
  places,
  post,
  type Results,
  type Shown,
  TIME,
  untilShown,
} from '../../support/clients/e2e3d/requests.ts';
import { makeSets, type Sets } from '../../support/clients/e2e3d/sets.ts';
import { example, python } from '../../support/dialect-clients.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

const ID = 'sample_job_123';
const LONG_MS = 240_000;

let sets: Sets;
let web: Web;
let darkroom: Darkroom;
const settings = () => ({ DARKROOM_INPUT_ROOTS: sets.input, DARKROOM_CACHE: sets.cache });
const ask = createJsonRequest(() => darkroom);
const until = untilShown(ask);
const get = (path: string, init?: RequestInit) => darkroom.request(path, init);

beforeAll(async () => {
  // Clients see every stage.
  sets = await makeSets(0.5);
  web = await startWeb();
  darkroom = await startStack({ env: settings() });
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
  await sets.dispose();
});

const callOf = async (id: string) => {
  const call = () => web.received.find(({ body }) => body.includes(id));
  await expect.poll(call, { timeout: LONG_MS }).toBeDefined();
  return JSON.parse(call()?.body ?? '') as Record<string, unknown>;
};

test('curl, as printed: submits, reads the status, and gets 409 before the end and then the results', async () => {
  const [submitted, looked, early] = await printedShell(darkroom.url, sets.sample);
  expect(submitted).toMatchObject({ job_id: ID, status: 'submitted' });
  expect(looked).toMatchObject({
    job_id: ID,
    status: expect.stringMatching(/^(submitted|queued|processing)$/),
  });
  expect(early).toMatchObject({ error: 'result_not_ready', status: (looked as Shown).status });
  const seen: Shown[] = [];
  for (let job = looked as Shown; job.status !== 'completed'; ) {
    job = (await ask(`/api/job/${ID}`)).body as Shown;
    expect(job.error).toBeNull();
    seen.push(job);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const progress = seen.map((job) => job.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  const stages = [...new Set(seen.flatMap(({ stage }) => stage ?? []))];
  const known = ((await ask('/api/config')).body as { stages: string[] }).stages;
  expect(stages).toEqual(known.filter((stage) => stages.includes(stage)));
  expect(stages).toContain('mesh_generation');
  expect(seen.at(-1)).toEqual({
    job_id: ID,
    status: 'completed',
    progress: 100,
    stage: null,
    start_time: expect.stringMatching(TIME),
    estimated_completion: null,
    error: null,
    paused: false,
    notes: [],
  });
  const [again, , results] = await printedShell(darkroom.url, sets.sample);
  expect(again).toMatchObject({ job_id: ID, status: 'completed' });
  expect(results).toEqual((await ask(`/api/job/${ID}/results`)).body);
  expect(await darkroom.get(ID)).toMatchObject({ run: 1, dialect: 'e2e3d' });
});

test('Python, as printed, finds the same job and its mesh', async () => {
  expect(await printedPython(darkroom.url, sets.sample)).toEqual({
    code: 0,
    stdout: `Job status: completed\nMesh URL: /output/${ID}/mesh/reconstructed_mesh.obj\n`,
    stderr: '',
  });
});

describe('results', () => {
  const results = async () => (await ask(`/api/job/${ID}/results`)).body as Results;

  test('are the four files of the contract, and three more, as paths and as addresses', async () => {
    const paths = Object.fromEntries(
      Object.entries(places).map(([name, path]) => [name, `/output/${ID}/${path}`]),
    );
    expect(await results()).toEqual({
      job_id: ID,
      status: 'completed',
      notes: [],
      output_dir: `${darkroom.url}/output/${ID}`,
      files: paths,
      minio_urls: Object.fromEntries(
        Object.entries(paths).map(([name, path]) => [name, darkroom.url + path]),
      ),
    });
  });

  test('are served: whole, in part, unchanged, and their head alone', async () => {
    const { files } = await results();
    for (const [name, path] of Object.entries(files)) {
      const whole = await get(path);
      const bytes = Buffer.from(await whole.arrayBuffer());
      expect([name, whole.status, bytes.length > 20]).toEqual([name, 200, true]);
      const etag = whole.headers.get('etag') ?? '';
      expect(etag).toBe(`"${createHash('sha256').update(bytes).digest('hex')}"`);
      expect((await get(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
      const part = await get(path, { headers: { range: 'bytes=10-19' } });
      expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(10, 20)]);
      const head = await get(path, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    }
    const beyond = await ask(files['mesh'] ?? '', { headers: { range: 'bytes=999999999-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([
      416,
      expect.stringMatching(/^bytes \*\/\d+$/),
    ]);
    expectError(beyond);
  });

  test('are of the formats of their names', async () => {
    const { files } = await results();
    const bytes = async (name: string) => Buffer.from(await (await get(files[name] ?? '')).arrayBuffer());
    expect((await bytes('pointcloud')).subarray(0, 4).toString()).toBe('ply\n');
    expect((await bytes('model')).subarray(0, 4).toString()).toBe('glTF');
    expect(JSON.parse((await bytes('metadata')).toString())).toBeInstanceOf(Object);
    for (const name of ['texture', 'preview'])
      expect(await sharp(await bytes(name)).metadata()).toMatchObject({ format: 'png' });
  });

  test('the mesh finds its material, and that its texture, by relative references', async () => {
    const { files } = await results();
    const mesh = new URL(files['mesh'] ?? '', darkroom.url);
    const [, library = ''] = /^mtllib (.+)$/m.exec(await (await fetch(mesh)).text()) ?? [];
    const material = new URL(library, mesh);
    expect(material.pathname).toBe(files['material']);
    const [, image = ''] = /^map_Kd (.+)$/m.exec(await (await fetch(material)).text()) ?? [];
    const texture = new URL(image, material);
    expect(texture.pathname).toBe(files['texture']);
    expect((await fetch(texture)).headers.get('content-type')).toBe('image/png');
  });

  test('the address of the directory lists all files', async () => {
    const { output_dir } = await results();
    const { job_id, files } = (await (await fetch(output_dir)).json()) as {
      job_id: string;
      files: { path: string; url: string; size: number }[];
    };
    expect([job_id, files.map(({ path }) => path).sort()]).toEqual([ID, Object.values(places).sort()]);
    for (const { path, url } of files) expect(url).toBe(`${output_dir}/${path}`);
  });

  test.each(['nothing.obj', 'mesh', '..%2f..%2fjob.json', 'mesh/'])('have no file %s', async (path) => {
    const answer = await ask(`/output/${ID}/${path}`);
    expect(answer).toMatchObject({ status: 404, body: { error: 'file_not_found' } });
    expectError(answer);
  });

  test('stay with a job that has ended: it is neither cancelled nor paused any more', async () => {
    for (const [path, method] of [
      [`/api/job/${ID}`, 'DELETE'],
      [`/api/job/${ID}/pause`, 'POST'],
    ] as const) {
      const answer = await ask(path, { method });
      expect(answer).toMatchObject({ status: 409, body: { error: 'job_not_active', status: 'completed' } });
      expectError(answer);
    }
    expect((await results()).status).toBe('completed');
  });
});

test('a job that fails has the reason in its status, its results and its callback', async () => {
  const job_id = 'no-photographs';
  const answer = await ask(
    '/api/reconstruct',
    post({ image_set_path: sets.broken, quality: 'low', job_id, notify_url: `${web.url}/hook` }),
  );
  expect(answer.status).toBe(202);
  await until(job_id, { status: 'failed' });
  const { body } = await ask(`/api/job/${job_id}`);
  const { error } = body as Shown;
  expect(error).toMatch(/^None of the photographs is usable/);
  expect(await ask(`/api/job/${job_id}/results`)).toMatchObject({
    status: 409,
    body: { status: 'failed', message: expect.stringContaining(error ?? '-') },
  });
  expect(await callOf(job_id)).toEqual({ ...(body as Shown), results: null });
});

test('the example script: from the health of the server to the bytes of the mesh, with a callback', async () => {
  const printed = await example('examples/dialects/e2e3d.sh', {
    DARKROOM_URL: darkroom.url,
    IMAGE_SET_PATH: 'SampleImages',
    NOTIFY_URL: `${web.url}/hook`,
  });
  const lines = printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toMatchObject([
    { status: 'healthy', workers: { reconstruction: 1 } },
    { operation: 'reconstruct' },
    { status: 'submitted' },
    // Responses show the effect if a worker acts within a second.
    { paused: expect.any(Boolean) },
    { paused: expect.any(Boolean) },
    { status: 'completed', progress: 100 },
    { status: 'completed', files: { mesh: expect.stringMatching(/\.obj$/) } },
    { bytes: expect.toSatisfy((bytes: number) => bytes > 1000) },
    { jobs: expect.toSatisfy((jobs: unknown[]) => jobs.length >= 2) },
    { success_rate: expect.toSatisfy((rate: number) => rate > 0 && rate < 1) },
    { error: 'invalid_request', message: expect.stringMatching(/^image_set_path: /) },
  ]);
  const [status, results] = lines.slice(5, 7) as [Shown, Results];
  expect(await callOf(status.job_id)).toEqual({ ...status, results });
});

test('Python with requests waits, and fetches every file by its address', async () => {
  const program = `
base, directory = sys.argv[1], sys.argv[2]
answer = requests.post(base + '/api/reconstruct', json={'image_set_path': directory, 'quality': 'low', 'use_gpu': True, 'job_id': None})
answer.raise_for_status()
job = answer.json()
while job['status'] in ('submitted', 'queued', 'processing'):
    time.sleep(0.3)
    job = requests.get(base + '/api/job/' + job['job_id']).json()
time.strptime(job['start_time'], '%Y-%m-%dT%H:%M:%SZ')
results = requests.get(base + '/api/job/' + job['job_id'] + '/results').json()
fetched = {name: requests.get(url) for name, url in results['minio_urls'].items()}
gpu = fetched['metadata'].json()['gpu']
print(json.dumps([job['status'], gpu['requested'], sorted((name, answer.status_code) for name, answer in fetched.items())]))
`;
  expect(await python(program, darkroom.url, sets.sample)).toEqual([
    'completed',
    true,
    Object.keys(places)
      .sort()
      .map((name) => [name, 200]),
  ]);
});

test('once three have ended, jobs have an estimated completion', async () => {
  await expect
    .poll(async () => (await ask('/api/metrics')).body)
    .toMatchObject({
      jobs: { completed: 3, failed: 1, total: 4 },
      success_rate: 0.75,
      average_duration_seconds: expect.toSatisfy((seconds: number) => seconds > 1),
    });
  // What is known of like jobs is looked up at most every half a minute; a server that starts knows nothing and asks at once.
  await darkroom.stop();
  darkroom = await startStack({ dataDir: darkroom.dataDir, env: settings() });
  await expect
    .poll(
      async () => {
        const id = `next-${Date.now()}`;
        await ask('/api/reconstruct', post({ image_set_path: sets.sample, quality: 'low', job_id: id }));
        await until(id, { status: 'processing', stage: 'feature_extraction' });
        const { body } = await ask(`/api/job/${id}`);
        await ask(`/api/job/${id}`, { method: 'DELETE' });
        return (body as Shown).estimated_completion;
      },
      { interval: 3000 },
    )
    .toMatch(TIME);
});
