/** Limits in the OpenAPI document. */
import type { OpenApi } from '../openapi/refine.ts';

interface Response {
  readonly description: string;
  readonly content?: object;
}

const header = (description: string, type: 'integer' | 'string') => ({ description, schema: { type } });

const headers = {
  'Retry-After': header('Seconds to wait', 'integer'),
  'RateLimit-Policy': header('The limits of rates that apply: `q` requests in `w` seconds', 'string'),
  RateLimit: header('What is left of each: `r` requests, until the window ends in `t` seconds', 'string'),
};

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Returns the document with 429 for each operation, in the format in which the operation reports other errors. */
export function describeLimits(document: OpenApi): OpenApi {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = methods.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const responses = operation.responses as Record<string, Response>;
      const failure = Object.entries(responses).find(
        ([status, { content }]) => status >= '400' && content,
      )?.[1];
      const limited = {
        description: 'A limit of this server is reached; the body names it',
        ...(failure && { content: failure.content }),
        ...responses['429'],
        headers,
      };
      return [[method, { ...operation, responses: { ...responses, 429: limited } }] as const];
    });
    return [path, { ...item, ...Object.fromEntries(operations) }] as const;
  });
  return { ...document, paths: Object.fromEntries(paths) };
}
