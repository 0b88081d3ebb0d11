/** Who must log in, and how, as OpenAPI tells it. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { isOpen, READS } from './authentication.ts';

type OpenApi = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key (`drk_…`) or an access token' },
  basic: { type: 'http', scheme: 'basic', description: 'The key as password, with any user name' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key' },
} as const;

const security = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));

const refusals = {
  '401': { description: 'Nobody who is known here; `WWW-Authenticate` says what is wanted' },
  '403': { description: 'Known, and may not do this' },
};

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The document, with what it takes to be let in. `open`: paths that everybody may read. */
export function withSecurity(document: OpenApi, open: readonly string[]): OpenApi {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = methods.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const isFree = READS.includes(method.toUpperCase()) && isOpen(open, path);
      const extended = isFree
        ? { ...operation, security: [] }
        : { ...operation, responses: { ...operation.responses, ...refusals } };
      return [[method, extended] as const];
    });
    return [path, { ...item, ...Object.fromEntries(operations) }] as const;
  });
  return {
    ...document,
    security,
    paths: Object.fromEntries(paths),
    components: { ...document.components, securitySchemes },
  };
}
