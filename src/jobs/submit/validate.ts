/** Validates requests. Errors name each invalid field. */
import { z } from 'zod';
import { safeParseNulls } from '../../lib/parse-nulls.ts';
import { type Asset, assetList } from '../model/asset.ts';
import { type JobSpec, jobSpec } from '../model/job.ts';
import type { OperationCatalogue, PlannableOperation } from '../ports/operation-catalogue.ts';
import { type FieldError, invalidFields, invalidRequest, toPointer } from '../validation/invalid-request.ts';
import type { ReceivedFile } from './build-run-input.ts';

export interface ValidationRules {
  readonly operations: OperationCatalogue;
  /** Returns why a URL is rejected at submission; null: it is not. */
  readonly whyUrlRejected: (url: string, purpose: 'assets' | 'callbacks') => string | null;
}

/**
 * Returns the request with defaults filled in, and its operation.
 *
 * @param files the files of the request; null: they have not arrived yet
 * @throws invalid_request with all invalid fields
 */
export function validate(
  request: z.input<typeof jobSpec>,
  { operations, whyUrlRejected }: ValidationRules,
  files: readonly ReceivedFile[] | null,
): { spec: JobSpec; operation: PlannableOperation } {
  const parsed = safeParseNulls(jobSpec, request);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const spec = parsed.data;
  const operation = operations.find(spec.operation);
  if (!operation) {
    const known = operations.list().map(({ name }) => name);
    const detail = `there is no operation "${spec.operation}"; there are ${known.join(', ')}`;
    throw invalidRequest([{ pointer: '/operation', detail }]);
  }
  const params = operation.parse(spec.params);
  const errors = [
    ...checkUrls(spec.assets, whyUrlRejected, spec.callback?.url),
    ...checkUploads(spec.assets, files),
    ...checkAttributes(spec.assets, operation, files),
    ...checkCount(spec, operation, files),
  ];
  if (!params.ok) {
    errors.push(...params.errors.map((error) => ({ ...error, pointer: `/params${error.pointer}` })));
  }
  if (errors.length > 0 || !params.ok) throw invalidRequest(errors);
  return { spec: { ...spec, params: params.params }, operation };
}

/** Validates more assets for a job of this operation, like `validate`. */
export function validateAssets(
  request: z.input<typeof assetList>,
  operation: string,
  { operations, whyUrlRejected }: ValidationRules,
  files: readonly ReceivedFile[] | null,
): Asset[] {
  const parsed = safeParseNulls(z.object({ assets: assetList }), { assets: request });
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const { assets } = parsed.data;
  const errors = [
    ...checkUrls(assets, whyUrlRejected),
    ...checkUploads(assets, files),
    ...checkAttributes(assets, operations.find(operation), files),
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

/** Each asset needs the attributes of the operation. A null attribute is missing; a file that no asset names has none. */
function checkAttributes(
  assets: readonly Asset[],
  operation: PlannableOperation | undefined,
  files: readonly ReceivedFile[] | null,
): FieldError[] {
  const { name: operationName = '', attributes: needed = [] } = operation?.info ?? {};
  const withoutAttributes = unnamed(assets, files);
  return needed.flatMap(({ name, description }) => [
    ...assets.flatMap(({ attributes }, index) =>
      (attributes?.[name] ?? null) === null
        ? [
            {
              pointer: toPointer(['assets', index, 'attributes', name]),
              detail: `is missing, and ${operationName} needs it: ${description}`,
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
export function requireCount(...given: Parameters<typeof checkCount>): void {
  const errors = checkCount(...given);
  if (errors.length > 0) throw invalidRequest(errors);
}

function checkCount(
  { assets, await_assets }: JobSpec,
  { info }: PlannableOperation,
  files: readonly ReceivedFile[] | null,
): FieldError[] {
  const { max } = info.inputs;
  const count = assets.length + unnamed(assets, files).length;
  const hasPrefix = assets.some(({ source }) => source.s3?.prefix !== undefined);
  // More assets may follow, so only too many are an error.
  const min = await_assets || files === null || hasPrefix ? 0 : info.inputs.min;
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
