/** Authentication in the OpenAPI document. */

import { type Role, roleFor } from '../../auth/roles.ts';
import { type DocumentedOperation, describeFailure, mapOperations } from '../openapi/operations.ts';
import type { OpenApi } from '../openapi/refine.ts';
import { matchesPath, READ_METHODS } from './public-paths.ts';
import { actionOf } from './route-actions.ts';

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key (`drk_…`) or an access token' },
  basic: { type: 'http', scheme: 'basic', description: 'The key as password, with any user name' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key' },
} as const;

/** In OpenAPI 3.1 the lists name the roles of which one is needed. */
const buildSecurity = (...roles: string[]) => Object.keys(securitySchemes).map((name) => ({ [name]: roles }));

/** Adds the role, and 401 and 403 in the format in which the operation reports other errors. */
function addRole(operation: DocumentedOperation, role: Role): object {
  const body = describeFailure(operation);
  const rejections = {
    '401': { description: 'Missing or invalid credentials; see `WWW-Authenticate`', ...body },
    '403': { description: `The credentials do not permit this, which takes the role \`${role}\``, ...body },
  };
  return {
    ...operation,
    security: buildSecurity(role),
    responses: { ...operation.responses, ...rejections },
  };
}

/** Returns the document with the security schemes, and with 401 and 403 for each operation that needs a login. */
export function addSecurity(document: OpenApi, publicPaths: readonly string[]): OpenApi {
  const secured = mapOperations(document, (operation, method, path) => {
    const isPublic = READ_METHODS.includes(method.toUpperCase()) && matchesPath(publicPaths, path);
    const action = actionOf(operation);
    return isPublic || !action ? { ...operation, security: [] } : addRole(operation, roleFor(action));
  });
  return {
    ...secured,
    security: buildSecurity(),
    components: { ...document.components, securitySchemes },
  };
}
