/** All kinds of credentials that this server takes, as one question. */
import { DarkroomError } from '../errors.ts';
import type { Authenticator, Principal } from './authenticator.ts';

/** Null: the request came without a credential. Throws what `Authenticator.identify` throws. */
export type Authenticate = (credential: string | null) => Promise<Principal>;

export function authenticateBy(authenticators: readonly Authenticator[]): Authenticate {
  const wanted = authenticators.map(({ kind }) => kind).join(' or ');
  return async (credential) => {
    const fits = authenticators.find(({ recognises }) => credential !== null && recognises(credential));
    if (credential !== null && fits) return fits.identify(credential);
    const fault = credential === null ? 'This needs a login' : 'What was sent is no login';
    throw new DarkroomError('unauthenticated', `${fault}: send ${wanted} as "Authorization: Bearer …"`);
  };
}
