/** The caller of a request as the API shows it. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Action, actions, roles } from '../../auth/roles.ts';
import type { ApiEnv } from '../context.ts';
import { isPermitted } from './route-actions.ts';

/** The caller as the API shows it. */
export const session = z
  .object({
    tenant: z.string().describe('Whose jobs the caller sees'),
    subject: z.string().describe('The name of the key, or the subject of the token'),
    role: z.enum(roles),
    actions: z.array(z.string()).describe('What the role permits'),
    requires_login: z.boolean().describe('Whether this server requires credentials'),
  })
  .meta({
    id: 'Session',
    example: {
      tenant: 'acme',
      subject: 'key 5c1766fd7579 (nightly build)',
      role: 'viewer',
      actions: ['jobs.read', 'results.read'],
      requires_login: true,
    },
  });

/** @param requiresLogin whether this server requires credentials */
export function describeCaller(c: Context<ApiEnv>, requiresLogin: boolean): z.output<typeof session> {
  const { tenant, subject, role } = c.var.principal;
  const permitted = (Object.keys(actions) as Action[]).filter((action) => isPermitted(c, action));
  return { tenant, subject, role, actions: permitted, requires_login: requiresLogin };
}
