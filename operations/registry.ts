/** The operations that exist, as the API asks for them and as workers run them. */
import { z } from 'zod';
import { batchSizes } from '../src/jobs/model/batch.ts';
import { PIPELINE } from '../src/jobs/model/pipeline-names.ts';
import type { StagePlan } from '../src/jobs/model/run-input.ts';
import type {
  OperationCatalogue,
  OperationInfo,
  PlannableOperation,
} from '../src/jobs/ports/operation-catalogue.ts';
import { safeParseNulls } from '../src/lib/parse-nulls.ts';
import * as list from './index.ts';
import { toFieldErrors } from './lib/field-errors.ts';
import type { Operation, Stage } from './operation.ts';

/** By name; operations that need an engine come last. */
export const builtIn: readonly Operation[] = Object.values<Operation>(list).sort((one, other) => {
  const needsEngine = Number('requires' in one) - Number('requires' in other);
  return needsEngine || (one.name < other.name ? -1 : 1);
});

const USUAL_TIMEOUT_MS = { perAsset: 900_000, all: 3_600_000 };

const USUAL_HEARTBEAT_MS = { engine: 120_000, other: 10_000 };

export interface Registry extends OperationCatalogue {
  /** The operation itself. Its stages may be given only what its own `params` parsed, which the type cannot say. */
  operation(name: string): Operation<never> | undefined;
  /** Every capability that some stage needs. */
  readonly capabilities: readonly string[];
  /** Capability → engines without which it cannot be offered. */
  requirementsOf(capability: string): readonly string[];
}

/** Throws when two operations have one name, or two stages of an operation, or when one has the name of jobs with steps. */
export function createRegistry(operations: readonly Operation[]): Registry {
  if (operations.some(({ name }) => name === PIPELINE))
    throw new Error(`No operation can be called ${PIPELINE}`);
  checkUniqueNames('operation', operations);
  const entries = new Map(
    operations.map((operation) => [operation.name, { operation, buildPlannable: plannable(operation) }]),
  );
  const infos = [...entries.values()].map((entry) => entry.buildPlannable.info);
  return {
    find: (name) => entries.get(name)?.buildPlannable,
    list: () => infos,
    operation: (name) => entries.get(name)?.operation as Operation<never> | undefined,
    capabilities: distinct(infos.flatMap((info) => info.capabilities)),
    requirementsOf: (capability) =>
      capability === 'io' || capability === 'cpu'
        ? []
        : distinct(
            infos
              .filter(({ capabilities }) => capabilities.includes(capability))
              .flatMap((info) => info.requires),
          ),
  };
}

function plannable(operation: Operation): PlannableOperation {
  const usesEngine = (operation.requires ?? []).length > 0;
  const heartbeatMs = usesEngine ? USUAL_HEARTBEAT_MS.engine : USUAL_HEARTBEAT_MS.other;
  const plan = operation.stages.map((stage) => buildStagePlan({ heartbeatMs, ...stage }));
  checkUniqueNames(`stage of ${operation.name}`, plan);
  const { name, title, description, inputs, result, outputs = ['*/*'] } = operation;
  const info: OperationInfo = {
    name,
    title,
    description,
    params: z.toJSONSchema(operation.params, { io: 'input' }),
    inputs,
    attributes: operation.attributes ?? [],
    result,
    outputs,
    stages: plan.map((stage) => stage.name),
    requires: operation.requires ?? [],
    install:
      operation.install ??
      (operation.requires ?? []).map((name) => `darkroom engines install ${name}`).join(' && '),
    capabilities: distinct(plan.map((stage) => stage.capability)),
  };
  return {
    info,
    plan,
    secrets: operation.secrets ?? [],
    parse(params) {
      const parsed = safeParseNulls(operation.params, params);
      if (parsed.success) return { ok: true, params: parsed.data };
      return { ok: false, errors: toFieldErrors(parsed.error.issues, info.params) };
    },
  };
}

const buildStagePlan = ({
  name,
  capability = 'cpu',
  perAsset = false,
  timeoutMs = perAsset ? USUAL_TIMEOUT_MS.perAsset : USUAL_TIMEOUT_MS.all,
  heartbeatMs,
  isShort = false,
}: Stage<Record<string, unknown>> & Pick<StagePlan, 'heartbeatMs'>): StagePlan => ({
  name,
  capability,
  perAsset,
  timeoutMs: timeoutMs * (perAsset ? batchSizes.large : 1),
  heartbeatMs,
  isShort,
});

const distinct = (words: readonly string[]): string[] => [...new Set(words)];

function checkUniqueNames(what: string, named: readonly { name: string }[]): void {
  const names = named.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new Error(`There are two of ${what} ${twin}`);
}
