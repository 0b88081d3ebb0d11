/** What the form for a new job submits: an operation, or a version of a template. */
import type { Operation, TemplateView } from '../../src/client/client.ts';

export interface Runnable
  extends Pick<
    Operation,
    'name' | 'description' | 'params' | 'inputs' | 'attributes' | 'available' | 'install'
  > {
  /** The template as a job names it, NAME@VERSION; missing for an operation. */
  readonly template?: string;
}

/** What the console reads of a step of a template. Values may be placeholders. */
interface TemplateStep {
  readonly operation?: unknown;
  readonly use?: unknown;
}

const ASSETS = ':assets';

export const formatReference = ({ name, version }: Pick<TemplateView, 'name' | 'version'>): string =>
  `${name}@${version}`;

/** Splits `NAME@VERSION`; null for the name of an operation. */
export function parseReference(text: string): { readonly name: string; readonly version: number } | null {
  const [, name, version] = /^([^@]+)@(\d+)$/.exec(text) ?? [];
  return name === undefined ? null : { name, version: Number(version) };
}

/** The assets of a template must suit each of the steps that take them. */
export function toRunnable(template: TemplateView, operations: readonly Operation[]): Runnable {
  const steps: readonly TemplateStep[] = Object.values(template.steps);
  const find = ({ operation }: TemplateStep) => operations.find(({ name }) => name === operation);
  const used = steps.flatMap((step) => find(step) ?? []);
  const takers = steps.filter(takesAssets).flatMap((step) => find(step) ?? []);
  const missing = used.find(({ available }) => !available);
  const reference = formatReference(template);
  return {
    name: reference,
    template: reference,
    description: template.description,
    params: paramsSchemaOf(template),
    inputs: joinInputs(takers.map(({ inputs }) => inputs)),
    attributes: takers.flatMap(({ attributes }) => attributes).filter(isFirstOfName),
    available: missing === undefined,
    install: missing?.install ?? '',
  };
}

/** The JSON Schema of the parameters of a template, which takes no others unless it says so. */
export const paramsSchemaOf = ({ params }: Pick<TemplateView, 'params'>): TemplateView['params'] => ({
  additionalProperties: false,
  ...params,
});

const takesAssets = ({ use = [ASSETS] }: TemplateStep): boolean => Array.isArray(use) && use.includes(ASSETS);

function joinInputs(all: readonly Operation['inputs'][]): Operation['inputs'] {
  const lists = all.map(({ media }) => media).filter((media) => !media.includes('*/*'));
  const [first = ['*/*'], ...others] = lists;
  return {
    min: Math.max(0, ...all.map(({ min }) => min)),
    max: all.length === 0 ? 0 : Math.min(...all.map(({ max }) => max)),
    media: first.filter((type) => others.every((media) => media.includes(type))),
  };
}

const isFirstOfName = <T extends { readonly name: string }>(one: T, at: number, all: readonly T[]): boolean =>
  all.findIndex(({ name }) => name === one.name) === at;
