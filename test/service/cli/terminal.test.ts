/** What is shown on a terminal, and what of it is left out where it is not wanted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plain } from '../../../src/cli/terminal/plain.ts';
import { cli, cliOnTerminal } from '../../support/cli.ts';
import { freePort } from '../../support/ports.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startStack();
});
afterAll(() => darkroom.dispose());

// The `script` of util-linux; that of other systems takes other options.
describe.skipIf(process.platform !== 'linux')('on a terminal', () => {
  const slow = (id: string) => ['submit', '-o', 'test.echo', '--set', 'delay_ms=5000', '--id', id, '--watch'];

  test('a bar shows the progress, and the cursor is restored', async () => {
    const { code, stdout } = await cliOnTerminal(slow('bar'), { env: { DARKROOM_URL: darkroom.url } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[█+░+\] [1-9]\d?% {2}processing \(echo\)/);
    expect(stdout).toMatch(/\[█{30}\] 100% {2}completed/);
    expect(stdout.indexOf('\u001B[?25l')).toBeLessThan(stdout.lastIndexOf('\u001B[?25h'));
    expect(stdout).toContain('bar \u001B[32mcompleted\u001B[0m after');
  });

  test('Ctrl-C restores the cursor', async () => {
    await darkroom.submit({ id: 'cut', operation: 'test.echo', params: { delay_ms: 600_000 } });
    const { code, stdout } = await cliOnTerminal(['watch', 'cut', '--timeout', '6'], {
      env: { DARKROOM_URL: darkroom.url },
    });
    expect(code).toBe(8);
    expect(stdout.lastIndexOf('\u001B[?25l')).toBeLessThan(stdout.lastIndexOf('\u001B[?25h'));
    await cli(['cancel', 'cut', '--url', darkroom.url]);
  });

  test('the log is human-readable', async () => {
    const env = {
      DARKROOM_DATA: darkroom.dataDir,
      DARKROOM_LISTEN: `127.0.0.1:${await freePort()}`,
      DARKROOM_OLD_SETTING: '1',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      NO_COLOR: '1',
    };
    const { stdout } = await cliOnTerminal(['api'], {
      env,
      during: (child) => child.stdout?.on('data', (text) => /^darkroom API/m.test(text) && child.kill()),
    });
    expect(stdout).toMatch(
      /^\[\d\d:\d\d:\d\d\] WARN: api: DARKROOM_OLD_SETTING is not a setting of this version/m,
    );
    expect(stdout).not.toContain('{"');
  });

  test('NO_COLOR disables colours', async () => {
    const env = { DARKROOM_URL: darkroom.url };
    expect((await cliOnTerminal(['list'], { env })).stdout).toContain('\u001B[32m');
    expect((await cliOnTerminal(['list'], { env: { ...env, NO_COLOR: '1' } })).stdout).not.toContain(
      '\u001B[',
    );
  });
});

test('names of others cannot control the terminal', async () => {
  const label = 'red \u001B[31m and a bell \u0007';
  await darkroom.submit({ id: 'loud', operation: 'system.echo', labels: { name: label } });
  const { stdout } = await cli(['status', 'loud', '--url', darkroom.url]);
  expect(stdout).toContain('label name');
  expect(stdout).not.toContain('\u001B');
  expect(stdout).not.toContain('\u0007');
  expect(plain(label)).toBe('red \uFFFD[31m and a bell \uFFFD');
});
