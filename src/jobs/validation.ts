/** Whether a request can become a job; each field that is wrong is named. */
import type { z } from 'zod';
import { DarkroomError } from '../errors.ts';
import type { FieldError, OperationCatalogue, PlannableOperation } from './catalogue.ts';
import { type JobSpec, jobSpec } from './job.ts';

interface Rules {
  readonly operations: OperationCatalogue;
  /** Why a URL can be refused at submission, or null. */
  readonly refusalOf: (url: string) => string | null;
}

/** The request with defaults filled in, and its operation. Throws invalid_request with all that is wrong. */
export function validate(
  request: z.input<typeof jobSpec>,
  { operations, refusalOf }: Rules,
): { spec: JobSpec; operation: PlannableOperation } {
  const parsed = jobSpec.safeParse(request);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const spec = parsed.data;
  const operation = operations.find(spec.operation);
  if (!operation) {
    const known = operations.list().map(({ name }) => name);
    const detail = `there is no operation "${spec.operation}"; there are ${known.join(', ')}`;
    throw invalid([{ pointer: '/operation', detail }]);
  }
  const params = operation.parse(spec.params);
  const errors = [...badUrls(spec, refusalOf), ...badCount(spec, operation)];
  if (!params.ok) {
    errors.push(...params.errors.map((error) => ({ ...error, pointer: `/params${error.pointer}` })));
  }
  if (errors.length > 0 || !params.ok) throw invalid(errors);
  return { spec: { ...spec, params: params.params }, operation };
}

function badUrls({ assets, callback }: JobSpec, refusalOf: Rules['refusalOf']): FieldError[] {
  const urls = assets.map(({ source }, index) => ({
    pointer: `/assets/${index}/source/url`,
    url: source.url,
  }));
  return [...urls, { pointer: '/callback/url', url: callback?.url }].flatMap(({ pointer, url }) => {
    const detail = url === undefined ? null : refusalOf(url);
    return detail === null ? [] : [{ pointer, detail }];
  });
}

function badCount({ assets }: JobSpec, { info }: PlannableOperation): FieldError[] {
  const { min, max } = info.inputs;
  if (assets.length >= min && assets.length <= max) return [];
  const wanted = max === 0 ? 'no assets' : min === max ? `exactly ${min}` : `${min} to ${max}`;
  return [{ pointer: '/assets', detail: `${info.name} takes ${wanted}, and got ${assets.length}` }];
}

/** `invalid_request`, in whose details every bad field is named. */
export function invalid(errors: readonly FieldError[]): DarkroomError {
  const first = errors.slice(0, 3).map(({ pointer, detail }) => `${pointer || 'the body'}: ${detail}`);
  const more = errors.length > 3 ? `; and ${errors.length - 3} more` : '';
  return new DarkroomError('invalid_request', first.join('; ') + more, { details: { errors } });
}

/** The same, of what a schema found. A field that nobody knows is named itself, not the object that it stands in. */
export const invalidFields = (issues: readonly z.core.$ZodIssue[]): DarkroomError =>
  invalid(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ pointer: toPointer([...issue.path, key]), detail: 'unknown field' }))
        : [{ pointer: toPointer(issue.path), detail: issue.message }],
    ),
  );

/** A JSON Pointer (RFC 6901). */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
