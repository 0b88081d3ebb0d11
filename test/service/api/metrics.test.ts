/** What Prometheus reads: of the API, of Temporal through it, and of a worker. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plain } from '../../support/pictures.ts';
import { freePort } from '../../support/ports.ts';
import { startPrometheus } from '../../support/prometheus.ts';
import { type Darkroom, startDarkroom } from '../../support/server.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
let workerMetrics: string;

beforeAll(async () => {
  const port = await freePort();
  workerMetrics = `http://127.0.0.1:${port}/metrics`;
  web = await startWeb({ '/a.png': await plain(16, 16).png().toBuffer() });
  darkroom = await startDarkroom({
    env: { DARKROOM_WORKER_METRICS: `127.0.0.1:${port}`, DARKROOM_CPU_SLOTS: '1' },
  });
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

/** Sample → value, as the text format has them, without their labels' order. */
async function samples(url: string): Promise<Map<string, number>> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}
/** Sums the samples of this name that have all these labels. */
const sum = (all: Map<string, number>, name: string, ...labels: string[]): number =>
  [...all].reduce(
    (total, [sample, value]) =>
      sample.split('{')[0] === name && labels.every((label) => sample.includes(label))
        ? total + value
        : total,
    0,
  );

test('a worker counts ended jobs by state and duration, and callbacks', async () => {
  const callback = { url: `${web.url}/hook` };
  const picture = { operation: 'image.transform', params: { width: 8 }, callback };
  const { id } = await darkroom.submit({ ...picture, assets: [{ source: { url: `${web.url}/a.png` } }] });
  await darkroom.until(id, 'completed');
  const lost = await darkroom.submit({ ...picture, assets: [{ source: { url: `${web.url}/none.png` } }] });
  await darkroom.until(lost.id, 'failed');
  await expect
    .poll(async () =>
      sum(await samples(workerMetrics), 'darkroom_callback_attempts_total', 'outcome="delivered"'),
    )
    .toBe(2);
  const now = await samples(workerMetrics);
  expect(sum(now, 'darkroom_jobs_ended_total', 'operation="image.transform"', 'state="completed"')).toBe(1);
  expect(sum(now, 'darkroom_jobs_ended_total', 'state="failed"', 'code="asset_not_found"')).toBe(1);
  expect(sum(now, 'darkroom_job_duration_seconds_count', 'operation="image.transform"')).toBe(2);
  expect(sum(now, 'darkroom_stage_duration_seconds_count', 'stage="transform"', 'outcome="completed"')).toBe(
    1,
  );
  expect(sum(now, 'darkroom_fetched_bytes_total')).toBeGreaterThan(50);
  // Those of the SDK. A small job may need no activity.
  expect(
    [...now.keys()].some((sample) =>
      sample.startsWith('temporal_workflow_task_schedule_to_start_latency_seconds'),
    ),
  ).toBe(true);
  expect([...now.keys()].join()).not.toContain(id);
});

test('the API reports running jobs, the backlog, and the online workers', async () => {
  const metrics = `${darkroom.url}/metrics`;
  await darkroom.submit({ id: 'long', operation: 'test.echo', params: { delay_ms: 600_000 } });
  await darkroom.until('long', 'processing');
  await expect.poll(async () => sum(await samples(metrics), 'darkroom_jobs', 'state="processing"')).toBe(1);
  const now = await samples(metrics);
  expect(now.get('darkroom_temporal_up')).toBe(1);
  expect(now.get('darkroom_workers{capability="cpu"}')).toBe(1);
  for (const one of await Promise.all([samples(metrics), samples(metrics), samples(metrics)]))
    expect(one.get('darkroom_workers{capability="cpu"}')).toBe(1);
  expect(now.get('darkroom_worker_slots{capability="cpu"}')).toBe(1);
  for (const [queue, type] of [
    ['darkroom-cpu', 'activity'],
    ['darkroom-cpu-alone', 'activity'],
    ['darkroom-net-alone', 'activity'],
    ['darkroom', 'activity'],
    ['darkroom', 'workflow'],
  ]) {
    const labels = `{task_queue="${queue}",task_type="${type}"}`;
    expect(now.get(`darkroom_task_queue_backlog${labels}`), labels).toBe(0);
    expect(now.get(`darkroom_task_queue_workers${labels}`), labels).toBe(1);
  }
  expect(now.get('darkroom_jobs_paused_in_temporal')).toBe(0);
  expect(sum(now, 'darkroom_jobs_submitted_total')).toBe(3);
  await darkroom.request('/v1/jobs/long/cancel', { method: 'POST' });
});

test('activities without a free slot count as backlog', async () => {
  const metrics = `${darkroom.url}/metrics`;
  const form = async () => {
    const body = new FormData();
    body.set(
      'job',
      JSON.stringify({
        operation: 'image.transform',
        params: { format: 'avif', width: 2000, enlarge: true },
      }),
    );
    const picture = new Blob([new Uint8Array(await plain(1500, 1500).jpeg().toBuffer())]);
    // More than local attempts take.
    for (let index = 0; index < 17; index++) body.append('file', picture, `${index}.jpg`);
    const response = await darkroom.request('/v1/jobs', { method: 'POST', body });
    expect(response.status).toBe(202);
    return ((await response.json()) as { id: string }).id;
  };
  const ids = await Promise.all(Array.from({ length: 12 }, form));
  await expect
    .poll(async () => sum(await samples(metrics), 'darkroom_task_queue_backlog', 'darkroom-cpu'))
    .toBeGreaterThan(1);
  expect(
    sum(await samples(metrics), 'darkroom_task_queue_backlog_age_seconds', 'darkroom-cpu'),
  ).toBeGreaterThan(0);
  await Promise.all(ids.map((id) => darkroom.request(`/v1/jobs/${id}/cancel`, { method: 'POST' })));
});

interface Panel {
  readonly title: string;
  readonly targets?: readonly { expr: string }[];
}

/** Panels about what did not happen in this test. */
const empty = [
  'Requests refused by a limit',
  'Failed workflow tasks',
  'Jobs that failed for reasons not in their input',
];

test('Prometheus evaluates all alerts, and finds what each panel of the dashboard shows', async () => {
  const dashboard = new URL('../../../deploy/grafana/darkroom.json', import.meta.url);
  const { panels } = JSON.parse(await readFile(dashboard, 'utf8')) as { panels: Panel[] };
  const queries = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr.replaceAll('$__rate_interval', '10s')] as const),
  );
  expect(queries.length).toBeGreaterThan(25);
  const prometheus = await startPrometheus({
    'darkroom-api': new URL(darkroom.url).host,
    'darkroom-worker': new URL(workerMetrics).host,
  });
  try {
    const listEmpty = async () => {
      const counts = await Promise.all(
        queries.map(async ([title, query]) => [title, await prometheus.query(query)] as const),
      );
      return [...new Set(counts.flatMap(([title, count]) => (count === 0 ? [title] : [])))];
    };
    // Connections are refused until it listens.
    await expect.poll(() => listEmpty().catch((error: Error) => error.message)).toEqual(empty);
    await expect
      .poll(async () => [...(await prometheus.alerts()).values()].filter((health) => health !== 'ok'))
      .toEqual([]);
    expect((await prometheus.alerts()).size).toBeGreaterThan(10);
  } finally {
    await prometheus.close();
  }
});
