/** Makes the steps of a request that names a template. */
import type { JobSpec } from '../model/job-spec.ts';
import type { OperationCatalogue } from '../ports/operation-catalogue.ts';
import type { Templates } from '../ports/templates.ts';
import { type FieldError, invalidRequest } from '../validation/invalid-request.ts';

interface NamedTemplate {
  /** As the request names it. */
  readonly named: string;
  /** Name and version, such as `product-photo@3`. */
  readonly reference: string;
  /** Names the fields of the request that errors of the steps come from. */
  explain(errors: readonly FieldError[]): FieldError[];
  /** The fields of a request with these steps. */
  readonly made: Pick<JobSpec, 'operation' | 'params' | 'steps' | 'results'>;
}

/**
 * Returns null when the request names no template. Every API can name one in the place of an operation; an operation of the same name
 * comes first.
 *
 * @throws invalid_request if there is no such template, or for each invalid parameter; store_unavailable
 */
export async function fillNamedTemplate(
  tenant: string,
  spec: JobSpec,
  { operations, templates }: { operations: OperationCatalogue; templates: Pick<Templates, 'fill'> },
): Promise<NamedTemplate | null> {
  const { template, params } = spec;
  const others = (['operation', 'steps', 'results'] as const).filter((field) => spec[field] !== undefined);
  if (template !== undefined && others.length > 0)
    throw invalidRequest(
      others.map((field) => ({ pointer: `/${field}`, detail: 'cannot be given together with `template`' })),
    );
  const named = template ?? findUnknownOperation(spec, operations);
  if (named === undefined) return null;
  const filled = await templates.fill(tenant, named, params);
  if (!filled) {
    // The operation is reported as unknown.
    if (template === undefined) return null;
    const detail = `there is no template "${template}"; see GET /v1/templates`;
    throw invalidRequest([{ pointer: '/template', detail }]);
  }
  const { reference, steps, results, explain } = filled;
  const field = template === undefined ? '/operation' : '/template';
  return {
    named,
    reference,
    explain: (errors) => explain(errors).map((error) => ({ ...error, pointer: error.pointer || field })),
    made: { operation: undefined, params: {}, steps, results },
  };
}

const findUnknownOperation = (
  { operation, steps }: JobSpec,
  operations: OperationCatalogue,
): string | undefined =>
  operation === undefined || steps !== undefined || operations.find(operation) ? undefined : operation;
