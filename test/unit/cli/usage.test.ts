/** What `darkroom` says to whoever does not know it yet, or mistyped: no server is needed. */
import { describe, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { freePort } from '../../support/ports.ts';

test('help lists every command on stdout and exits with 0', async () => {
  const { code, stdout } = await cli(['--help']);
  expect(code).toBe(0);
  const names =
    'serve api worker doctor config webhook-secret submit watch status list results cancel pause resume';
  for (const name of [...names.split(' '), 'rerun', 'delete', 'operations', 'engines', 'completion'])
    expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect(stdout).not.toContain('__complete');
});

test('help of a command shows its options and the exit codes', async () => {
  for (const args of [
    ['submit', '--help'],
    ['help', 'submit'],
  ]) {
    const { code, stdout } = await cli(args);
    expect(code).toBe(0);
    expect(stdout).toContain('--set <name=value>');
    expect(stdout).toMatch(/3 {2}the job failed/);
  }
});

test('parameters with numbers that would be changed on the way are rejected by their place', async () => {
  const input = '{"seed":9007199254740993,"size":{"width":1e400}}';
  const { code, stdout, stderr } = await cli(['submit', '-o', 'x', '--params', '-'], { input });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/--params standard input: .*\/seed: .*\/size\/width: /);
});

describe('an invalid command exits with 2 and an error on stderr', () => {
  test.each([
    [[], /Usage: darkroom/],
    [['sumbit'], /unknown command 'sumbit'.*\n?.*submit/],
    [['submit'], /Give one of --operation NAME, --template NAME, and --steps FILE/],
    [['submit', '-o', 'a', '-t', 'b'], /Give one of --operation NAME/],
    [['templates', 'run', 'web@x'], /web@x: write a template as NAME or NAME@VERSION/],
    [['status'], /missing required argument 'id'/],
    [['list', '--state', 'done'], /Allowed choices are created, /],
    [['list', '--limit', '0'], /--limit 0: must be a whole number above 0/],
    [['list', '--since', 'yesterday-ish'], /--since yesterday-ish: must be 30m, 2h, 7d, or a date/],
    [['status', 'x', '--url', 'localhost:8080'], /"localhost:8080" is not the address of a server/],
    [['submit', '-o', 'x', 'no-such-file.jpg'], /no-such-file\.jpg: no such file on this machine/],
    [['submit', '-o', 'x', 'no-*.jpg'], /no-\*\.jpg: no file matches this pattern/],
    [['submit', '-o', 'x', '-', '-'], /-: standard input can be read once/],
    [['submit', '-o', 'x', 's3:bucket'], /s3:bucket: write s3:CREDENTIALS\/KEY/],
    [['submit', '-o', 'x', '--steps', 'y'], /Give one of --operation NAME/],
    [['submit', '--steps', 'no.yaml'], /--steps no\.yaml: ENOENT/],
    [['submit', '--steps', 'a.yaml', '--set', 'a=1'], /--set and --params are for one operation/],
    [['list', '--server', 'nowhere'], /There is no server "nowhere"/],
    [['list', '--server', 'a', '--url', 'http://b'], /cannot be used with option '--url/],
    [['listen', '--listen', '4242'], /--listen 4242: must be host:port/],
    [['listen', '--forward-to', 'localhost:3000'], /--forward-to localhost:3000: must be an HTTP address/],
    [['submit', '-o', 'x', '--label', 'album'], /--label album: write it as name=value/],
    [['submit', '-o', 'x', '--params', 'no.json'], /--params no\.json: ENOENT/],
    [['submit', '-o', 'x', '--wait', '--timeout', 'abc'], /--timeout abc: must be a number of seconds/],
    [['rerun', 'x', '--watch', '--timeout', '-1'], /--timeout -1: must be a number of seconds/],
    [['watch', 'x', '--timeout', '0'], /--timeout 0: must be a number of seconds/],
    [
      ['submit', '-o', 'x', '--out', 'package.json/x'],
      /--out package\.json\/x: .*package\.json is not a directory/,
    ],
    [['watch', 'x', '--out', 'package.json'], /--out package\.json: .* is not a directory/],
    [['results', 'x', '--archive', 'src'], /--archive src: is a directory; name a file/],
    [
      ['results', 'x', '--archive', 'package.json/a.zip'],
      /--archive package\.json\/a\.zip: .* is not a directory/,
    ],
    [['delete', 'x'], /Not a terminal: pass --yes to confirm/],
  ] as [string[], RegExp][])('darkroom %j', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('with --json as JSON on stdout', async () => {
    const { code, stdout } = await cli(['submit', '-o', 'x', '--out', '-', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      2,
      { error: { code: 'usage', message: '--out - and --json both write to standard output' } },
    ]);
  });
});

test('an unreachable server exits with 7 and a remedy, as text and as JSON', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { code, stderr } = await cli(['status', 'x'], { env: { DARKROOM_URL: url } });
  expect(code).toBe(7);
  expect(stderr).toContain(`The server at ${url} cannot be reached: connect ECONNREFUSED`);
  expect(stderr).toContain('"darkroom serve" starts a server');
  const json = await cli(['status', 'x', '--json', '--url', url]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    error: { code: 'unreachable', status: 0, retryable: true },
  });
});
