/** `darkroom listen` receives the callbacks of a server. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CliResult, cli } from '../../support/cli.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';
import { startWeb, type Web } from '../../support/web.ts';

const PATIENT = { timeout: 60_000, interval: 100 };

let darkroom: Darkroom;
let web: Web;

beforeAll(async () => {
  darkroom = await startStack();
  web = await startWeb({ '/receiver': (_, response) => void response.writeHead(202).end() });
});
afterAll(async () => {
  await darkroom.dispose();
  await web.close();
});

/** Runs the command with these options until `during` has ended, and stops it as Ctrl-C does. */
async function listen(
  options: readonly string[],
  env: Record<string, string>,
  during: (url: string, read: { stdout: () => string; stderr: () => string }) => Promise<void>,
): Promise<CliResult> {
  const url = `http://127.0.0.1:${await freePort()}/`;
  let failure: unknown = null;
  const result = await cli(['listen', '--listen', new URL(url).host, ...options], {
    env: { DARKROOM_DATA: darkroom.dataDir, ...env },
    during: (child, stderr) => {
      let stdout = '';
      child.stdout?.on('data', (text: string) => {
        stdout += text;
      });
      const work = async () => {
        await vi.waitFor(() => expect(stdout).toContain(url), PATIENT);
        await during(url, { stdout: () => stdout, stderr });
      };
      void work()
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => child.kill('SIGINT'));
    },
  });
  if (failure !== null) throw failure;
  return result;
}

const submit = (id: string, url: string) =>
  darkroom.submit({ id, operation: 'system.echo', callback: { url } });

/** The answer to the first attempt of the first callback. */
async function readAnswer(id: string): Promise<number | null | undefined> {
  const response = await darkroom.request(`/v1/jobs/${id}/deliveries`);
  const { deliveries } = (await response.json()) as {
    deliveries: { attempts: { status: number | null }[] }[];
  };
  return deliveries[0]?.attempts[0]?.status;
}

test('prints a verified callback, and passes on what the receiver answers', async () => {
  const receiver = `${web.url}/receiver`;
  const { code, stdout, stderr } = await listen(['--forward-to', receiver], {}, async (url, read) => {
    expect(read.stdout()).toContain(`Ready: darkroom submit … --callback ${url}`);
    await submit('heard', url);
    await vi.waitFor(() => expect(read.stdout()).toContain('heard'), PATIENT);
    await expect.poll(() => readAnswer('heard'), PATIENT).toBe(202);
  });
  expect(stdout).toMatch(/job\.completed {2}heard {2}\S+ {2}→ 202\n/);
  expect([code, stderr]).toEqual([0, '']);
  expect(web.received).toMatchObject([{ path: '/receiver', headers: { 'webhook-id': expect.any(String) } }]);
});

test('--json prints the event, and without a receiver the callback is accepted', async () => {
  const { stdout } = await listen(['--json'], {}, async (url, read) => {
    await submit('printed', url);
    await vi.waitFor(() => expect(read.stdout()).toContain('job.completed'), PATIENT);
    await expect.poll(() => readAnswer('printed'), PATIENT).toBe(204);
  });
  const [ready, event] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(ready).toMatchObject({ type: 'listening' });
  expect(event).toMatchObject({
    type: 'job.completed',
    data: { id: 'printed', state: 'completed' },
    forwarded: null,
  });
});

test('a callback that another secret signed is shown as rejected, and is not forwarded', async () => {
  const env = { DARKROOM_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
  const { stdout, stderr } = await listen(
    ['--forward-to', `${web.url}/receiver`],
    env,
    async (url, { stderr }) => {
      await submit('foreign', url);
      await vi.waitFor(() => expect(stderr()).toContain('Rejected: '), PATIENT);
      await expect.poll(() => readAnswer('foreign'), PATIENT).toBe(401);
    },
  );
  expect(stderr).toContain('Rejected: No matching signature found');
  expect(stdout).not.toContain('foreign');
  expect(web.received.filter(({ body }) => body.includes('foreign'))).toEqual([]);
});
