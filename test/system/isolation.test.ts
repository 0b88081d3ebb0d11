/** A worker on a machine that does not permit bubblewrap, such as a container, in a process of its own. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { cli } from '../support/cli.ts';
import { installedEngine } from '../support/engines.ts';
import { guestBench } from '../support/guests/bench.ts';
import { plain } from '../support/pictures.ts';
import { partsOf } from '../support/processes.ts';
import { type Darkroom, startDarkroom } from '../support/server.ts';

await installedEngine('guestprobe');
const bench = await guestBench();

const command = `
name: test.count
title: Count bytes
description: Counts the bytes of a file.
inputs: { min: 1, max: 1 }
command: [sh, -c, 'wc -c < "$1" > "$2/count.txt"', sh, "{input}", "{outputs}"]
version: [sh, -c, "echo 1.0"]
`;

let folder: string;
let darkroom: Darkroom;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-isolation-'));
  const [programs, operations] = [join(folder, 'bin'), join(folder, 'operations')];
  await mkdir(programs);
  await mkdir(operations);
  // As bubblewrap fails in a container.
  const bwrap = join(programs, 'bwrap');
  await writeFile(bwrap, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n');
  await chmod(bwrap, 0o755);
  await writeFile(join(operations, 'count.yaml'), command);
  env = { PATH: `${programs}:${process.env['PATH']}`, DARKROOM_OPERATIONS: operations };
  darkroom = await startDarkroom({ env });
  await writeFile(join(darkroom.dataDir, 'inputs', 'a.png'), await plain(80, 40).png().toBuffer());
  await writeFile(join(darkroom.dataDir, 'inputs', 'disk.qcow2'), await bench.bytes('alpine-dos', 'qcow2'));
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

const run = async (operation: string, path: string, params: Record<string, unknown> = {}) => {
  const { id } = await darkroom.submit({ operation, params, assets: [{ source: { path } }] });
  return darkroom.until(id, 'completed', 'failed');
};

test('pictures and disk images are processed, and commands are refused', async () => {
  const { worker } = await partsOf(darkroom.process.pid);
  const picture = await run('image.transform', 'a.png', { width: 20 });
  expect(picture.state).toBe('completed');
  const result = await darkroom.request(`/v1/jobs/${picture.id}/files/a.png`);
  expect(await sharp(Buffer.from(await result.arrayBuffer())).metadata()).toMatchObject({ width: 20 });

  const disk = await run('guestkit.inspect', 'disk.qcow2');
  expect(disk.state).toBe('completed');
  const report = await darkroom.request(`/v1/jobs/${disk.id}/result`);
  expect(await report.json()).toMatchObject({ data: { operating_system: { distribution: 'alpine' } } });

  expect(await run('test.count', 'a.png')).toMatchObject({
    state: 'failed',
    error: { code: 'sandbox_missing', message: expect.stringContaining('DARKROOM_SANDBOX=off') },
  });
  expect((await partsOf(darkroom.process.pid)).worker).toBe(worker);
  expect(darkroom.output()).toContain('No permissions to create new namespace');
});

test('doctor names what is missing, and what follows', async () => {
  const findings = async (mode: string) => {
    const { stdout } = await cli(['doctor', '--json'], {
      env: { ...env, DARKROOM_DATA: darkroom.dataDir, DARKROOM_SANDBOX: mode },
    });
    return (JSON.parse(stdout) as { findings: Finding[] }).findings.find(
      ({ check }) => check === 'isolation',
    );
  };
  expect(await findings('auto')).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/No permissions to create new namespace; command operations are rejected/),
    remedy: expect.stringContaining('docs/isolation.md'),
  });
  expect(await findings('required')).toMatchObject({ state: 'broken' });
  expect(await findings('off')).toMatchObject({
    state: 'warning',
    found: expect.stringContaining('command operations run without isolation'),
  });
});

test('a worker that requires bubblewrap does not start', async () => {
  const { code, stderr } = await cli(['worker'], {
    env: {
      ...env,
      DARKROOM_DATA: join(folder, 'data'),
      DARKROOM_SANDBOX: 'required',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    },
  });
  expect(code).not.toBe(0);
  expect(stderr).toContain('DARKROOM_SANDBOX is "required", but');
});
