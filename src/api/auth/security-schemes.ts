/** Authentication in the OpenAPI document. */

import { type Role, roleFor } from '../../auth/roles.ts';
import type { OpenApi } from '../openapi/refine.ts';
import { matchesPath, READ_METHODS } from './public-paths.ts';
import { actionOf } from './route-actions.ts';

type Responses = Record<string, { description: string; content?: object }>;

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key (`drk_…`) or an access token' },
  basic: { type: 'http', scheme: 'basic', description: 'The key as password, with any user name' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key' },
} as const;

/** In OpenAPI 3.1 the lists name the roles of which one is needed. */
const buildSecurity = (...roles: string[]) => Object.keys(securitySchemes).map((name) => ({ [name]: roles }));

/** 401 and 403 in the format in which the operation reports other errors. */
function describeRejections(responses: Responses, role: Role): Responses {
  const failure = Object.entries(responses).find(([status, { content }]) => status >= '400' && content);
  const body = failure ? { content: failure[1].content } : {};
  return {
    '401': { description: 'Missing or invalid credentials; see `WWW-Authenticate`', ...body },
    '403': { description: `The credentials do not permit this, which takes the role \`${role}\``, ...body },
  };
}

function addRole(operation: object & { responses?: object }, role: Role): object {
  const { responses = {} } = operation;
  return {
    ...operation,
    security: buildSecurity(role),
    responses: { ...responses, ...describeRejections(responses as Responses, role) },
  };
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Returns the document with the security schemes, and with 401 and 403 for each operation that needs a login. */
export function addSecurity(document: OpenApi, publicPaths: readonly string[]): OpenApi {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const operations = methods.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const isPublic = READ_METHODS.includes(method.toUpperCase()) && matchesPath(publicPaths, path);
      const action = actionOf(operation);
      const extended =
        isPublic || !action ? { ...operation, security: [] } : addRole(operation, roleFor(action));
      return [[method, extended] as const];
    });
    return [path, { ...item, ...Object.fromEntries(operations) }] as const;
  });
  return {
    ...document,
    security: buildSecurity(),
    paths: Object.fromEntries(paths),
    components: { ...document.components, securitySchemes },
  };
}
