/** Authentication in the OpenAPI document. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { isPublicPath, READ_METHODS } from './public-paths.ts';

type OpenApi = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key (`drk_…`) or an access token' },
  basic: { type: 'http', scheme: 'basic', description: 'The key as password, with any user name' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key' },
} as const;

const security = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));

const rejections = {
  '401': { description: 'Missing or invalid credentials; see `WWW-Authenticate`' },
  '403': { description: 'The credentials do not permit this' },
};

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
        : { ...operation, responses: { ...operation.responses, ...rejections } };
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
