/** Authentication in the OpenAPI document. */
import type { OpenApi } from '../openapi/refine.ts';
import { isPublicPath, READ_METHODS } from './public-paths.ts';

type Responses = Record<string, { description: string; content?: object }>;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key (`drk_…`) or an access token' },
  basic: { type: 'http', scheme: 'basic', description: 'The key as password, with any user name' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key' },
} as const;

const security = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));

/** 401 and 403 in the format in which the operation reports other errors. */
function describeRejections(responses: Responses): Responses {
  const failure = Object.entries(responses).find(([status, { content }]) => status >= '400' && content);
  const body = failure ? { content: failure[1].content } : {};
  return {
    '401': { description: 'Missing or invalid credentials; see `WWW-Authenticate`', ...body },
    '403': { description: 'The credentials do not permit this', ...body },
  };
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Returns the document with the security schemes, and with 401 and 403 for each operation that needs a login. */
export function addSecurity(document: OpenApi, publicPaths: readonly string[]): OpenApi {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = methods.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const isPublic = READ_METHODS.includes(method.toUpperCase()) && isPublicPath(publicPaths, path);
      const extended = isPublic
        ? { ...operation, security: [] }
        : {
            ...operation,
            responses: { ...operation.responses, ...describeRejections(operation.responses as Responses) },
          };
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
