/** What is under way when a server is told to stop. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { photo } from '../support/photos.ts';
import { freePort } from '../support/ports.ts';
import { startDarkroom } from '../support/server.ts';
import { temporalOf } from '../support/temporal.ts';

test('a shutdown waits for uploads and activities, and ends event streams', async () => {
  const env = {
    DARKROOM_LISTEN: `127.0.0.1:${await freePort()}`,
    DARKROOM_GRACE_MS: '120000',
  };
  const darkroom = await startDarkroom({ env });
  await darkroom.submit({ id: 'slow', operation: 'test.echo', params: { delay_ms: 5000 } });
  await darkroom.until('slow', 'processing');
  const events = await darkroom.request('/v1/jobs/slow/events');

  const bytes = await photo('chelsea.jpg');
  const upload = request(`${darkroom.url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  const answer = new Promise<[number | undefined, string]>((resolve, reject) => {
    upload.on('error', reject).on('response', (response) => {
      text(response).then((body) => resolve([response.statusCode, body]), reject);
    });
  });
  upload.write(
    '--b\r\ncontent-disposition: form-data; name=job\r\n\r\n{"id":"late","operation":"image.metadata"}\r\n' +
      '--b\r\ncontent-disposition: form-data; name=file; filename=cat.jpg\r\n\r\n',
  );
  upload.write(bytes.subarray(0, 1000));

  const stopped = darkroom.stop();
  expect(await events.text()).toContain('event: ');
  upload.end(Buffer.concat([bytes.subarray(1000), Buffer.from('\r\n--b--\r\n')]));
  expect(await answer).toEqual([202, expect.stringContaining('"id":"late"')]);
  expect(await stopped).toBe(0);

  const again = await startDarkroom({ dataDir: darkroom.dataDir });
  try {
    await again.until('slow', 'completed');
    await again.until('late', 'completed');
    const client = await temporalOf(again);
    const { events: history } = await client.workflow.getHandle('job/public/slow').fetchHistory();
    const attempts = history?.flatMap((event) => event.activityTaskStartedEventAttributes?.attempt ?? []);
    expect(attempts?.filter((attempt) => attempt !== 1)).toEqual([]);
  } finally {
    await again.dispose();
  }
});
