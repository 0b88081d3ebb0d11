/** Makes an operation of a definition. */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join, parse, relative } from 'node:path';
import picomatch from 'picomatch';
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { workerDiskFull } from '../../src/lib/disk-full.ts';
import { eachAsset } from '../lib/each-asset.ts';
import { hasNoRoom } from '../lib/free-space.ts';
import { defineOperation, type InputFile, type Operation, onError, type StageContext } from '../operation.ts';
import { argumentsOf, type Values } from './arguments.ts';
import type { Definition } from './definition.ts';
import { runCommand } from './process.ts';

type Params = Record<string, unknown>;
type Context = StageContext<Params>;

/** Bytes of a data file, which is read into memory. */
const MAX_DATA = 64 * 2 ** 20;

/** For what the worker does around the command. */
const OVERHEAD_SECONDS = 300;

/** Of a wrong JSON Schema, throws an Error that says what is wrong. `version`: as its program tells it. */
export function commandOperation(definition: Definition, version: string): Operation {
  const { name, title, description, inputs, run, command, capability, install } = definition;
  const perAsset = run === 'each' && inputs.max > 0;
  return defineOperation<Params>({
    name,
    title,
    description,
    params: paramsOf(definition),
    inputs,
    result: definition.data === undefined ? 'files' : 'json',
    engine: { [command[0]]: version },
    requires: [command[0]],
    ...(install === undefined ? {} : { install }),
    stages: [
      {
        name: 'run',
        title,
        capability: capability ?? name.replaceAll(/[._]/g, '-'),
        perAsset,
        timeoutMs: 1000 * (definition.limits.seconds + OVERHEAD_SECONDS),
        run: (context) => (perAsset ? runEach(definition, context) : runAll(definition, context)),
      },
      ...(perAsset && definition.data !== undefined
        ? [{ name: 'gather', title: 'Gather', capability: 'io', needsInputs: false, run: gather }]
        : []),
    ],
  });
}

function paramsOf({ params, required, inputs }: Definition): z.ZodType<Params> {
  const schema = { type: 'object', properties: params, required, additionalProperties: false };
  const own = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]) as z.ZodObject;
  return (inputs.max > 0 ? own.extend({ on_error: onError }) : own) as unknown as z.ZodType<Params>;
}

async function runEach(definition: Definition, context: Context): Promise<void> {
  await eachAsset(context, async (input, report) => {
    const data = await runOnce(definition, context, [input], report).catch((error: unknown) => {
      throw error instanceof DarkroomError ? aboutAsset(input, error) : error;
    });
    if (data !== undefined) await keepData(context.workspace, input, data);
  });
}

function aboutAsset({ index, name }: InputFile, cause: DarkroomError): DarkroomError {
  const details = { index, asset: name };
  return new DarkroomError(cause.code, `Asset ${index} ("${name}"): ${cause.message}`, { details, cause });
}

async function runAll(definition: Definition, context: Context): Promise<void> {
  const data = await runOnce(definition, context, context.inputs, context.progress);
  if (data !== undefined) await context.outputs.json(data);
  context.progress(1);
}

/** Runs the command in a directory of its own; gives back what its data file holds. */
async function runOnce(
  definition: Definition,
  context: Context,
  inputs: readonly InputFile[],
  report: (fraction: number, detail?: string) => void,
): Promise<unknown> {
  const { limits, environment, data, progress, detail } = definition;
  const room = join(context.workspace, 'run');
  const outputs = join(room, 'outputs');
  await mkdir(outputs, { recursive: true });
  try {
    const paths = await layOut(inputs, join(room, 'inputs'));
    const values = valuesOf(context.params, inputs, paths, outputs);
    const [program = '', ...args] = argumentsOf(definition, values);
    const find = lineReader(progress, detail, report);
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: room,
      TMPDIR: room,
      LANG: 'C.UTF-8',
      ...environment,
    };
    await runCommand(
      {
        program,
        args,
        cwd: room,
        env,
        seconds: limits.seconds,
        memory: limits.memory,
        memoryOfAll: context.memory,
        fileBytes: limits.output,
        onLine: find,
      },
      context.signal,
    ).catch(async (error: unknown) => {
      if (!(error instanceof DarkroomError)) throw error;
      // Not by its words, with which a file of a stranger could keep a step waiting for ever.
      if (error.code === 'operation_failed' && (await hasNoRoom(room))) throw workerDiskFull(error);
      // Its own words may name files of this machine.
      throw new DarkroomError(error.code, error.message.replaceAll(`${room}/`, ''), { cause: error });
    });
    const single = inputs.length === 1 ? inputs[0] : undefined;
    await keepOutputs(definition, context, outputs, single);
    return data === undefined ? undefined : await readData(join(outputs, data), data);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/**
 * Many programs go by the ending of a name, so the assets get names of ours with the endings of theirs. They are copies (on
 * most file systems without a cost), since a program may write to what it was given.
 */
async function layOut(inputs: readonly InputFile[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    inputs.map(async ({ index, name, path }) => {
      const ending = /^\.[A-Za-z0-9]{1,10}$/.exec(extname(name))?.[0].toLowerCase() ?? '';
      const copy = join(folder, `${index}${ending}`);
      await copyFile(path, copy, constants.COPYFILE_FICLONE);
      return copy;
    }),
  );
}

function valuesOf(
  params: Params,
  inputs: readonly InputFile[],
  paths: readonly string[],
  outputs: string,
): Values {
  const [only] = inputs;
  const one =
    inputs.length === 1 && only
      ? { input: paths[0], name: harmless(only.name), stem: harmless(parse(only.name).name) }
      : {};
  return { ...params, ...one, inputs: paths, outputs };
}

/** An argument that begins with it is no option, and a path that has it no way out. */
const harmless = (name: string): string => name.replace(/^[-.]+/, '_');

function lineReader(
  progress: string | undefined,
  detail: string | undefined,
  report: (fraction: number, detail?: string) => void,
): (line: string) => void {
  const percent = progress === undefined ? null : new RegExp(progress);
  const word = detail === undefined ? null : new RegExp(detail);
  let fraction = 0;
  let doing: string | undefined;
  return (line) => {
    const found = Number(percent?.exec(line)?.[1]);
    if (Number.isFinite(found)) fraction = Math.max(fraction, Math.min(1, found / 100));
    doing = word?.exec(line)?.[1] ?? doing;
    report(fraction, doing);
  };
}

async function keepOutputs(
  { outputs: globs, data, limits }: Definition,
  { outputs }: Context,
  folder: string,
  madeFrom: InputFile | undefined,
): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const wanted = picomatch([...globs], { dot: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path !== data && wanted(path))
    .sort();
  if (paths.length === 0 && data === undefined)
    throw new DarkroomError('operation_failed', `It left no file like ${globs.join(', ')}`);
  let total = 0;
  for (const path of paths) {
    total += (await stat(join(folder, path))).size;
    if (total > limits.output)
      throw new DarkroomError('operation_failed', `It left more than ${limits.output} bytes`);
    const kept = await outputs.create(path, madeFrom);
    await rename(join(folder, path), kept.path);
  }
}

async function readData(path: string, name: string): Promise<unknown> {
  const info = await lstat(path).catch(() => null);
  // A link could lead anywhere on this machine.
  if (!info?.isFile()) throw new DarkroomError('operation_failed', `It left no ${name}`);
  if (info.size > MAX_DATA)
    throw new DarkroomError('operation_failed', `Its ${name} has more than ${MAX_DATA} bytes`);
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new DarkroomError('operation_failed', `Its ${name} is not valid JSON`);
  }
}

/** Numbered, so that they are gathered in the order of the assets. */
const dataFile = (index: number): string => `${String(index).padStart(6, '0')}.json`;

async function keepData(workspace: string, { index, name }: InputFile, data: unknown): Promise<void> {
  const folder = join(workspace, 'data');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, dataFile(index)), JSON.stringify({ index, name, data }));
}

async function gather({ workspace, outputs, inputs }: Context): Promise<void> {
  const found: unknown[] = [];
  for (const { index } of inputs) {
    found.push(JSON.parse(await readFile(join(workspace, 'data', dataFile(index)), 'utf8')));
  }
  await outputs.json(found);
}
