/** Validates requests. Errors name each invalid field. */
import { z } from 'zod';
import { safeParseNulls } from '../../lib/parse-nulls.ts';
import { type Asset, assetList } from '../model/asset.ts';
import { type JobSpec, jobSpec } from '../model/job-spec.ts';
import { ASSETS, PIPELINE } from '../model/pipeline-names.ts';
import type { OperationCatalogue, PlannableOperation } from '../ports/operation-catalogue.ts';
import type { Templates } from '../ports/templates.ts';
import { type FieldError, invalidFields, invalidRequest, toPointer } from '../validation/invalid-request.ts';
import {
  assetLimits,
  buildPipeline,
  listOperations,
  type Pipeline,
  type PlannedStep,
} from './build-pipeline.ts';
import type { ReceivedFile } from './build-run-input.ts';
import { fillNamedTemplate } from './named-template.ts';

export interface ValidationRules {
  readonly operations: OperationCatalogue;
  readonly templates: Pick<Templates, 'fill'>;
  /** Returns why a URL is rejected at submission; null: it is not. */
  readonly whyUrlRejected: (url: string, purpose: 'assets' | 'callbacks') => string | null;
}

export interface ValidatedRequest {
  readonly spec: JobSpec;
  readonly pipeline: Pipeline;
  /** The template that made the steps, as NAME@VERSION; null: none did. */
  readonly template: string | null;
}

/**
 * Returns the request with defaults filled in, and its steps.
 *
 * @param files the files of the request; null: they have not arrived yet
 * @throws invalid_request with all invalid fields; store_unavailable if it names a template
 */
export async function validate(
  tenant: string,
  request: z.input<typeof jobSpec>,
  rules: ValidationRules,
  files: readonly ReceivedFile[] | null,
): Promise<ValidatedRequest> {
  const parsed = safeParseNulls(jobSpec, request);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const spec = parsed.data;
  const template = await fillNamedTemplate(tenant, spec, rules);
  const { pipeline, errors } = buildPipeline(
    template ? { ...spec, ...template.made } : spec,
    rules.operations,
  );
  const explained = template ? template.explain(errors) : errors;
  if (!pipeline) throw invalidRequest(explained);
  const all = [
    ...checkUrls(spec.assets, rules.whyUrlRejected, spec.callback?.url),
    ...checkUploads(spec.assets, files),
    ...checkAttributes(spec.assets, listOperations(pipeline), files),
    ...checkCounts(spec, pipeline, files),
    ...explained,
  ];
  if (all.length > 0) throw invalidRequest(all);
  if (!template) return { spec: withDefaults(spec, pipeline), pipeline, template: null };
  const { operation: _, ...rest } = spec;
  return { spec: { ...rest, template: template.named }, pipeline, template: template.reference };
}

/** Equal requests are the same, whether or not they name the defaults. */
function withDefaults(spec: JobSpec, { steps, results }: Pipeline): JobSpec {
  if (spec.steps === undefined) return { ...spec, params: steps[0]?.params ?? {} };
  const filled = steps.map(({ name, operation, params, use, when, onError }) => {
    const condition = when === null ? {} : { when };
    const step = { operation: operation.info.name, params, use: [...use], ...condition, on_error: onError };
    return [name, step] as const;
  });
  return { ...spec, steps: Object.fromEntries(filled), results: [...results] };
}

/** Validates more assets for a job of these operations, like `validate`. */
export function validateAssets(
  request: z.input<typeof assetList>,
  operationNames: readonly string[],
  { operations, whyUrlRejected }: Omit<ValidationRules, 'templates'>,
  files: readonly ReceivedFile[] | null,
): Asset[] {
  const parsed = safeParseNulls(z.object({ assets: assetList }), { assets: request });
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const { assets } = parsed.data;
  const errors = [
    ...checkUrls(assets, whyUrlRejected),
    ...checkUploads(assets, files),
    ...checkAttributes(
      assets,
      operationNames.flatMap((name) => operations.find(name) ?? []),
      files,
    ),
  ];
  if (errors.length > 0) throw invalidRequest(errors);
  return assets;
}

function checkUrls(
  assets: readonly Asset[],
  whyUrlRejected: ValidationRules['whyUrlRejected'],
  callback?: string,
): FieldError[] {
  const urls = assets.map(({ source }, index) => ({
    pointer: `/assets/${index}/source/url`,
    url: source.url,
    purpose: 'assets' as const,
  }));
  const callbackUrl = { pointer: '/callback/url', url: callback, purpose: 'callbacks' as const };
  return [...urls, callbackUrl].flatMap(({ pointer, url, purpose }) => {
    const detail = url === undefined ? null : whyUrlRejected(url, purpose);
    return detail === null ? [] : [{ pointer, detail }];
  });
}

/** Each upload needs a form part of its name. Each part is used once. */
function checkUploads(assets: readonly Asset[], files: readonly ReceivedFile[] | null): FieldError[] {
  const names = files?.map(({ part }) => part) ?? [];
  const parts = files && new Set(names);
  const seen = new Set<string>();
  return assets.flatMap(({ source: { upload } }, index) => {
    const pointer = `/assets/${index}/source/upload`;
    if (upload === undefined) return [];
    if (seen.has(upload)) return [{ pointer, detail: `the part "${upload}" is another asset already` }];
    seen.add(upload);
    if (names.indexOf(upload) !== names.lastIndexOf(upload))
      return [{ pointer, detail: `several file parts are called "${upload}"` }];
    if (parts === null || parts.has(upload)) return [];
    const detail =
      parts.size === 0
        ? 'needs a request of multipart/form-data with a file part of this name'
        : `no file part is called "${upload}"; there are ${[...parts].slice(0, 10).join(', ')}`;
    return [{ pointer, detail }];
  });
}

/** Each asset needs the attributes of the operations. A null attribute is missing; a file that no asset names has none. */
function checkAttributes(
  assets: readonly Asset[],
  operations: readonly PlannableOperation[],
  files: readonly ReceivedFile[] | null,
): FieldError[] {
  const withoutAttributes = unnamed(assets, files);
  const needed = operations.flatMap(({ info }) =>
    info.attributes.map((attribute) => ({ ...attribute, operation: info.name })),
  );
  return needed.flatMap(({ name, description, operation }) => [
    ...assets.flatMap(({ attributes }, index) =>
      (attributes?.[name] ?? null) === null
        ? [
            {
              pointer: toPointer(['assets', index, 'attributes', name]),
              detail: `is missing, and ${operation} needs it: ${description}`,
            },
          ]
        : [],
    ),
    ...withoutAttributes.map(({ part }) => ({
      pointer: '/assets',
      detail: `must name the file part "${part}" and give it the attribute "${name}"`,
    })),
  ]);
}

/**
 * Checks the number of assets once it is known what prefixes stand for.
 *
 * @throws invalid_request
 */
export function requireCounts(...given: Parameters<typeof checkCounts>): void {
  const errors = checkCounts(...given);
  if (errors.length > 0) throw invalidRequest(errors);
}

/** Each operation that takes the assets must take as many. The first one that does not is named. */
function checkCounts(
  spec: JobSpec,
  { operation, steps }: Pipeline,
  files: readonly ReceivedFile[] | null,
): FieldError[] {
  const takers = operation === PIPELINE ? steps.filter(({ use }) => use.includes(ASSETS)) : steps;
  if (takers.length > 0)
    return takers.map((step) => checkCount(spec, step, files)).find((errors) => errors.length > 0) ?? [];
  const detail = `must be left out, because no step has "${ASSETS}" in \`use\``;
  if (spec.await_assets) return [{ pointer: '/await_assets', detail }];
  return spec.assets.length + unnamed(spec.assets, files).length > 0 ? [{ pointer: '/assets', detail }] : [];
}

function checkCount(
  { assets, await_assets }: JobSpec,
  step: PlannedStep,
  files: readonly ReceivedFile[] | null,
): FieldError[] {
  const { info } = step.operation;
  const { max, min: least } = assetLimits(step);
  const count = assets.length + unnamed(assets, files).length;
  const hasPrefix = assets.some(({ source }) => source.s3?.prefix !== undefined);
  // More assets may follow, so only too many are an error.
  const min = await_assets || files === null || hasPrefix ? 0 : least;
  const total = await_assets?.total;
  if (total !== undefined && total > max)
    return [{ pointer: '/await_assets/total', detail: `${info.name} takes at most ${max} assets` }];
  if (total !== undefined && count > total)
    return [{ pointer: '/await_assets/total', detail: `is less than the ${count} assets that are given` }];
  if (await_assets && max === 0)
    return [{ pointer: '/await_assets', detail: `${info.name} takes no assets` }];
  if (count >= min && count <= max) return [];
  const expected = max === 0 ? 'no assets' : min === max ? `exactly ${min}` : `${min} to ${max}`;
  return [{ pointer: '/assets', detail: `${info.name} takes ${expected}, and got ${count}` }];
}

/** Files that no asset names. They become assets. */
function unnamed(assets: readonly Asset[], files: readonly ReceivedFile[] | null): readonly ReceivedFile[] {
  const uploads = new Set(assets.flatMap(({ source }) => source.upload ?? []));
  return files?.filter(({ part }) => !uploads.has(part)) ?? [];
}
