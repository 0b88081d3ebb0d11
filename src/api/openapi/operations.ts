/** The operations of an OpenAPI document. */
import type { OpenApi } from './refine.ts';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

interface Response {
  readonly description: string;
  readonly content?: object;
}

export interface DocumentedOperation {
  readonly responses: Readonly<Record<string, Response>>;
}

/** Returns the document with other operations. */
export function mapOperations(
  document: OpenApi,
  change: (operation: DocumentedOperation, method: string, path: string) => object,
): OpenApi {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [[method, change(operation as DocumentedOperation, method, path)] as const] : [];
    });
    return [path, { ...item, ...Object.fromEntries(operations) }] as const;
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

/** Returns the content of the errors that an operation reports, for a response of the same format; empty without any. */
export function describeFailure({ responses }: DocumentedOperation): { readonly content?: object } {
  const failure = Object.entries(responses).find(([status, { content }]) => status >= '400' && content);
  return failure?.[1].content ? { content: failure[1].content } : {};
}
