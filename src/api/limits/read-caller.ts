/** Reads whom a request counts for. Apart from `caller.ts`, which the types of a request import. */
import type { Context } from 'hono';
import type { Principal } from '../../auth/authenticator.ts';
import type { ApiEnv } from '../context.ts';
import type { Caller } from './caller.ts';

/** Returns whom a request counts for, as far as it is known. */
export function readCaller({ var: { principal, addressSubject } }: Context<ApiEnv>): Caller {
  // Before authentication, and on public paths, there is none.
  const { tenant, subject } = (principal as Principal | undefined) ?? { tenant: null, subject: '' };
  return {
    key: tenant === null ? null : `${tenant} ${subject}`,
    tenant,
    address: addressSubject,
    all: 'all',
  };
}
