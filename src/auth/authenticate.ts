/** Combines the authenticators of a server into one function. */
import { DarkroomError } from '../errors.ts';
import type { Authenticator, Principal } from './authenticator.ts';

/**
 * Identifies the caller of a request.
 *
 * @param credential null: the request has none
 * @param address of the client
 * @throws like `Authenticator.identify`
 */
export type Authenticate = (credential: string | null, address?: string | null) => Promise<Principal>;

export function authenticateBy(authenticators: readonly Authenticator[]): Authenticate {
  const kinds = authenticators.map(({ kind }) => kind).join(' or ');
  return async (credential, address) => {
    const match = authenticators.find(({ recognises }) => credential !== null && recognises(credential));
    if (credential !== null && match) return match.identify(credential, address);
    const fault = credential === null ? 'Credentials are missing' : 'The credentials have an unknown format';
    throw new DarkroomError('unauthenticated', `${fault}: send ${kinds} as "Authorization: Bearer …"`);
  };
}
