/** The commands that talk to a server, with a server. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatDuration } from '../../../src/lib/units.ts';
import { type CliOptions, cli, jsonLines } from '../../support/cli.ts';
import { type Gate, HELD, makeGate } from '../../support/gate.ts';
import { photo } from '../../support/photos.ts';
import { type Darkroom, sleep, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let folder: string;
let gate: Gate;

beforeAll(async () => {
  const chelsea = await photo('chelsea.jpg');
  web = await startWeb({ '/chelsea.jpg': chelsea });
  folder = await mkdtemp(join(tmpdir(), 'darkroom-cli-'));
  await writeFile(join(folder, 'cat.jpg'), chelsea);
  gate = await makeGate();
  darkroom = await startStack({ env: gate.env });
  await writeFile(join(darkroom.dataDir, 'inputs', 'coffee.jpg'), await photo('coffee.jpg'));
});
afterAll(async () => {
  await darkroom.dispose();
  await gate.dispose();
  await web.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], options: CliOptions = {}) =>
  cli(args, { cwd: folder, ...options, env: { DARKROOM_URL: darkroom.url, ...options.env } });
const json = async (...args: string[]) =>
  JSON.parse((await run([...args, '--json'])).stdout) as Record<string, unknown>;

describe('submit', () => {
  test('submits a file, a URL and a server path, and downloads the results', async () => {
    const { code, stdout, stderr } = await run([
      ...['submit', 'cat.jpg', `${web.url}/chelsea.jpg`, 'path:coffee.jpg', '--operation', 'image.transform'],
      ...[
        '--set',
        'width=80',
        '--set',
        'format=webp',
        '--label',
        'album=trip',
        '--id',
        'pictures',
        '--out',
        'out',
      ],
    ]);
    expect(stderr).toMatch(/\npictures completed after .*: 3 files in out\n$/);
    expect([code, stdout]).toEqual([0, 'pictures\n']);
    expect(await readdir(join(folder, 'out'))).toEqual(['cat.webp', 'chelsea.webp', 'coffee.webp']);
    for (const name of await readdir(join(folder, 'out')))
      expect(await sharp(join(folder, 'out', name)).metadata()).toMatchObject({ format: 'webp', width: 80 });
    expect(await darkroom.get('pictures')).toMatchObject({ labels: { album: 'trip' }, assets: { total: 3 } });
  });

  test('returns at once without --watch; prints the job with --json', async () => {
    const job = await json('submit', '-o', 'system.echo', '--set', 'n=1', '--set', 'text=a b');
    expect(job).toMatchObject({ operation: 'system.echo', state: 'created' });
    await darkroom.until(String(job['id']), 'completed');
    expect(JSON.parse((await run(['results', String(job['id'])])).stdout)).toEqual({ n: 1, text: 'a b' });
  });

  test('reads parameters from a file or standard input; --set overrides them', async () => {
    await writeFile(join(folder, 'params.json'), '{"a":1,"b":{"c":2}}');
    const args = ['submit', '-o', 'system.echo', '--set', 'b.d=3', '--wait', '--json', '--params'];
    for (const [file, input] of [['params.json'], ['-', '{"a":1,"b":{"c":2}}']] as const) {
      const { stdout } = await run([...args, file], input === undefined ? {} : { input });
      const { id } = JSON.parse(stdout) as { id: string };
      expect((await json('results', id))['data']).toEqual({ a: 1, b: { c: 2, d: 3 } });
    }
  });

  test('reports invalid parameters before the submission', async () => {
    const { code, stdout, stderr } = await run([
      ...['submit', 'cat.jpg', '-o', 'image.transform', '--id', 'never'],
      ...['--set', 'width=wide', '--set', 'format=bmp', '--set', 'widht=3'],
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--set width=wide: must be a whole number from 1 to 16384');
    expect(stderr).toContain('--set format=bmp: must be keep, jpeg, png, webp, avif or gif');
    expect(stderr).toContain('there is no parameter "widht"; known are width, height, fit');
    expect((await darkroom.request('/v1/jobs/never')).status).toBe(404);
  });

  test('--dry-run makes no directory', async () => {
    const args = ['submit', 'cat.jpg', '-o', 'image.transform', '--dry-run', '--out', 'planned'];
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^job, run 1, 1 asset: /);
    expect(await readdir(folder)).not.toContain('planned');
  });

  test('exits with 6 for a rejected request, and with 5 for an unknown operation', async () => {
    const refused = await run(['submit', '-o', 'image.transform', '--json']);
    expect(refused.code).toBe(6);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: 'invalid_request', status: 422, errors: [{ pointer: '/assets' }] },
    });
    expect(refused.stderr).toContain('image.transform takes 1 to 10000');
    expect((await run(['submit', '-o', 'no.such', '--set', 'a=1'])).code).toBe(5);
  });
});

describe('watch', () => {
  test('prints a line per transition and per 10 % on stderr without a terminal', async () => {
    const { code, stdout, stderr } = await run([
      ...['submit', '-o', 'test.echo', '--set', 'delay_ms=3000', '--id', 'slow', '--watch'],
    ]);
    expect([code, stdout]).toEqual([0, 'slow\n']);
    const lines = stderr.trimEnd().split('\n');
    const steps = lines.slice(0, -1);
    expect(
      steps.every((line) =>
        /^ *\d+0? % {2}(created|queued|processing \(echo\)|packaging|completed)$/.test(line),
      ),
    ).toBe(true);
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps.length).toBeGreaterThan(2);
    const percents = steps.map((step) => Number.parseInt(step, 10));
    expect(percents).toEqual(percents.toSorted((one, other) => one - other));
    expect(steps).toContain(' 90 %  packaging');
    expect(lines.at(-1)).toMatch(
      /^slow completed after .*: a JSON value, kept until 20\d\d-\d\d-\d\d; to download: darkroom results slow$/,
    );
    expect(stderr).not.toContain('\u001B');
  });

  test('prints a line of JSON per change, with the job last', async () => {
    const { stdout, stderr } = await run([
      'submit',
      '-o',
      'test.echo',
      '--set',
      'delay_ms=2500',
      '--watch',
      '--json',
    ]);
    const lines = jsonLines(stdout) as { type: string; job?: { state: string } }[];
    expect(lines.at(-1)).toMatchObject({ type: 'end', job: { state: 'completed' } });
    expect(lines.slice(0, -1).every(({ type }) => type === 'progress')).toBe(true);
    expect(lines.length).toBeGreaterThan(2);
    expect(stderr).toBe('');
  });

  test('exits with 3 for a failed job, with its error and a remedy', async () => {
    const { code, stderr } = await run([
      'submit',
      '-o',
      'test.echo',
      '--set',
      'fail=permanent',
      '--wait',
      '--id',
      'bad',
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/bad failed.*\n.*\(operation_failed\)\n.*submit a new job/);
    expect((await run(['watch', 'bad'])).code).toBe(3);
    const { code: fine, stdout } = await run(['status', 'bad']);
    expect(fine).toBe(0);
    expect(stdout).toMatch(/error +The job failed because .* \(operation_failed\)\n +to do/);
  });

  test('Ctrl-C stops watching, not the job; a cancelled job exits with 4', async () => {
    const interrupted = await run(
      ['submit', '-o', 'test.echo', '--set', 'delay_ms=600000', '--id', 'left', '--watch'],
      {
        during: (child, stderr) => {
          const timer = setInterval(() => {
            if (!stderr().includes('processing')) return;
            clearInterval(timer);
            child.kill('SIGINT');
          }, 50);
        },
      },
    );
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain(
      'The job continues. Watch it: darkroom watch left   Stop it: darkroom cancel left',
    );
    expect(await darkroom.get('left')).toMatchObject({ state: 'processing' });
    const late = await run(['watch', 'left', '--timeout', '1']);
    expect(late.code).toBe(8);
    expect(late.stderr).toContain('it continues');
    expect(await run(['cancel', 'left'])).toMatchObject({ code: 0 });
    expect((await run(['watch', 'left'])).code).toBe(4);
    const again = await run(['cancel', 'left', '--json']);
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([6, { error: { code: 'job_not_active' } }]);
  });

  test('exits with 8 after --timeout, with the id of the job', async () => {
    const args = ['submit', '-o', 'test.echo', '--set', 'delay_ms=600000', '--timeout', '0.5', '--json'];
    const { code, stdout, stderr } = await run([...args, '--wait']);
    expect(code).toBe(8);
    const { id, error } = JSON.parse(stdout) as { id: string; error: object };
    expect(error).toMatchObject({ code: 'not_ended', retryable: true });
    expect(stderr).toContain('has not ended within 0.5 s; it continues');
    expect((await run(['cancel', id])).code).toBe(0);
  });

  test('reports the job if its results cannot be written', async () => {
    const { code, stdout } = await run(
      ['submit', 'cat.jpg', '-o', HELD, '--id', 'unkept', '--out', 'kept', '--json', '--watch'],
      {
        // The command has created the directory. A file replaces it before the results arrive.
        during: (child) => {
          const replace = async () => {
            await rm(join(folder, 'kept'), { recursive: true });
            await writeFile(join(folder, 'kept'), '');
            await gate.open();
          };
          child.stdout?.once('data', () => void replace());
        },
      },
    );
    expect(code).toBe(1);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ id: 'unkept', error: { code: 'unexpected' } });
  });

  test('shows the number of assets in each change', async () => {
    await darkroom.submit({
      id: 'counted',
      operation: 'image.metadata',
      assets: [{ source: { path: 'coffee.jpg' } }, { source: { url: `${web.url}/chelsea.jpg` } }],
    });
    await darkroom.until('counted', 'completed');
    const lines = jsonLines((await run(['watch', 'counted', '--json'])).stdout) as {
      assets?: { total: number };
    }[];
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.slice(0, -1).filter(({ assets }) => assets?.total !== 2)).toEqual([]);
  });

  test('exits with 5 at once for an unknown job', async () => {
    expect((await run(['watch', 'nowhere'])).code).toBe(5);
  });
});

describe('other commands', () => {
  test('list prints a table with relative times, or lines of JSON', async () => {
    await darkroom.submit({ id: 'listed', operation: 'system.echo' });
    await darkroom.until('listed', 'completed');
    const { stdout } = await run(['list', '--operation', 'system.echo', '--since', '1h']);
    const [heading = '', ...rows] = stdout.trimEnd().split('\n');
    expect(heading).toMatch(/^ID +STATE +PROGRESS +OPERATION +CREATED$/);
    const row = rows.find((line) => line.startsWith('listed ')) ?? '';
    expect(row).toMatch(/^listed +completed +100 % +system\.echo +(just now|\d+ s ago)$/);
    expect(row.indexOf('completed')).toBe(heading.indexOf('STATE'));
    const jobs = jsonLines((await run(['list', '--json', '--limit', '2'])).stdout);
    expect(jobs).toHaveLength(2);
    expect((await run(['list', '--limit', '1'])).stderr).toContain('More jobs match');
    expect(await run(['list', '--state', 'waiting'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'No jobs\n',
    });
  });

  test('pause, status and resume control a job', async () => {
    await darkroom.submit({ id: 'held', operation: 'test.echo', params: { delay_ms: 600_000 } });
    expect((await run(['pause', 'held'])).code).toBe(0);
    await darkroom.until('held', 'processing');
    const { stdout } = await run(['status', 'held']);
    expect(stdout).toMatch(/^held {2}processing .*paused\n(.|\n)*to do +darkroom resume held/);
    expect((await run(['resume', 'held'])).code).toBe(0);
    await expect.poll(async () => (await darkroom.get('held')).paused).toBe(false);
    expect((await run(['status', 'held'])).stdout).not.toContain('paused');
    expect((await run(['cancel', 'held'])).code).toBe(0);
  });

  test('results shows and downloads files once, and reports failed assets', async () => {
    await darkroom.submit({
      id: 'partly',
      operation: 'image.transform',
      params: { width: 50, on_error: 'skip' },
      assets: [{ source: { path: 'coffee.jpg' } }, { source: { url: `${web.url}/missing.jpg` } }],
    });
    await darkroom.until('partly', 'completed');
    const shown = await run(['results', 'partly']);
    expect(shown.stdout).toMatch(/^SIZE +TYPE +FILE\n\d.*B +image\/jpeg +coffee\.jpg\n$/);
    expect(shown.stderr).toMatch(/^missing\.jpg failed: /m);
    const { code, stdout } = await run(['results', 'partly', '--out', 'parts', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ path: 'coffee.jpg' }] });
    const target = join(folder, 'parts', 'coffee.jpg');
    const bytes = await readFile(target);
    await writeFile(target, 'spoilt');
    await run(['results', 'partly', '--out', 'parts']);
    expect((await readFile(target)).equals(bytes)).toBe(true);
    // A download is a new file.
    const { ino } = await stat(target);
    await run(['results', 'partly', '--out', 'parts']);
    await run(['results', 'partly', 'coffee.jpg', '--out', 'parts']);
    expect((await stat(target)).ino).toBe(ino);
    expect(await readdir(join(folder, 'parts'))).toEqual(['coffee.jpg']);
  });

  test('operations and engines show what online workers can run', async () => {
    expect((await run(['operations'])).stdout).toMatch(/^image\.transform +yes +Resize, rotate and convert/m);
    const { stdout } = await run(['operations', 'image.transform']);
    expect(stdout).toContain('  width: a whole number from 1 to 16384');
    expect(stdout).toContain('  format: keep | jpeg | png | webp | avif | gif (default keep)');
    expect((await run(['operations', 'no.such'])).code).toBe(5);
    expect(await json('engines')).toMatchObject({
      capabilities: expect.arrayContaining([
        { name: 'cpu', available: true, operations: expect.arrayContaining(['image.transform']) },
      ]),
    });
  });

  test('delete removes the job', async () => {
    await darkroom.submit({ id: 'gone', operation: 'system.echo' });
    await darkroom.until('gone', 'completed');
    expect(await run(['delete', 'gone', '--yes', '--json'])).toMatchObject({
      code: 0,
      stdout: '{"id":"gone","deleted":true}\n',
    });
    expect((await run(['status', 'gone'])).code).toBe(5);
  });

  test('rerun runs a job again and watches it', async () => {
    await darkroom.submit({ id: 'twice', operation: 'system.echo', params: { n: 1 } });
    await darkroom.until('twice', 'completed');
    const { code, stdout } = await run(['rerun', 'twice', '--watch', '--json']);
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      type: 'end',
      job: { id: 'twice', state: 'completed', run: 2 },
    });
  });

  test('rerun reports the duration of the new run only', async () => {
    await darkroom.submit({ id: 'again', operation: 'system.echo' });
    await darkroom.until('again', 'completed');
    // From the first creation on it took longer than this.
    await sleep(1000);
    const { stderr } = await run(['rerun', 'again', '--watch']);
    const { started_at, completed_at } = await darkroom.get('again');
    const took = formatDuration(Date.parse(completed_at ?? '') - Date.parse(started_at ?? ''));
    expect(stderr).toContain(`again completed after ${took}:`);
  });

  test('results --archive writes a ZIP', async () => {
    await darkroom.submit({
      id: 'zipped',
      operation: 'image.transform',
      params: { width: 50 },
      assets: [{ source: { path: 'coffee.jpg' } }],
    });
    await darkroom.until('zipped', 'completed');
    expect((await run(['results', 'zipped', '--archive', 'all.zip'])).code).toBe(0);
    const bytes = await readFile(join(folder, 'all.zip'));
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    expect(bytes.includes('coffee.jpg')).toBe(true);
    expect(await readdir(folder)).not.toContain('all.zip.part');
  });
});
