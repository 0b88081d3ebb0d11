/** A job that an administrator terminates in Temporal, where no code of the job can run any more. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowIdOf } from '../../../src/temporal/names.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { temporalOf } from '../../support/temporal.ts';
import { startWeb, type Web } from '../../support/web.ts';

let darkroom: Darkroom;
let web: Web;
beforeAll(async () => {
  web = await startWeb({ '/hook': (_, response) => void response.writeHead(204).end() });
  darkroom = await startStack({ env: { DARKROOM_LOG_LEVEL: 'warn' } });
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

test('its worker calls the client back, once, and logs it', async () => {
  const { id } = await darkroom.submit({
    operation: 'test.echo',
    params: { delay_ms: 600_000 },
    callback: { url: `${web.url}/hook` },
  });
  await darkroom.until(id, 'processing');
  const client = await temporalOf(darkroom);
  await client.workflow.getHandle(workflowIdOf({ tenant: 'public', id })).terminate('took too long');
  expect(await darkroom.until(id, 'failed')).toMatchObject({ error: { code: 'terminated' } });
  await expect.poll(() => web.received.length).toBe(1);
  expect(JSON.parse(web.received[0]?.body ?? '')).toMatchObject({
    type: 'job.failed',
    data: { id, error: { message: 'The job was terminated in Temporal: took too long' } },
  });
  await expect.poll(() => darkroom.output()).toContain('Jobs were terminated in Temporal');
});
