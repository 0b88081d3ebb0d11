/**
 * A task of two thousand assets, given in batches as large as the server takes them, and watched all the while. big-task.test.ts
 * has ten thousand.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, sleep, startDarkroom } from '../support/server.ts';
import { type Task, tasksOf } from '../support/tasks.ts';
import { startWeb, type Web } from '../support/web.ts';

const MANY = 2000;
const order = ['CREATED', 'DOWNLOADING', 'WAITING', 'PROCESSING', 'COMPLETED'];

let darkroom: Darkroom;
let web: Web;

beforeAll(async () => {
  const routes = Array.from(
    { length: MANY },
    (_, index) => [`/${index}`, Buffer.from(`asset ${index}`)] as const,
  );
  web = await startWeb(Object.fromEntries(routes));
  darkroom = await startDarkroom();
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

test('all assets arrive, and neither status nor percentage decreases', async () => {
  const tasks = tasksOf(darkroom);
  const { task_id, assets_per_batch } = await tasks.create({ operation: 'test.echo', assets_total: MANY });
  expect(assets_per_batch).toBe(100);
  const looks: Task[] = [];
  const watching = (async () => {
    while (looks.at(-1)?.status !== 'COMPLETED') {
      const { body } = await tasks.look(task_id);
      expect(body).toMatchObject({ success: true, message: null });
      looks.push(body.data);
      await sleep(50);
    }
  })();
  for (let from = 0; from < MANY; from += assets_per_batch) {
    const data = Array.from({ length: assets_per_batch }, (_, offset) => ({
      file_name: `${from + offset}.txt`,
      attributes: { index: from + offset },
      download_url: `${web.url}/${from + offset}`,
    }));
    expect(await tasks.give(task_id, data)).toMatchObject({ status: 200, body: { success: true } });
  }
  await watching;
  const percent = looks.map(({ assets_downloaded }) => assets_downloaded);
  expect(percent).toEqual([...percent].sort((a, b) => a - b));
  expect(percent.at(-1)).toBe(100);
  expect(new Set(percent).size).toBeGreaterThan(10);
  const ranks = looks.map(({ status }) => order.indexOf(status));
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect((await darkroom.get(task_id)).assets).toEqual({ total: MANY, downloaded: MANY, failed: 0 });
  expect(new Set(web.fetched).size).toBe(MANY);
});
