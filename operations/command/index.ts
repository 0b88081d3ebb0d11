/** Builds an operation from a definition: a command operation. */
import { z } from 'zod';
import { DarkroomError } from '../../src/errors.ts';
import { eachAsset } from '../lib/each-asset.ts';
import { readRecords, type StageRecord, writeRecords } from '../lib/records.ts';
import { defineOperation, type InputFile, type Operation, onError, type StageContext } from '../operation.ts';
import type { Definition } from './definition.ts';
import { runOnce } from './run.ts';

type Params = Record<string, unknown>;
type Context = StageContext<Params>;

/** Seconds for the worker's own work around the command. */
const OVERHEAD_SECONDS = 300;

/**
 * @param version - Version of the program, as the program prints it.
 * @throws Error that names the fault of an invalid JSON Schema.
 */
export function commandOperation(definition: Definition, version: string): Operation {
  const { name, title, description, inputs, run, command, capability, install } = definition;
  const perAsset = run === 'each' && inputs.max > 0;
  return defineOperation<Params>({
    name,
    title,
    description,
    params: buildParams(definition),
    inputs,
    result: definition.data === undefined ? 'files' : 'json',
    ...(definition.deterministic ? { deterministic: JSON.stringify(definition) } : {}),
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
        // A command that waits for a server shows nothing.
        ...(definition.network ? { stallMs: null } : {}),
        run: (context) => (perAsset ? runEach(definition, context) : runAll(definition, context)),
      },
      ...(perAsset && definition.data !== undefined
        ? [{ name: 'gather', title: 'Gather', capability: 'io', needsInputs: false, run: gather }]
        : []),
    ],
  });
}

function buildParams({ params, required, inputs }: Definition): z.ZodType<Params> {
  const schema = { type: 'object', properties: params, required, additionalProperties: false };
  const own = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]) as z.ZodObject;
  return (inputs.max > 0 ? own.extend({ on_error: onError }) : own) as unknown as z.ZodType<Params>;
}

/** The JSON result of `gather`. */
interface DataRecord extends StageRecord {
  readonly name: string;
  readonly data: unknown;
}

async function runEach(definition: Definition, context: Context): Promise<void> {
  const records = await eachAsset(context, async (input, report): Promise<DataRecord> => {
    const data = await runOnce(definition, context, [input], report).catch((error: unknown) => {
      throw error instanceof DarkroomError ? toAssetError(input, error) : error;
    });
    return { index: input.index, name: input.name, data };
  });
  if (definition.data !== undefined) await writeRecords(context.workspace, records);
}

function toAssetError({ index, name }: InputFile, cause: DarkroomError): DarkroomError {
  const details = { index, asset: name };
  return new DarkroomError(cause.code, `Asset ${index} ("${name}"): ${cause.message}`, { details, cause });
}

async function runAll(definition: Definition, context: Context): Promise<void> {
  const data = await runOnce(definition, context, context.inputs, context.progress);
  if (data !== undefined) await context.outputs.json(data);
  context.progress(1);
}

async function gather({ workspace, outputs }: Context): Promise<void> {
  const records: DataRecord[] = [];
  for await (const record of readRecords<DataRecord>(workspace)) records.push(record);
  await outputs.json(records);
}
